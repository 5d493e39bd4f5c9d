"""Read one event of a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomideventeventid
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from federation.protocol.ids import EventId
from homeserver.errors import Forbidden, NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.visibility import check_may_read_room, visible_events
from homeserver.storage.events import StoredEvent, select_events
from homeserver.storage.rooms import Room

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer


async def read_event(ctx: RoomsContext, viewer: Viewer, room: Room, event_id: EventId) -> StoredEvent:
    """Return an event that the viewer may see.

    Who may not read the room is told no more than that the event is not there.

    Raises: NotFound.
    """
    try:
        await check_may_read_room(ctx, viewer, room)
    except Forbidden as error:
        raise NotFound("There is no such event") from error
    return await find_visible_event(ctx, viewer, room, event_id)


async def read_event_anywhere(ctx: RoomsContext, viewer: Viewer, event_id: EventId) -> StoredEvent:
    """Return an event that the viewer may see, of whichever room.

    Raises: NotFound.
    """
    if "\x00" in event_id:
        raise NotFound("There is no such event")
    async with ctx.db.acquire() as conn:
        event = (await select_events(conn, [event_id])).get(event_id)
    if event is None:
        raise NotFound("There is no such event")
    room = (await ctx.names.rooms([event.room_nid]))[event.room_nid]
    return await read_event(ctx, viewer, room, event_id)


async def find_visible_event(ctx: RoomsContext, viewer: Viewer, room: Room, event_id: EventId) -> StoredEvent:
    """Return an event that the viewer may see.

    An event that they may not see, or of another room, is answered like one that does not exist.

    Raises: NotFound.
    """
    if "\x00" in event_id:
        raise NotFound("There is no such event")
    async with ctx.db.acquire() as conn:
        event = (await select_events(conn, [event_id])).get(event_id)
    if event is None or event.room_nid != room.nid:
        raise NotFound("There is no such event")
    visible = await visible_events(ctx, viewer, room, [event])
    if not visible:
        raise NotFound("There is no such event")
    return visible[0]
