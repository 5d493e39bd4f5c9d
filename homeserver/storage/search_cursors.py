"""How far the followers that make things findable have come, and which worker follows."""

from homeserver.storage.db import Connection

UPDATE_CLAIM = """
UPDATE search_cursors SET claimed_by = $2, claimed_until = now() + $3::integer * interval '1 second'
WHERE name = $1 AND (claimed_by = $2 OR claimed_until < now()) RETURNING position
"""
UPDATE_RELEASED = """
UPDATE search_cursors SET claimed_until = '-infinity' WHERE name = $1 AND claimed_by = $2
"""
UPDATE_CURSOR = "UPDATE search_cursors SET position = $2 WHERE name = $1"


async def claim(conn: Connection, name: str, worker: str, seconds: int) -> int | None:
    """Claim a cursor, or keep it, for so long; return where it stands, None where another worker has it."""
    position: int | None = await conn.fetchval(UPDATE_CLAIM, name, worker, seconds)
    return position


async def release(conn: Connection, name: str, worker: str) -> None:
    """Let another worker follow at once."""
    await conn.execute(UPDATE_RELEASED, name, worker)


async def move(conn: Connection, name: str, position: int) -> None:
    """Note that everything up to a position is done."""
    await conn.execute(UPDATE_CURSOR, name, position)
