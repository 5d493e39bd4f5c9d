"""The shares of the work in the background: which worker has each, and until when by the database's clock."""

from collections.abc import Collection
from typing import Final

from homeserver.storage.db import Connection

UPDATE_RENEWED = """
WITH own AS (SELECT share FROM shares WHERE owner = $1 ORDER BY share FOR UPDATE)
UPDATE shares s SET until = clock_timestamp() + $2::double precision * interval '1 second'
FROM own WHERE s.share = own.share RETURNING s.share
"""
# Those that somebody waits for come before those that nobody had. One that is had for longer than anybody
# asks for was had before the clock was set back: if its worker lives it is about to renew it, and if not,
# nobody would get it for hours.
UPDATE_TAKEN = """
WITH free AS (
    SELECT share, owner FROM shares WHERE owner IS NULL OR until < clock_timestamp()
    OR until > clock_timestamp() + 2 * $2::double precision * interval '1 second'
    ORDER BY owner IS NULL, share LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE shares s SET owner = $1, until = clock_timestamp() + $2::double precision * interval '1 second'
FROM free WHERE s.share = free.share RETURNING s.share, free.owner IS NOT NULL AS was_abandoned
"""
UPDATE_RELEASED = """
WITH own AS (
    SELECT share FROM shares WHERE owner = $1 AND share = ANY ($2::smallint[]) ORDER BY share FOR UPDATE
)
UPDATE shares s SET owner = NULL, until = '-infinity' FROM own WHERE s.share = own.share
"""
SELECT_OWN = """
SELECT share FROM shares WHERE owner = $1 AND share = ANY ($2::smallint[]) ORDER BY share FOR SHARE
"""


SHARES: Final = 64
"""In how many shares the work is divided: statements that divide rows by a number have it written out."""
EVERY_SHARE: Final = frozenset(range(SHARES))


async def renew(conn: Connection, owner: str, seconds: float) -> frozenset[int]:
    """Keep one's shares for so long from now on; return which these are."""
    return frozenset(row["share"] for row in await conn.fetch(UPDATE_RENEWED, owner, seconds))


async def take(conn: Connection, owner: str, seconds: float, limit: int) -> dict[int, bool]:
    """Take up to `limit` shares that nobody has; return for each whether its worker died with it."""
    rows = await conn.fetch(UPDATE_TAKEN, owner, seconds, limit)
    return {row["share"]: row["was_abandoned"] for row in rows}


async def release(conn: Connection, owner: str, shares: Collection[int]) -> None:
    """Leave shares to others."""
    await conn.execute(UPDATE_RELEASED, owner, list(shares))


async def select_own(conn: Connection, owner: str, shares: Collection[int]) -> frozenset[int]:
    """Return which of the shares are still an owner's, and stay so until the transaction ends."""
    return frozenset(row["share"] for row in await conn.fetch(SELECT_OWN, owner, list(shares)))
