"""Which workers there are, by the clock of the database."""

from homeserver.storage.db import Connection

UPSERT_SEEN = """
WITH seen AS (
    INSERT INTO workers (worker, seen) VALUES ($1, clock_timestamp())
    ON CONFLICT (worker) DO UPDATE SET seen = excluded.seen
), gone AS (
    DELETE FROM workers WHERE worker <> $1 AND seen < clock_timestamp() - interval '1 minute'
)
SELECT worker FROM workers
WHERE worker <> $1 AND seen > clock_timestamp() - $2::integer * interval '1 second' ORDER BY worker
"""
DELETE_WORKER = "DELETE FROM workers WHERE worker = $1"


async def say_here(conn: Connection, worker: str, alive_for_s: int) -> list[str]:
    """Note that a worker is there; return the others that said so in the last so many seconds."""
    return [row[0] for row in await conn.fetch(UPSERT_SEEN, worker, alive_for_s)]


async def say_gone(conn: Connection, worker: str) -> None:
    """Note that a worker ends."""
    await conn.execute(DELETE_WORKER, worker)
