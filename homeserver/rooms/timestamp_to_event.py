"""Find the event closest to a point in time.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidtimestamp_to_event
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homeserver.errors import NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.reach_back import reach_back_to
from homeserver.rooms.visibility import check_may_read_room, visible_events
from homeserver.storage.events import StoredEvent
from homeserver.storage.history import select_by_time
from homeserver.storage.rooms import Room

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer

FIRST_BATCH: Final = 5
MAX_SCANNED: Final = 2_000
"""How many events are looked at for one that the viewer may see."""

BEYOND: Final = 2**62


async def find_closest_event(
    ctx: RoomsContext, viewer: Viewer, room: Room, timestamp_ms: int, *, forwards: bool
) -> StoredEvent:
    """Return the first visible event at or after a time, or the last one at or before it.

    Raises: Forbidden; NotFound where there is none.
    """
    await check_may_read_room(ctx, viewer, room)
    found = await _closest_here(ctx, viewer, room, timestamp_ms, forwards=forwards)
    if await reach_back_to(ctx, room, found, timestamp_ms, forwards=forwards):
        found = await _closest_here(ctx, viewer, room, timestamp_ms, forwards=forwards)
    if found is None:
        raise NotFound("There is no event on that side of this time")
    return found


async def _closest_here(
    ctx: RoomsContext, viewer: Viewer, room: Room, timestamp_ms: int, *, forwards: bool
) -> StoredEvent | None:
    tie_break = -1 if forwards else BEYOND
    place, scanned, size = (timestamp_ms, tie_break, tie_break), 0, FIRST_BATCH
    while scanned < MAX_SCANNED:
        async with ctx.db.acquire() as conn:
            batch = await select_by_time(conn, room.nid, place, size, forwards=forwards)
        visible = await visible_events(ctx, viewer, room, batch)
        if visible:
            return visible[0]
        if len(batch) < size:
            break
        scanned += size
        size = min(size * 4, MAX_SCANNED)
        place = (batch[-1].origin_server_ts, *batch[-1].place)
    return None
