"""The timelines of a sync: from memory where a room's tail reaches back far enough, else by one query."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from homeserver.rooms.context import RoomsContext
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.visibility import visible_in_rooms
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_timelines
from homeserver.sync.delta import SyncRequest, Timeline
from homeserver.sync.room_tails import RoomTails
from homeserver.sync.spans import Span

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
FILTERED_PAGE = 500
"""How many events are looked at for a timeline where a filter may hide most of them."""
NAMING_TYPES = frozenset({"m.room.member", "m.room.name", "m.room.canonical_alias"})


def timeline_from_tail(tails: RoomTails, wanted: RoomEventFilter, span: Span) -> Timeline | None:
    """Return the timeline of a room that the user was in all the while, if it is in memory."""
    tail = None if span.is_whole else tails.get(span.room_nid)
    events = tail.between(span.since, span.upto) if tail is not None else None
    if tail is None or events is None:
        return None
    plain = all(e.key_nid is None and e.on_main_line and e.event_id not in tail.parents for e in events)
    return cut_timeline(wanted, events, from_tail=plain)


async def load_timelines(
    conn: Connection, ctx: RoomsContext, request: SyncRequest, spans: Sequence[Span], joined: Collection[int]
) -> dict[int, Timeline]:
    """Read timelines in one query, and leave out what the user may not see.

    Of rooms in `joined` that are not shown whole, the user has seen everything.
    """
    wanted = request.filter.room.timeline
    limit = timeline_limit(wanted)
    found = await _load_pages(
        conn, ctx, request, spans, joined, limit + 1 if wanted.is_trivial else FILTERED_PAGE
    )
    short = [
        s
        for s in spans
        if wanted.is_trivial and found[s.room_nid].limited and len(found[s.room_nid].events) < limit
    ]
    if short:
        found |= await _load_pages(conn, ctx, request, short, joined, FILTERED_PAGE)
    return found


async def _load_pages(
    conn: Connection,
    ctx: RoomsContext,
    request: SyncRequest,
    spans: Sequence[Span],
    joined: Collection[int],
    size: int,
) -> dict[int, Timeline]:
    """Read at most `size` events of each span, and make timelines of what of them the user may see."""
    stored = await select_timelines(conn, [(span.room_nid, span.since, span.upto) for span in spans], size)
    pages: dict[int, Sequence[StoredEvent]] = {span.room_nid: stored.get(span.room_nid, ()) for span in spans}
    full = {room_nid for room_nid, page in pages.items() if len(page) >= size}
    doubtful = {
        s.room_nid: pages[s.room_nid]
        for s in spans
        if s.is_whole or s.room_nid not in joined or ctx.lifetimes.of_room(s.room_nid) is not None
    }
    visible = pages | await visible_in_rooms(conn, ctx, request.viewer, doubtful)
    wanted = request.filter.room.timeline
    return {
        room_nid: cut_timeline(wanted, page, more=room_nid in full or len(page) < len(pages[room_nid]))
        for room_nid, page in visible.items()
    }


def without_ignored(timeline: Timeline, ignored: Collection[int]) -> Timeline:
    """Leave out messages, but never state, of users whom the viewer ignores."""
    if not ignored or not any(event.sender_nid in ignored for event in timeline.events):
        return timeline
    shown = [
        event for event in timeline.events if event.key_nid is not None or event.sender_nid not in ignored
    ]
    return replace(timeline, events=shown, is_whole_span=False)


def hidden_timeline(timeline: Timeline) -> Timeline:
    """Leave out everything, for a filter that wants no timeline of the room."""
    return replace(timeline, events=(), limited=False, is_whole_span=False)


def cut_timeline(
    wanted: RoomEventFilter, events: Sequence[StoredEvent], *, more: bool = False, from_tail: bool = False
) -> Timeline:
    """Keep the newest events that the filter lets through; `more`: there are older ones in the span."""
    matching = events if wanted.is_trivial else [event for event in events if wanted.matches(event)]
    limit = timeline_limit(wanted)
    kept = matching[-limit:] if limit else []
    limited = more or len(matching) > len(kept)
    return Timeline(
        kept, limited, _token_before(kept, events), from_tail and not limited, len(kept) == len(events),
        any(event.type in NAMING_TYPES for event in events),
    )  # fmt: skip


def timeline_limit(wanted: RoomEventFilter) -> int:
    return DEFAULT_LIMIT if wanted.limit is None else min(wanted.limit, MAX_LIMIT)


def _token_before(kept: Sequence[StoredEvent], events: Sequence[StoredEvent]) -> str:
    """Return a token from which /messages goes back to what is older than the timeline."""
    if kept:
        topo, event_nid = kept[0].place
    elif events:
        topo, event_nid = events[-1].topo, events[-1].event_nid + 1
    else:
        return ""
    return f"t{topo}_{event_nid}"
