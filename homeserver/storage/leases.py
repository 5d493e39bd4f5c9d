"""Work that one worker does at a time: who does it, and until when by the clock of the database."""

from homeserver.storage.db import Connection

UPSERT_LEASE = """
INSERT INTO leases AS l (name, owner, until)
VALUES ($1, $2, clock_timestamp() + $3::double precision * interval '1 second')
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE l.owner = excluded.owner OR l.until < clock_timestamp()
RETURNING name
"""
DELETE_LEASE = "DELETE FROM leases WHERE name = $1 AND owner = $2"


async def claim(conn: Connection, name: str, owner: str, seconds: float) -> bool:
    """Take a lease that is free, or keep one's own, for so long; False where another has it."""
    return await conn.fetchval(UPSERT_LEASE, name, owner, seconds) is not None


async def release(conn: Connection, name: str, owner: str) -> None:
    """Let another worker have a lease at once."""
    await conn.execute(DELETE_LEASE, name, owner)
