"""Read an event with what happened just before and after it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidcontexteventid
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.history_tokens import BEGINNING, LIVE_END, Place, after, before
from homeserver.rooms.messages import load_members_of
from homeserver.rooms.reach_back import reach_back
from homeserver.rooms.read_event import find_visible_event
from homeserver.rooms.state_reading import load_state_after
from homeserver.rooms.viewer import Viewer
from homeserver.rooms.visibility import check_may_read_room
from homeserver.rooms.walk_history import Walk, Walked, walk_history
from homeserver.storage.events import StoredEvent
from homeserver.storage.rooms import Room


@dataclass(frozen=True, slots=True)
class EventContext:
    """An event and its surroundings. `before` is newest first, `after` oldest first.

    `state` is that after the newest of these events; `start` and `end` lead on from both sides.
    """

    event: StoredEvent
    before: Sequence[StoredEvent]
    after: Sequence[StoredEvent]
    state: Sequence[StoredEvent]
    start: Place
    end: Place


async def read_context(
    ctx: RoomsContext, viewer: Viewer, room: Room, event_id: EventId, limit: int, wanted: RoomEventFilter
) -> EventContext:
    """Return an event with up to `limit` visible events around it, half of them on each side.

    The filter applies to what is around the event and to the state, not to the event.

    Raises: Forbidden for who may not read the room, NotFound for an event that they may not see.
    """
    await check_may_read_room(ctx, viewer, room)
    event = await find_visible_event(ctx, viewer, room, event_id)
    limit = limit if wanted.allows_room(room.room_id) else 0
    walk = Walk(before(event), BEGINNING, backwards=True, limit=limit // 2, wanted=wanted)
    earlier = await walk_history(ctx, viewer, room, walk)
    if walk.limit and await reach_back(ctx, room, walk.start, earlier.end):
        earlier = await walk_history(ctx, viewer, room, walk)
    later = await walk_history(
        ctx,
        viewer,
        room,
        Walk(after(event), LIVE_END, backwards=False, limit=limit - limit // 2, wanted=wanted),
    )
    state = await _state(ctx, room, event, earlier, later, wanted)
    return EventContext(event, earlier.events, later.events, state, earlier.end, later.end)


async def _state(
    ctx: RoomsContext, room: Room, event: StoredEvent, earlier: Walked, later: Walked, wanted: RoomEventFilter
) -> list[StoredEvent]:
    newest = later.events[-1] if later.events else event
    async with ctx.db.acquire() as conn:
        state = await load_state_after(conn, newest, members=not wanted.lazy_load_members)
    if wanted.lazy_load_members:
        state += await load_members_of(ctx, room, [*earlier.events, event, *later.events])
    return [entry for entry in state if wanted.matches(entry)]
