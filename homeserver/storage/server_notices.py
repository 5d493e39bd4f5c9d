"""The room in which each user is told what the server has to say."""

from homeserver.storage.db import Connection

SELECT_ROOM = "SELECT room_nid FROM server_notice_rooms WHERE user_nid = $1"
UPSERT_ROOM = """
INSERT INTO server_notice_rooms (user_nid, room_nid) VALUES ($1, $2)
ON CONFLICT (user_nid) DO UPDATE SET room_nid = excluded.room_nid
"""
SELECT_IS_NOTICE_ROOM = """
SELECT EXISTS (SELECT FROM server_notice_rooms WHERE user_nid = $1 AND room_nid = $2)
"""


async def select_notice_room(conn: Connection, user_nid: int) -> int | None:
    """Return the room of a user's notices, if there is one."""
    room_nid: int | None = await conn.fetchval(SELECT_ROOM, user_nid)
    return room_nid


async def upsert_notice_room(conn: Connection, user_nid: int, room_nid: int) -> None:
    """Make a room that of a user's notices."""
    await conn.execute(UPSERT_ROOM, user_nid, room_nid)


async def is_notice_room(conn: Connection, user_nid: int, room_nid: int) -> bool:
    """Tell whether a room is that of a user's notices."""
    return bool(await conn.fetchval(SELECT_IS_NOTICE_ROOM, user_nid, room_nid))
