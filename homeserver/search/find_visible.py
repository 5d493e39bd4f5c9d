"""Find events that match and that the viewer may see.

The index knows nothing of who may see what: each event that it names is put to the rules of history
visibility, and with it the edit whose words it has. Nothing else is counted, either.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from homeserver.rooms.context import RoomsContext
from homeserver.rooms.viewer import Viewer
from homeserver.rooms.visibility import visible_in_rooms
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.search_texts import FoundText, TextQuery, select_found

BATCH: Final = 500
MAX_BATCHES: Final = 6
"""How many matching events are looked at for one page."""

TIMEOUT_MS: Final = 4_000
"""How long PostgreSQL may look for one batch."""


@dataclass(frozen=True, slots=True)
class Hunt:
    """What to look for, in which order, after which place, and how many."""

    query: TextQuery
    ranked: bool
    before: tuple[int, int] | None
    limit: int


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, in order. `end` is the place to go on from, None where nothing is left.

    `count` is of these and of those after them that were looked at.
    """

    texts: Sequence[FoundText]
    count: int
    end: tuple[int, int] | None


async def find_visible(ctx: RoomsContext, viewer: Viewer, hunt: Hunt) -> Found:
    """Return the first events that match and that the viewer may see. Raises SearchTooCostly."""
    await ctx.memberships.of_user(viewer.user_nid)
    found: list[FoundText] = []
    place = hunt.before
    is_end = False
    for _ in range(MAX_BATCHES):
        async with ctx.db.transaction() as conn:
            batch = await select_found(
                conn, hunt.query, ranked=hunt.ranked, before=place, limit=BATCH, timeout_ms=TIMEOUT_MS
            )
            found += await _visible(conn, ctx, viewer, batch)
        is_end = len(batch) < BATCH
        place = _place(hunt, batch[-1]) if batch else place
        if is_end or len(found) > hunt.limit:
            break
    page = found[: hunt.limit]
    if len(found) > hunt.limit:
        return Found(page, len(found), _place(hunt, page[-1]))
    return Found(page, len(found), None if is_end else place)


def _place(hunt: Hunt, text: FoundText) -> tuple[int, int]:
    return (text.rank if hunt.ranked else text.sent_ms), text.event.event_nid


async def _visible(
    conn: Connection, ctx: RoomsContext, viewer: Viewer, batch: Sequence[FoundText]
) -> list[FoundText]:
    edit_nids = [text.shown_nid for text in batch if text.shown_nid != text.event.event_nid]
    edits = await select_events_by_nid(conn, edit_nids) if edit_nids else {}
    events = [text.event for text in batch]
    seen = await _visible_nids(conn, ctx, viewer, [*events, *edits.values()])
    return [text for text in batch if text.event.event_nid in seen and text.shown_nid in seen]


async def _visible_nids(
    conn: Connection, ctx: RoomsContext, viewer: Viewer, events: Sequence[StoredEvent]
) -> set[int]:
    by_room: dict[int, list[StoredEvent]] = {}
    for event in events:
        by_room.setdefault(event.room_nid, []).append(event)
    visible = await visible_in_rooms(conn, ctx, viewer, by_room)
    # What is withheld from the viewer is shown as if it were redacted: it is not found by its text either.
    return {e.event_nid for of_room in visible.values() for e in of_room if e.redacted_by is None}
