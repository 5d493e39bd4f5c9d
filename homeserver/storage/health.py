"""Whether the database answers."""

from homeserver.storage.db import Connection

SELECT_ONE = "SELECT 1"


async def ping(conn: Connection) -> None:
    """Ask the database for nothing in particular."""
    await conn.fetchval(SELECT_ONE)
