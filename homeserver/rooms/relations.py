"""Page through the events that relate to an event.

Spec: https://spec.matrix.org/v1.19/client-server-api/#relationships-api
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from federation.protocol.ids import EventId
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.history_tokens import BEGINNING, LIVE_END, HistoryToken, Place, after, before, place_of
from homeserver.rooms.read_event import read_event
from homeserver.rooms.visibility import visible_events
from homeserver.storage.events import StoredEvent
from homeserver.storage.relations import MAX_RECURSION, Related, select_related
from homeserver.storage.rooms import Room

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 500
MAX_SCANNED: Final = 2_000


@dataclass(frozen=True, slots=True)
class RelationsRequest:
    """Which children are asked for; None restricts nothing."""

    parent_id: EventId
    rel_type: str | None
    type: str | None
    start: HistoryToken | None
    stop: HistoryToken | None
    backwards: bool
    limit: int
    recurse: bool


@dataclass(frozen=True, slots=True)
class RelationsPage:
    """Children of an event. `next_batch` is None at the end, `prev_batch` on the first page."""

    events: Sequence[StoredEvent]
    next_batch: Place | None
    prev_batch: Place | None
    recursion_depth: int


async def read_relations(
    ctx: RoomsContext, viewer: Viewer, room: Room, asked: RelationsRequest
) -> RelationsPage:
    """Return a page of the visible events that relate to an event.

    Raises: NotFound where the viewer may not see the event itself.
    """
    await read_event(ctx, viewer, room, asked.parent_id)
    start, stop = (LIVE_END, BEGINNING) if asked.backwards else (BEGINNING, LIVE_END)
    start = start if asked.start is None else await place_of(ctx.db, room.nid, asked.start)
    stop = stop if asked.stop is None else await place_of(ctx.db, room.nid, asked.stop)
    events, end = await _collect(ctx, viewer, room, asked, start, stop)
    return RelationsPage(
        events, end, start if asked.start is not None else None, MAX_RECURSION if asked.recurse else 1
    )


async def _collect(
    ctx: RoomsContext, viewer: Viewer, room: Room, asked: RelationsRequest, start: Place, stop: Place
) -> tuple[list[StoredEvent], Place | None]:
    """Collect children until the page is full or none is left; return also where to go on."""
    depth = MAX_RECURSION if asked.recurse else 1
    wanted = Related(asked.parent_id, room.nid, asked.rel_type, asked.type, depth)
    found: list[StoredEvent] = []
    place, scanned = start, 0
    while scanned < MAX_SCANNED:
        size = asked.limit - len(found) + 1
        async with ctx.db.acquire() as conn:
            batch = await select_related(conn, wanted, place, size, backwards=asked.backwards)
        in_range = [e for e in batch if (before(e) >= stop if asked.backwards else before(e) < stop)]
        visible = await visible_events(ctx, viewer, room, in_range)
        found += visible[: asked.limit - len(found)]
        if len(in_range) < size:
            return found, None
        if len(found) == asked.limit:
            break
        place = _beyond(batch[-1], asked)
        scanned += size
    return found, _beyond(found[-1], asked) if len(found) == asked.limit else place


def _beyond(event: StoredEvent, asked: RelationsRequest) -> Place:
    return before(event) if asked.backwards else after(event)
