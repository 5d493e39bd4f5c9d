"""Which event a receipt may be for.

Spec: https://spec.matrix.org/v1.19/client-server-api/#receipts
"""

from federation.protocol.ids import EventId, parse_event_id
from homeserver.errors import InvalidParam, NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.viewer import Viewer
from homeserver.rooms.visibility import visible_events
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent, select_events
from homeserver.storage.receipts import MAIN_THREAD, UNTHREADED, select_related
from homeserver.storage.rooms import Room

THREAD = "m.thread"


async def receipt_target(
    ctx: RoomsContext, viewer: Viewer, room: Room, event_id: EventId, thread: str = UNTHREADED
) -> StoredEvent:
    """Return the event that a receipt names: one of this room and thread that the user may see.

    Raises: NotFound, the same for an event that is unknown, of another room, or hidden from the user;
    InvalidParam where the event is not of the thread.
    """
    async with ctx.db.acquire() as conn:
        event = (await select_events(conn, [event_id])).get(event_id)
        fits = event is None or thread == UNTHREADED or await is_in_thread(conn, event, thread)
    if event is None or event.room_nid != room.nid or event.status != EventStatus.ACCEPTED:
        raise NotFound("There is no such event in this room")
    if not await visible_events(ctx, viewer, room, [event]):
        raise NotFound("There is no such event in this room")
    if not fits:
        raise InvalidParam("The event is not in this thread")
    return event


async def is_in_thread(conn: Connection, event: StoredEvent, thread: str) -> bool:
    """Tell whether an event belongs to a thread.

    The main timeline is what leads to no thread. A thread's root, and what refers to the root, is of the main
    timeline and may also be what somebody has read of the thread.
    """
    related = await select_related(conn, event.room_nid, event.event_nid)
    if thread == MAIN_THREAD:
        return all(relation.rel_type != THREAD for relation in related)
    return thread == event.event_id or any(relation.event_id == thread for relation in related)


def parse_thread(thread_id: object) -> str:
    """Return the thread that a receipt's body names.

    Raises: InvalidParam for what is neither "main" nor an event id.
    """
    if not isinstance(thread_id, str) or not thread_id:
        raise InvalidParam("thread_id is a non-empty string")
    return thread_id if thread_id == MAIN_THREAD else parse_event_id(thread_id)
