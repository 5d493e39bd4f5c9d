"""Tokens by which users prove to other services who they are.

Spec: https://spec.matrix.org/v1.19/client-server-api/#openid
"""

from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountsContext
from homeserver.storage.openid_tokens import insert_openid_token, select_user_of_token

LIFETIME_S: Final = 3600


async def create_openid_token(ctx: AccountsContext, user_nid: int) -> str:
    """Return a new token, good for `LIFETIME_S` seconds. Only its hash is stored."""
    token = token_urlsafe(32)
    now_ms = ctx.clock.now_ms()
    async with ctx.db.transaction() as conn:
        await insert_openid_token(conn, _hash(token), user_nid, now_ms + LIFETIME_S * 1000, now_ms)
    return token


async def user_of_openid_token(ctx: AccountsContext, token: str) -> UserId | None:
    """Return whose token it is, None where it is none, or no longer one."""
    async with ctx.db.acquire() as conn:
        return await select_user_of_token(conn, _hash(token), ctx.clock.now_ms())


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
