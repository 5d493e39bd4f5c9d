"""Which rooms a search goes through: those that the user is in or was in and has not forgotten."""

from collections.abc import Iterable
from typing import Final

from federation.protocol.ids import RoomId
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.room_state import CREATE
from homeserver.rooms.viewer import Viewer
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_entries_of_rooms

MAX_UPGRADES: Final = 20
"""How often a room can have been upgraded for its oldest past to be searched with it."""


async def searched_rooms(
    ctx: RoomsContext, viewer: Viewer, wanted: RoomEventFilter, only: str | None
) -> list[Room]:
    """Return the rooms that a filter asks for; `only` leaves one of them.

    Where rooms are named, those that they are the upgrades of are searched too: users see them as one.
    """
    memberships = await ctx.memberships.of_user(viewer.user_nid)
    own = await ctx.names.rooms(nid for nid, membership in memberships.items() if not membership.forgotten)
    by_id = {room.room_id: room for room in own.values()}
    if only is not None:  # a group of a page that was returned: one of these rooms, or a predecessor
        by_id = {room_id: room for room_id, room in by_id.items() if room_id == only}
    found = {room.nid: room for room_id, room in by_id.items() if wanted.allows_room(room_id)}
    if wanted.rooms is not None:
        every = {room.room_id: room for room in own.values()}
        named = [room for room_id, room in every.items() if wanted.allows_room(room_id)]
        for room in await _predecessors(ctx, named, every):
            if room.room_id in by_id and room.room_id not in wanted.not_rooms:
                found[room.nid] = room
    return [found[nid] for nid in sorted(found)]


async def _predecessors(ctx: RoomsContext, rooms: Iterable[Room], own: dict[RoomId, Room]) -> list[Room]:
    found: dict[int, Room] = {}
    newer = list(rooms)
    for _ in range(MAX_UPGRADES):
        if not newer:
            break
        async with ctx.db.acquire() as conn:
            creates = await select_current_entries_of_rooms(conn, [room.nid for room in newer], [CREATE])
        older: list[Room] = []
        for entries in creates.values():
            predecessor = entries[CREATE].load()["content"].get("predecessor")
            room_id = predecessor.get("room_id") if isinstance(predecessor, dict) else None
            room = own.get(RoomId(room_id)) if isinstance(room_id, str) else None
            if room is not None and room.nid not in found:
                found[room.nid] = room
                older.append(room)
        newer = older
    return list(found.values())
