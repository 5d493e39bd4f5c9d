"""The timelines of a sync: from memory where the tail of a room reaches back far enough, else one query for all the others."""

from collections.abc import Sequence

from homeserver.rooms.context import RoomsContext
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.render_event import Viewer
from homeserver.rooms.visibility import visible_events
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_timelines
from homeserver.storage.memberships import RoomMembership
from homeserver.sync.delta import Timeline
from homeserver.sync.room_tails import RoomTails
from homeserver.sync.spans import Span

DEFAULT_LIMIT = 10
MAX_LIMIT = 100
FILTERED_PAGE = 500
"""How many events are looked at for a timeline where a filter may hide most of them."""


def timeline_from_tail(tails: RoomTails, wanted: RoomEventFilter, span: Span) -> Timeline | None:
    """Return the timeline of a room that the user was in all the while, if it is in memory."""
    tail = None if span.is_whole else tails.get(span.room_nid)
    events = tail.between(span.since, span.upto) if tail is not None else None
    if tail is None or events is None:
        return None
    plain = all(e.key_nid is None and e.on_main_line and e.event_id not in tail.parents for e in events)
    return cut_timeline(wanted, events, from_tail=plain)


async def load_pages(
    conn: Connection, wanted: RoomEventFilter, spans: Sequence[Span]
) -> dict[int, Sequence[StoredEvent]]:
    """Read, in one query, the newest events of spans: enough of them to see whether there are more than the limit."""
    stored = await select_timelines(
        conn, [(span.room_nid, span.since, span.upto) for span in spans], page_size(wanted)
    )
    return {span.room_nid: stored.get(span.room_nid, ()) for span in spans}


def page_size(wanted: RoomEventFilter) -> int:
    return timeline_limit(wanted) + 1 if wanted.is_trivial else FILTERED_PAGE


async def visible_page(
    ctx: RoomsContext, viewer: Viewer, span: Span, page: Sequence[StoredEvent], membership: RoomMembership
) -> Sequence[StoredEvent]:
    """Leave out what the user may not see: for those who were in the room all the while, nothing."""
    joined_since = membership.position if membership.membership == "join" else None
    if not span.is_whole and joined_since is not None:
        return page
    if not page or (joined_since is not None and (page[0].position or 0) >= joined_since):
        return page
    room = (await ctx.names.rooms([span.room_nid]))[span.room_nid]
    return await visible_events(ctx, viewer, room, page)


def cut_timeline(
    wanted: RoomEventFilter, events: Sequence[StoredEvent], *, more: bool = False, from_tail: bool = False
) -> Timeline:
    """Keep the newest events that the filter lets through; `more` says that there are older ones in the span."""
    matching = events if wanted.is_trivial else [event for event in events if wanted.matches(event)]
    limit = timeline_limit(wanted)
    kept = matching[-limit:] if limit else []
    limited = more or len(matching) > len(kept)
    return Timeline(kept, limited, _token_before(kept, events), from_tail and not limited)


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
