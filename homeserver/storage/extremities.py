"""Rooms whose graph has many ends, and who could bring these together."""

from collections.abc import Sequence

from federation.protocol.ids import ServerName, UserId
from homeserver.storage.db import Connection

SELECT_FORKED_ROOMS = """
SELECT r.room_nid FROM rooms r CROSS JOIN LATERAL (
    SELECT e.extremities FROM events e WHERE e.room_nid = r.room_nid AND e.position IS NOT NULL
    ORDER BY e.position DESC LIMIT 1
) AS head
WHERE cardinality(head.extremities) > $1 ORDER BY cardinality(head.extremities) DESC LIMIT $2
"""
SELECT_LOCAL_MEMBERS = """
SELECT u.user_id FROM memberships m JOIN users u ON u.user_nid = m.user_nid
WHERE m.room_nid = $1 AND m.membership = 'join' AND u.server = $2 ORDER BY m.event_nid LIMIT $3
"""


async def select_forked_rooms(conn: Connection, more_than: int, limit: int) -> Sequence[int]:
    """Return rooms with more forward extremities than this, those with the most first."""
    return [row["room_nid"] for row in await conn.fetch(SELECT_FORKED_ROOMS, more_than, limit)]


async def select_local_members(
    conn: Connection, room_nid: int, server: ServerName, limit: int
) -> list[UserId]:
    """Return members of a room who are users of a server, those of longest standing first."""
    return [UserId(r["user_id"]) for r in await conn.fetch(SELECT_LOCAL_MEMBERS, room_nid, server, limit)]
