"""Let a user send more, or less, than others."""

from homeserver.accounts.context import AccountsContext
from homeserver.errors import InvalidParam
from homeserver.storage import rate_overrides
from homeserver.storage.positions import Stream

MAX_RATE = 1_000_000


async def set_rate_override(ctx: AccountsContext, user_nid: int, per_second: float, burst: int) -> None:
    """Give a user a rate for sending events; 0 and 0 is no limit at all, of anything.

    Raises: InvalidParam.
    """
    if not (0 <= per_second <= MAX_RATE and 0 <= burst <= MAX_RATE) or (per_second == 0) != (burst == 0):
        raise InvalidParam("The rate and the burst must both be more than 0, or both 0 for no limit")
    async with ctx.positions.write() as change:
        await rate_overrides.upsert_override(change.conn, user_nid, per_second, burst)
        change.touch(Stream.SESSIONS, users=[user_nid])
    ctx.tokens.forget_user(user_nid)


async def get_rate_override(ctx: AccountsContext, user_nid: int) -> tuple[float, int] | None:
    """Return a user's own rate and burst, None for one who has that of everybody."""
    async with ctx.db.acquire() as conn:
        return await rate_overrides.select_override(conn, user_nid)


async def delete_rate_override(ctx: AccountsContext, user_nid: int) -> None:
    """Give a user the rate of everybody."""
    async with ctx.positions.write() as change:
        await rate_overrides.delete_override(change.conn, user_nid)
        change.touch(Stream.SESSIONS, users=[user_nid])
    ctx.tokens.forget_user(user_nid)
