"""How far the followers that make things findable have come."""

from homeserver.storage.db import Connection

SELECT_CURSOR = "SELECT position FROM search_cursors WHERE name = $1"
UPDATE_CURSOR = "UPDATE search_cursors SET position = $2 WHERE name = $1"


async def select_cursor(conn: Connection, name: str) -> int:
    """Return up to where everything is done."""
    position: int = await conn.fetchval(SELECT_CURSOR, name)
    return position


async def move(conn: Connection, name: str, position: int) -> None:
    """Note that everything up to a position is done."""
    await conn.execute(UPDATE_CURSOR, name, position)
