"""Users with a rate of their own."""

from homeserver.storage.db import Connection

UPSERT_OVERRIDE = """
INSERT INTO rate_overrides (user_nid, per_second, burst) VALUES ($1, $2, $3)
ON CONFLICT (user_nid) DO UPDATE SET per_second = excluded.per_second, burst = excluded.burst
"""
SELECT_OVERRIDE = "SELECT per_second, burst FROM rate_overrides WHERE user_nid = $1"
DELETE_OVERRIDE = "DELETE FROM rate_overrides WHERE user_nid = $1"


async def upsert_override(conn: Connection, user_nid: int, per_second: float, burst: int) -> None:
    """Give a user a rate."""
    await conn.execute(UPSERT_OVERRIDE, user_nid, per_second, burst)


async def select_override(conn: Connection, user_nid: int) -> tuple[float, int] | None:
    """Return a user's own rate and burst, None for one who has that of everybody."""
    row = await conn.fetchrow(SELECT_OVERRIDE, user_nid)
    return None if row is None else (row["per_second"], row["burst"])


async def delete_override(conn: Connection, user_nid: int) -> None:
    """Give a user the rate of everybody."""
    await conn.execute(DELETE_OVERRIDE, user_nid)
