"""The way in on a new server: one token, good for one account, which is a server admin."""

from secrets import token_urlsafe

from homeserver.accounts.context import AccountsContext
from homeserver.storage import accounts, registration_tokens
from homeserver.storage.registration_tokens import NewRegistrationToken


async def ensure_first_admin_token(ctx: AccountsContext) -> str | None:
    """Return the token that makes the first account, the same at every start until it is used.

    None once there are accounts.
    """
    async with ctx.db.transaction() as conn:
        await registration_tokens.lock_registration_tokens(conn)
        if await accounts.has_accounts(conn):
            return None
        token = await registration_tokens.select_unused_admin_token(conn)
        if token is None:
            token = token_urlsafe(24)
            new = NewRegistrationToken(token, uses_allowed=1, expires_ts=None, makes_admin=True)
            await registration_tokens.insert_registration_token(conn, new, ctx.clock.now_ms())
        return token
