"""Rooms by id and by number."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import RoomId
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from homeserver.storage.db import Connection

SELECT_ROOM = "SELECT room_nid, room_id, version FROM rooms WHERE room_id = $1"
SELECT_ROOMS = "SELECT room_nid, room_id, version FROM rooms WHERE room_nid = ANY ($1::bigint[])"
NEXT_ROOM_NID = "SELECT nextval('room_nids')"


@dataclass(frozen=True, slots=True)
class Room:
    """What never changes about a room."""

    nid: int
    room_id: RoomId
    version: RoomVersion


async def select_room(conn: Connection, room_id: RoomId) -> Room | None:
    if "\0" in room_id:  # which PostgreSQL would refuse, and no id holds
        return None
    row = await conn.fetchrow(SELECT_ROOM, room_id)
    return Room(row["room_nid"], RoomId(row["room_id"]), ROOM_VERSIONS[row["version"]]) if row else None


async def select_rooms(conn: Connection, room_nids: Sequence[int]) -> list[Room]:
    rows = await conn.fetch(SELECT_ROOMS, room_nids)
    return [Room(r["room_nid"], RoomId(r["room_id"]), ROOM_VERSIONS[r["version"]]) for r in rows]


async def next_room_nid(conn: Connection) -> int:
    """Take a number for a room that is about to be made; numbers of rooms never made are lost."""
    nid: int = await conn.fetchval(NEXT_ROOM_NID)
    return nid
