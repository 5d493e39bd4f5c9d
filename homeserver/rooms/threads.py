"""Page through the threads of a room, those with the newest events first.

Spec: https://spec.matrix.org/v1.19/client-server-api/#querying-threads-in-a-room
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homeserver.rooms.context import RoomsContext
from homeserver.rooms.history_tokens import LIVE_END, HistoryToken, Place, place_of
from homeserver.rooms.visibility import END, check_may_read_room, visible_events, withhold
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.relations import Thread, ThreadsWanted, select_threads
from homeserver.storage.rooms import Room

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100
MAX_SCANNED: Final = 1_000


@dataclass(frozen=True, slots=True)
class ThreadsPage:
    """Roots of threads, and where to go on; None at the end."""

    roots: Sequence[StoredEvent]
    next_batch: Place | None


async def read_threads(
    ctx: RoomsContext,
    viewer: Viewer,
    room: Room,
    start: HistoryToken | None,
    limit: int,
    *,
    participated: bool,
) -> ThreadsPage:
    """Return a page of the thread roots that the viewer may see.

    `participated` keeps only the threads that they have taken part in.

    Raises: Forbidden.
    """
    access = await check_may_read_room(ctx, viewer, room)
    ignored = sorted(await ctx.ignored.of_user(viewer.user_nid))
    upto = END if access.history_end is None else access.history_end
    wanted = ThreadsWanted(room.nid, ignored, upto, viewer.user_nid if participated else None)
    place = LIVE_END if start is None else await place_of(ctx.db, room.nid, start)
    roots: list[StoredEvent] = []
    for _ in range(MAX_SCANNED // limit + 1):
        missing = limit - len(roots)
        async with ctx.db.acquire() as conn:
            threads = await select_threads(conn, wanted, place, missing + 1)
        roots += await _visible_roots(ctx, viewer, room, threads[:missing])
        if len(threads) <= missing:
            return ThreadsPage(roots, None)
        place = Place(*threads[missing - 1].latest)
        if len(roots) == limit:
            break
    return ThreadsPage(roots, place)


async def _visible_roots(
    ctx: RoomsContext, viewer: Viewer, room: Room, threads: Sequence[Thread]
) -> list[StoredEvent]:
    """Return the visible roots in the order of the threads; those of ignored users are shown redacted."""
    async with ctx.db.acquire() as conn:
        stored = await select_events_by_nid(conn, [thread.root_nid for thread in threads])
    roots = [stored[thread.root_nid] for thread in threads]
    ignored = await ctx.ignored.of_user(viewer.user_nid)
    return [
        withhold(root) if root.sender_nid in ignored else root
        for root in await visible_events(ctx, viewer, room, roots, with_ignored=True)
    ]
