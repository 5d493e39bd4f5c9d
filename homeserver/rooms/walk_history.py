"""Walking through a room's past, past everything that the viewer may not see or does not want.

What is left out never ends the walk: it goes on until the page is full, the history is at its end, or so many
events were looked at that the client had better ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homeserver.rooms.context import RoomsContext
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.history_tokens import Place, after, before
from homeserver.rooms.visibility import visible_events
from homeserver.storage.events import StoredEvent, select_after, select_before
from homeserver.storage.rooms import Room

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer

MAX_SCANNED: Final = 2_000
"""How many events a walk looks at."""

FILTERED_BATCH: Final = 250
"""How many are read at a time where a filter may leave most of them out."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where to start, where to stop at the latest, which way, and what to collect."""

    start: Place
    stop: Place
    backwards: bool
    limit: int
    wanted: RoomEventFilter


@dataclass(frozen=True, slots=True)
class Walked:
    """What was found, in the order of the walk, and the place that it came to.

    `exhausted` says that nothing lies beyond.
    """

    events: Sequence[StoredEvent]
    end: Place
    exhausted: bool


async def walk_history(ctx: RoomsContext, viewer: Viewer, room: Room, walk: Walk) -> Walked:
    """Collect up to `limit` events that the viewer may see and the filter lets through."""
    found: list[StoredEvent] = []
    place, scanned = walk.start, 0
    while len(found) < walk.limit and scanned < MAX_SCANNED:
        size = _batch_size(walk, len(found), filtered=scanned > 0)
        batch = await _read(ctx, room, walk, place, size)
        matching = [event for event in batch if walk.wanted.matches(event)]
        for event in await visible_events(ctx, viewer, room, matching) if matching else ():
            found.append(event)
            if len(found) == walk.limit:
                return Walked(found, _beyond(event, walk), exhausted=False)
        place = _beyond(batch[-1], walk) if batch else place
        if len(batch) < size:
            return Walked(found, place, exhausted=True)
        scanned += len(batch)
    return Walked(found, place, exhausted=False)


def _batch_size(walk: Walk, found: int, *, filtered: bool) -> int:
    if walk.wanted.is_trivial and not filtered:
        return walk.limit - found
    return max(FILTERED_BATCH, walk.limit - found)


async def _read(ctx: RoomsContext, room: Room, walk: Walk, place: Place, size: int) -> list[StoredEvent]:
    async with ctx.db.acquire() as conn:
        if walk.backwards:
            events = await select_before(conn, room.nid, place, size)
            return [event for event in events if before(event) >= walk.stop]
        events = await select_after(conn, room.nid, Place(place.topo, place.event_nid - 1), size)
        return [event for event in events if before(event) < walk.stop]


def _beyond(event: StoredEvent, walk: Walk) -> Place:
    return before(event) if walk.backwards else after(event)
