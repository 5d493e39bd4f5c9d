"""Tokens that let somebody make an account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#token-authenticated-registration
"""

import re
from secrets import token_urlsafe
from typing import Final

from homeserver.accounts.context import AccountsContext
from homeserver.errors import InvalidParam
from homeserver.storage import registration_tokens
from homeserver.storage.registration_tokens import NewRegistrationToken

TOKEN: Final = re.compile(r"[A-Za-z0-9._~-]{1,64}")


async def create_registration_token(
    ctx: AccountsContext,
    *,
    token: str | None = None,
    uses_allowed: int | None = None,
    expires_ts: int | None = None,
    makes_admin: bool = False,
) -> str:
    """Make a registration token and return it; without `token` a random one.

    Raises: InvalidParam when it is not of the opaque identifier grammar, or exists already.
    """
    text = token_urlsafe(16) if token is None else token
    if TOKEN.fullmatch(text) is None:
        raise InvalidParam("A registration token holds 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -")
    new = NewRegistrationToken(text, uses_allowed, expires_ts, makes_admin)
    async with ctx.db.acquire() as conn:
        if not await registration_tokens.insert_registration_token(conn, new, ctx.clock.now_ms()):
            raise InvalidParam("This registration token exists already")
    return text


async def is_valid_token(ctx: AccountsContext, token: str, *, only_for_admins: bool = False) -> bool:
    """Tell whether somebody can make an account with a token now."""
    if TOKEN.fullmatch(token) is None:
        return False
    async with ctx.db.acquire() as conn:
        makes_admin = await registration_tokens.makes_admin(conn, token, ctx.clock.now_ms())
    return makes_admin is not None and (makes_admin or not only_for_admins)
