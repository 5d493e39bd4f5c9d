"""Which workers there are, by the clock of the database."""

from homeserver.storage.db import Connection

UPSERT_SEEN = """
WITH seen AS (
    INSERT INTO workers (worker, seen, takes_part) VALUES ($1, clock_timestamp(), $3)
    ON CONFLICT (worker) DO UPDATE SET seen = excluded.seen, takes_part = excluded.takes_part
), gone AS (
    DELETE FROM workers WHERE worker <> $1 AND seen < clock_timestamp() - interval '1 minute'
)
SELECT worker, takes_part FROM workers
WHERE worker <> $1 AND seen > clock_timestamp() - $2::integer * interval '1 second' ORDER BY worker
"""
DELETE_WORKER = "DELETE FROM workers WHERE worker = $1"


async def say_here(
    conn: Connection, worker: str, alive_for_s: int, *, takes_part: bool = True
) -> list[tuple[str, bool]]:
    """Note that a worker is there, and whether it works in the background.

    Return the same of the others that said so in the last so many seconds.
    """
    rows = await conn.fetch(UPSERT_SEEN, worker, alive_for_s, takes_part)
    return [(row["worker"], row["takes_part"]) for row in rows]


async def say_gone(conn: Connection, worker: str) -> None:
    """Note that a worker ends."""
    await conn.execute(DELETE_WORKER, worker)
