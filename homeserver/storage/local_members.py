"""The members of rooms that have an account on this server."""

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection

SELECT_LOCAL_MEMBERS = """
SELECT u.user_id FROM memberships m
JOIN accounts a ON a.user_nid = m.user_nid
JOIN users u ON u.user_nid = m.user_nid
WHERE m.room_nid = $1 AND m.membership = 'join' ORDER BY m.event_nid LIMIT $2
"""
SELECT_JOINED_GUESTS = """
SELECT u.user_id FROM memberships m
JOIN accounts a ON a.user_nid = m.user_nid
JOIN users u ON u.user_nid = m.user_nid
WHERE m.room_nid = $1 AND m.membership = 'join' AND a.is_guest ORDER BY m.event_nid LIMIT $2
"""


async def select_local_members(conn: Connection, room_nid: int, limit: int) -> list[UserId]:
    """Return joined users of this server, those of longest standing first."""
    return [UserId(row["user_id"]) for row in await conn.fetch(SELECT_LOCAL_MEMBERS, room_nid, limit)]


async def select_joined_guests(conn: Connection, room_nid: int, limit: int) -> list[UserId]:
    """Return joined guests of this server."""
    return [UserId(row["user_id"]) for row in await conn.fetch(SELECT_JOINED_GUESTS, room_nid, limit)]
