"""Read a room's state: all of it or one entry, now or as a former member left it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstate
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeserver.errors import NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.visibility import check_may_read_room
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent
from homeserver.storage.history import select_branch_state, select_state_event, select_state_events_at
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_state

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer


async def read_state(ctx: RoomsContext, viewer: Viewer, room: Room) -> list[StoredEvent]:
    """Return the state of a room as the viewer may see it. Raises Forbidden."""
    access = await check_may_read_room(ctx, viewer, room)
    async with ctx.db.acquire() as conn:
        if access.state_position is None:
            return await select_current_state(conn, room.nid)
        return await select_state_events_at(conn, room.nid, access.state_position)


async def read_state_event(
    ctx: RoomsContext, viewer: Viewer, room: Room, type_: str, state_key: str
) -> StoredEvent:
    """Return one entry of the state of a room.

    Raises: Forbidden; NotFound where the state has no such entry.
    """
    access = await check_may_read_room(ctx, viewer, room)
    async with ctx.db.acquire() as conn:
        event = await select_state_event(conn, room.nid, type_, state_key, access.state_position)
    if event is None:
        raise NotFound("The room has no such state")
    return event


async def load_state_after(conn: Connection, event: StoredEvent, *, members: bool) -> list[StoredEvent]:
    """Return the state of the room after an event, with or without the member events."""
    if event.on_main_line:
        return await select_state_events_at(conn, event.room_nid, event.position or 0, members=members)
    state = {
        entry.key_nid: entry
        for entry in await select_state_events_at(
            conn, event.room_nid, event.state_base or 0, members=members
        )
    }
    changed = await select_branch_state(conn, event.event_nid)
    if event.key_nid is not None:
        changed[event.key_nid] = event
    for key_nid, entry in changed.items():
        if entry is None:
            state.pop(key_nid, None)
        elif members or entry.type != "m.room.member":
            state[key_nid] = entry
    return list(state.values())
