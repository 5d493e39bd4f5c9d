"""What a joining server is told of a room's state: found by number, read page by page."""

from collections.abc import Collection, Sequence

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection

SELECT_OTHER_THAN_MEMBERS = """
SELECT event_nid FROM events WHERE event_nid = ANY ($1::bigint[]) AND type <> 'm.room.member'
ORDER BY event_nid
"""
SELECT_PDUS = """
SELECT json, redacted_by IS NOT NULL AS is_redacted FROM events WHERE event_nid = ANY ($1::bigint[])
ORDER BY event_nid
"""
SELECT_SERVERS_BEFORE = """
SELECT server FROM room_servers WHERE room_nid = $1 AND until IS NULL AND since < $2
ORDER BY joined DESC, server LIMIT $3
"""


async def select_other_than_members(conn: Connection, event_nids: Collection[int]) -> list[int]:
    """Return those of the events that are no memberships."""
    rows = await conn.fetch(SELECT_OTHER_THAN_MEMBERS, list(event_nids))
    return [row["event_nid"] for row in rows]


async def select_pdus(conn: Connection, event_nids: Sequence[int]) -> list[tuple[bytes, bool]]:
    """Return events as stored, and whether each has been redacted."""
    rows = await conn.fetch(SELECT_PDUS, event_nids)
    return [(row["json"], row["is_redacted"]) for row in rows]


async def select_servers_before(
    conn: Connection, room_nid: int, position: int, limit: int
) -> list[ServerName]:
    """Return the servers that were in a room before a position and still are, the largest first."""
    rows = await conn.fetch(SELECT_SERVERS_BEFORE, room_nid, position, limit)
    return [ServerName(row["server"]) for row in rows]
