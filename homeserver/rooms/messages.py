"""Page through a room's history.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homeserver.rooms.context import RoomsContext
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.history_tokens import (
    BEGINNING,
    LIVE_END,
    HistoryToken,
    Place,
    StreamPosition,
    after,
    before,
    place_of,
)
from homeserver.rooms.reach_back import reach_back
from homeserver.rooms.visibility import check_may_read_room
from homeserver.rooms.walk_history import Walk, walk_history
from homeserver.storage.events import StoredEvent
from homeserver.storage.history import select_members_at
from homeserver.storage.rooms import Room

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of the history is asked for.

    Without `start` it is the part before the live end, or the one after the beginning.
    """

    start: HistoryToken | None
    stop: HistoryToken | None
    backwards: bool
    limit: int
    wanted: RoomEventFilter


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the history. `end` is None where there is nothing beyond `start` that the viewer may see.

    `members` are the member events of the senders, where they are to be loaded lazily.
    """

    events: Sequence[StoredEvent]
    start: Place
    end: Place | None
    members: Sequence[StoredEvent]


async def read_messages(ctx: RoomsContext, viewer: Viewer, room: Room, asked: PageRequest) -> Page:
    """Return a page of the events that the viewer may see.

    A page left short by a filter or by visibility still has an `end` to go on from.

    Raises: Forbidden.
    """
    access = await check_may_read_room(ctx, viewer, room)
    if not asked.wanted.allows_room(room.room_id):
        return Page((), BEGINNING, None, ())
    walk = await _plan(ctx, room, asked, access.history_end)
    walked = await walk_history(ctx, viewer, room, walk)
    if walk.backwards and await reach_back(ctx, room, walk.start, walked.end):
        walked = await walk_history(ctx, viewer, room, walk)
    members = await load_members_of(ctx, room, walked.events) if asked.wanted.lazy_load_members else ()
    start = _start_of(walk, walked.events)
    return Page(walked.events, start, None if walked.exhausted and not walked.events else walked.end, members)


async def load_members_of(ctx: RoomsContext, room: Room, events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Return the member events of the senders of events, as they were at the newest of these."""
    if not events:
        return []
    newest = max(events, key=before)
    async with ctx.db.acquire() as conn:
        return await select_members_at(
            conn, room.nid, sorted({event.sender_nid for event in events}), position_at(newest)
        )


def position_at(event: StoredEvent) -> int:
    """Return the position whose state on the main line is that after an event, or that it started from."""
    if event.state_base is not None:
        return event.state_base
    return event.position if event.position is not None else 0


async def _plan(ctx: RoomsContext, room: Room, asked: PageRequest, history_end: int | None) -> Walk:
    end = LIVE_END if history_end is None else await place_of(ctx.db, room.nid, StreamPosition(history_end))
    start, stop = (end, BEGINNING) if asked.backwards else (BEGINNING, end)
    if asked.start is not None:
        start = min(await place_of(ctx.db, room.nid, asked.start), end)
    if asked.stop is not None:
        stop = min(await place_of(ctx.db, room.nid, asked.stop), end)
    return Walk(start, stop, asked.backwards, asked.limit, asked.wanted)


def _start_of(walk: Walk, events: Sequence[StoredEvent]) -> Place:
    """Return where the page starts: who goes the other way from there must find what comes later."""
    if walk.start != LIVE_END:
        return walk.start
    return after(events[0]) if events else BEGINNING
