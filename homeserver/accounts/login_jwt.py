"""Logging in with a JSON Web Token that the operator's own system has signed: `org.matrix.login.jwt`.

The library is imported on first use.
"""

from typing import Final

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.login import log_in_account
from homeserver.accounts.register import Registration, register_account
from homeserver.accounts.sessions import MAX_DISPLAY_NAME_LENGTH, DeviceRequest, Login
from homeserver.accounts.usernames import new_user_id
from homeserver.errors import Forbidden, InvalidUsername
from homeserver.json_types import JsonObject
from homeserver.storage.accounts import select_account

JWT_TYPE: Final = "org.matrix.login.jwt"

MAX_TOKEN_LENGTH: Final = 16 * 1024


async def log_in_with_jwt(ctx: AccountsContext, token: str, device: DeviceRequest) -> Login:
    """Log a device in as the user that a token names; the account is made where there is none.

    Raises: Forbidden for a token that is not valid; UserDeactivated, UserLocked, Exclusive, InvalidParam.
    """
    claims = _verify(ctx, token)
    subject = claims.get(ctx.settings.jwt.subject_claim)
    if not isinstance(subject, str):
        raise Forbidden("The token names no user")
    try:
        user_id = new_user_id(subject, ctx.server_name)
    except InvalidUsername as error:
        raise Forbidden(f"The token names nobody who could have an account here: {error}") from None
    async with ctx.db.acquire() as conn:
        account = await select_account(conn, user_id)
    if account is not None:
        return await log_in_account(ctx, account, device)
    login = await register_account(
        ctx, Registration(user_id, display_name=_display_name(ctx, claims), device=device)
    )
    assert login is not None
    return login


def _verify(ctx: AccountsContext, token: str) -> JsonObject:
    from joserfc import jwt
    from joserfc.errors import JoseError

    config = ctx.settings.jwt
    if len(token) > MAX_TOKEN_LENGTH:
        raise Forbidden("The token is too long")
    rules: dict[str, jwt.ClaimsOption] = {}
    if config.issuer is not None:
        rules["iss"] = {"essential": True, "value": config.issuer}
    if config.audiences:
        rules["aud"] = {"essential": True, "values": list(config.audiences)}
    try:
        claims = jwt.decode(token, config.load_key(), algorithms=[config.algorithm]).claims
        jwt.JWTClaimsRegistry(ctx.clock.now_ms() // 1000, 0, **rules).validate(claims)
    except (JoseError, ValueError) as error:
        raise Forbidden(f"The token is not valid: {error}") from None
    if "aud" in claims and not config.audiences:
        raise Forbidden("The token is meant for somebody: no audience is configured here")
    return claims


def _display_name(ctx: AccountsContext, claims: JsonObject) -> str | None:
    claim = ctx.settings.jwt.display_name_claim
    name = None if claim is None else claims.get(claim)
    if not isinstance(name, str):
        return None
    return name.encode("utf-8", "replace").decode()[:MAX_DISPLAY_NAME_LENGTH]  # JSON can hold half characters
