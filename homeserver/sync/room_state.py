"""The state that a sync shows beside each timeline.

With the timeline applied to it, a client has the state at the end of the span. So each key comes with its
newest event, unless the timeline shows that one: then with what the key had before the timeline. State that a
filter or the room's history visibility keeps out of the timeline is not lost by this.

Spec: https://spec.matrix.org/v1.19/client-server-api/#syncing
"""

from collections.abc import Iterable, Mapping, Sequence

from homeserver.storage import state as state_rows
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.sync.delta import Summary, SyncRequest, Timeline
from homeserver.sync.lazy_members import LazyMembers
from homeserver.sync.spans import Span

StateByRoom = dict[int, Sequence[StoredEvent]]
Key = tuple[int, int]
"""A room and a state key, by number."""

MAX_POSITION = 2**62


async def load_room_state(
    conn: Connection,
    lazy: LazyMembers,
    request: SyncRequest,
    spans: Sequence[Span],
    timelines: Mapping[int, Timeline],
    summaries: Mapping[int, Summary],
) -> StateByRoom:
    """Return, per room, the state that the device lacks."""
    whole = [span for span in spans if span.is_whole or request.full_state]
    part = [span for span in spans if not (span.is_whole or request.full_state)]
    found: StateByRoom = {}
    found |= await _full_state(conn, request, whole, timelines)
    found |= await _changed_state(conn, request, part, timelines)
    if request.filter.room.state.lazy_load_members:
        found = await _with_needed_members(conn, lazy, request, spans, timelines, summaries, found)
    wanted = request.filter.room.state
    return {
        room_nid: [event for event in events if wanted.matches(event)] for room_nid, events in found.items()
    }


def needed_members(timeline: Timeline, summary: Summary | None) -> set[int]:
    """Return those whom a client must know to show a timeline, and a room that has no name."""
    users = {event.sender_nid for event in timeline.events}
    if summary is not None and summary.heroes is not None:
        users.update(hero.user_nid for hero in summary.heroes)
    return users


async def _full_state(
    conn: Connection, request: SyncRequest, spans: Sequence[Span], timelines: Mapping[int, Timeline]
) -> StateByRoom:
    """Return each span's state at its end, and before its timeline for what that shows."""
    if not spans:
        return {}
    members = not request.filter.room.state.lazy_load_members
    current = await state_rows.select_current_state_of_rooms(
        conn, [s.room_nid for s in spans], members=members
    )
    after_end = await state_rows.select_replaced_entries(
        conn, [(s.room_nid, s.upto, MAX_POSITION) for s in spans]
    )
    starts = [(s.room_nid, _start(s, timelines[s.room_nid]), s.upto) for s in spans]
    before_timeline = await state_rows.select_replaced_entries(conn, starts)
    older = await _load(conn, [*after_end.values(), *before_timeline.values()])
    replaced_later, replaced_in_timeline = _by_room(after_end), _by_room(before_timeline)
    shown = _shown(request, timelines)
    found: StateByRoom = {}
    for span in spans:
        at_end: dict[int, StoredEvent] = {
            event.key_nid: event for event in current.get(span.room_nid, ()) if event.key_nid is not None
        }
        _undo(at_end, replaced_later.get(span.room_nid, {}), older)
        hidden = {
            key: nid
            for key, nid in replaced_in_timeline.get(span.room_nid, {}).items()
            if key in at_end and at_end[key].event_nid in shown
        }
        _undo(at_end, hidden, older)
        found[span.room_nid] = [e for e in at_end.values() if members or e.type != "m.room.member"]
    return found


async def _changed_state(
    conn: Connection, request: SyncRequest, spans: Sequence[Span], timelines: Mapping[int, Timeline]
) -> StateByRoom:
    """Return what changed in each span, but for what its timeline shows."""
    changes = await state_rows.select_state_changes(conn, [(s.room_nid, s.since, s.upto) for s in spans])
    shown = _shown(request, timelines)
    newest = {(c.room_nid, c.key_nid): c.event_nid for c in changes if c.event_nid not in shown}
    starts = [(s.room_nid, s.since, _start(s, timelines[s.room_nid])) for s in spans]
    in_gap = await state_rows.select_state_changes(conn, [start for start in starts if start[1] < start[2]])
    hidden = {(c.room_nid, c.key_nid) for c in changes if c.event_nid in shown}
    newest |= {key: c.event_nid for c in in_gap if (key := (c.room_nid, c.key_nid)) in hidden}
    events = await _load(conn, newest.values())
    found: dict[int, list[StoredEvent]] = {}
    for (room_nid, _key), event_nid in newest.items():
        if event_nid is not None:
            found.setdefault(room_nid, []).append(events[event_nid])
    return dict(found)


def _shown(request: SyncRequest, timelines: Mapping[int, Timeline]) -> set[int | None]:
    """Return the state events that a client learns from the timelines."""
    if request.use_state_after:
        return set()
    return {event.event_nid for timeline in timelines.values() for event in timeline.events}


def _start(span: Span, timeline: Timeline) -> int:
    """Return the position before the timeline's first event."""
    return (timeline.events[0].position or 1) - 1 if timeline.events else span.upto


def _by_room(replaced: Mapping[Key, int | None]) -> dict[int, dict[int, int | None]]:
    found: dict[int, dict[int, int | None]] = {}
    for (room_nid, key_nid), event_nid in replaced.items():
        found.setdefault(room_nid, {})[key_nid] = event_nid
    return found


def _undo(
    state: dict[int, StoredEvent], replaced: Mapping[int, int | None], older: Mapping[int, StoredEvent]
) -> None:
    """Put back what keys of a room had before."""
    for key, event_nid in replaced.items():
        if event_nid is None:
            state.pop(key, None)
        else:
            state[key] = older[event_nid]


async def _load(conn: Connection, nids: Iterable[int | None]) -> dict[int, StoredEvent]:
    wanted = sorted({nid for nid in nids if nid is not None})
    return await select_events_by_nid(conn, wanted) if wanted else {}


async def _with_needed_members(
    conn: Connection,
    lazy: LazyMembers,
    request: SyncRequest,
    spans: Sequence[Span],
    timelines: Mapping[int, Timeline],
    summaries: Mapping[int, Summary],
    state: StateByRoom,
) -> StateByRoom:
    """Add the members whom the timelines and summaries show, as far as the device was not given them."""
    wanted: list[tuple[int, int]] = []
    device_nid, redundant = request.viewer.device_nid, request.filter.room.state.include_redundant_members
    for span in spans:
        users = needed_members(timelines[span.room_nid], summaries.get(span.room_nid))
        if span.is_whole or request.full_state:
            users.add(request.viewer.user_nid)
            lazy.forget(device_nid, span.room_nid)
        unknown = lazy.take_unknown(device_nid, span.room_nid, users)
        wanted += [(span.room_nid, user_nid) for user_nid in (users if redundant else unknown)]
    shown = _shown(request, timelines)
    for room_nid, members in (await state_rows.select_current_members(conn, wanted)).items():
        present = {event.event_nid for event in state.get(room_nid, ())} | shown
        state[room_nid] = [*state.get(room_nid, ()), *(e for e in members if e.event_nid not in present)]
    return state
