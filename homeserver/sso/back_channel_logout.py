"""A provider says that somebody's session there has ended: so do the sessions here that began with it.

Spec: https://openid.net/specs/openid-connect-backchannel-1_0.html
"""

from collections import defaultdict
from typing import Final

import orjson

from homeserver.accounts.logout import note_devices_gone
from homeserver.accounts.sessions import hash_token
from homeserver.json_types import JsonObject
from homeserver.sso.context import SsoContext
from homeserver.sso.errors import TokenInvalid
from homeserver.sso.id_token import CLOCKS_DIFFER_S, MAX_TOKEN_LENGTH, check_name, verify_signed
from homeserver.storage import devices
from homeserver.storage.browser_sessions import delete_browsers_of_provider_session
from homeserver.storage.sso import insert_logout_token, select_devices_of_subject

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_LIFE_S: Final = 24 * 3600


async def end_upstream_sessions(ctx: SsoContext, logout_token: str) -> None:
    """End the sessions that a logout token names, with their devices, as logging out does.

    Raises: TokenInvalid, also for a token that came before; ProviderFailed.
    """
    claims = await _verify(ctx, logout_token)
    accounts = ctx.accounts
    ended: dict[int, list[str]] = defaultdict(list)
    async with accounts.positions.write() as change:
        now_ms = accounts.clock.now_ms()
        remembered_ts = (int(claims["exp"]) + CLOCKS_DIFFER_S) * 1000
        token_id = hash_token(claims["jti"])
        if not await insert_logout_token(change.conn, claims["iss"], token_id, remembered_ts, now_ms):
            raise TokenInvalid("the logout token came before")
        named = (claims["iss"], claims.get("sub"), claims.get("sid"))
        await delete_browsers_of_provider_session(change.conn, *named)
        for user_nid, device_id in await select_devices_of_subject(change.conn, *named):
            ended[user_nid].append(device_id)
        for user_nid, device_ids in ended.items():
            gone = await devices.delete_devices(change.conn, user_nid, device_ids)
            await note_devices_gone(change, user_nid, gone)
    for user_nid in ended:
        accounts.tokens.forget_user(user_nid)


async def _verify(ctx: SsoContext, token: str) -> JsonObject:
    issuer = _claimed_issuer(token)
    failure = TokenInvalid("no provider signs like that")
    now_ms = ctx.accounts.clock.now_ms()
    for provider in ctx.providers.values():
        if provider.config.issuer == issuer:
            try:
                claims = await verify_signed(provider, token, now_ms, {"jti": {"essential": True}})
                _check_claims(claims, now_ms)
                return claims
            except TokenInvalid as error:  # one provider may know us by several client ids
                failure = error
    raise failure


def _claimed_issuer(token: str) -> object:
    """Return what a token says of its issuer, unverified: good for choosing whose keys to verify with."""
    from joserfc.errors import JoseError
    from joserfc.jws import extract_compact

    if len(token) > MAX_TOKEN_LENGTH:
        raise TokenInvalid("the token is too long")
    try:
        payload = orjson.loads(extract_compact(token.encode()).payload)
    except (JoseError, ValueError) as error:
        raise TokenInvalid("this is no token") from error
    return payload.get("iss") if isinstance(payload, dict) else None


def _check_claims(claims: JsonObject, now_ms: int) -> None:
    events = claims.get("events")
    if not isinstance(events, dict) or EVENT not in events:
        raise TokenInvalid("the token is not about logging out")
    if "nonce" in claims:
        raise TokenInvalid("the token is an ID token")
    if claims["exp"] > now_ms / 1000 + LONGEST_LIFE_S:
        raise TokenInvalid("the token would have to be remembered too long")
    named = [claims[name] for name in ("sub", "sid") if name in claims]
    if not named:
        raise TokenInvalid("the token names nobody")
    for name in named:
        check_name(name)
