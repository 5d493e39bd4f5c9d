"""Making a state current that came from elsewhere as a whole."""

from collections.abc import Mapping

from homeserver.storage.db import Connection
from homeserver.storage.rooms import Room

INSERT_ROOM = "INSERT INTO rooms (room_nid, room_id, version) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
UPDATE_ROOM_VERSION = """
UPDATE rooms SET version = $2 WHERE room_nid = $1 AND version <> $2
AND NOT EXISTS (SELECT FROM events e WHERE e.room_nid = rooms.room_nid AND e.position IS NOT NULL)
"""
SELECT_UNLIKE_CURRENT = """
SELECT coalesce(w.key_nid, s.key_nid) AS key_nid, w.event_nid
FROM unnest($2::bigint[], $3::bigint[]) AS w(key_nid, event_nid)
FULL JOIN (SELECT key_nid, event_nid FROM current_state WHERE room_nid = $1) AS s ON s.key_nid = w.key_nid
WHERE w.event_nid IS DISTINCT FROM s.event_nid
"""
NEXT_POSITION = "SELECT nextval('positions')"


async def insert_room(conn: Connection, room: Room) -> None:
    """Store a room, unless there is one of that id."""
    await conn.execute(INSERT_ROOM, room.nid, room.room_id, room.version.identifier)


async def update_room_version(conn: Connection, room_nid: int, version: str) -> None:
    """Correct the version of a room of which nothing but its id was known."""
    await conn.execute(UPDATE_ROOM_VERSION, room_nid, version)


async def next_position(conn: Connection) -> int:
    """Take a position; whoever shows it to readers holds the positions lock."""
    position: int = await conn.fetchval(NEXT_POSITION)
    return position


async def select_unlike_current(
    conn: Connection, room_nid: int, entries: Mapping[int, int]
) -> dict[int, int | None]:
    """Return what has to change so that a room's current state is this one and no more."""
    rows = await conn.fetch(SELECT_UNLIKE_CURRENT, room_nid, list(entries.keys()), list(entries.values()))
    return {row["key_nid"]: row["event_nid"] for row in rows}
