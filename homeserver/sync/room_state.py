"""The state that a sync shows beside each timeline.

Spec: https://spec.matrix.org/v1.19/client-server-api/#syncing
"""

from collections.abc import Iterable, Mapping, Sequence

from homeserver.storage import state as state_rows
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.sync.delta import SyncRequest, Timeline
from homeserver.sync.lazy_members import LazyMembers, senders_of
from homeserver.sync.spans import Span

StateByRoom = dict[int, Sequence[StoredEvent]]


async def load_room_state(
    conn: Connection,
    lazy: LazyMembers,
    request: SyncRequest,
    spans: Sequence[Span],
    timelines: Mapping[int, Timeline],
) -> StateByRoom:
    """Return, per room, the state at the start of the timeline (or its end, if so asked) that the device lacks."""
    whole = [span for span in spans if span.is_whole or request.full_state]
    part = [span for span in spans if not (span.is_whole or request.full_state)]
    found: StateByRoom = {}
    found |= await _full_state(conn, request, whole, timelines)
    found |= await _changed_state(conn, request, part, timelines)
    if request.filter.room.state.lazy_load_members:
        found = await _with_needed_members(conn, lazy, request, spans, timelines, found)
    return {
        room_nid: [e for e in events if request.filter.room.state.matches(e)]
        for room_nid, events in found.items()
    }


async def _full_state(
    conn: Connection, request: SyncRequest, spans: Sequence[Span], timelines: Mapping[int, Timeline]
) -> StateByRoom:
    if not spans:
        return {}
    members = not request.filter.room.state.lazy_load_members
    current = await state_rows.select_current_state_of_rooms(
        conn, [s.room_nid for s in spans], members=members
    )
    starts = [(s.room_nid, _state_position(request, s, timelines[s.room_nid]), MAX_POSITION) for s in spans]
    replaced = await state_rows.select_replaced_entries(conn, starts)
    older = await select_events_by_nid(conn, sorted({nid for nid in replaced.values() if nid is not None}))
    found: StateByRoom = {}
    for span in spans:
        room_nid = span.room_nid
        kept = [e for e in current.get(room_nid, ()) if (room_nid, e.key_nid) not in replaced]
        undone = [
            older[nid] for (room, _key), nid in replaced.items() if room == room_nid and nid is not None
        ]
        found[room_nid] = kept + [e for e in undone if members or e.type != "m.room.member"]
    return found


async def _changed_state(
    conn: Connection, request: SyncRequest, spans: Sequence[Span], timelines: Mapping[int, Timeline]
) -> StateByRoom:
    """Return what changed before the timeline, and changes within it that none of its events shows."""
    parts = []
    for span in spans:
        at = _state_position(request, span, timelines[span.room_nid])
        parts += [
            (span.room_nid, since, upto)
            for since, upto in ((span.since, at), (at, span.upto))
            if since < upto
        ]
    changes = await state_rows.select_state_changes(conn, parts)
    shown = (
        {e.event_nid for timeline in timelines.values() for e in timeline.events}
        if not request.use_state_after
        else set()
    )
    newest: dict[tuple[int, int], int] = {}
    for change in sorted(changes, key=lambda change: change.position):
        if change.event_nid is not None and change.event_nid not in shown:
            newest[(change.room_nid, change.key_nid)] = change.event_nid
    events = await select_events_by_nid(conn, sorted(newest.values())) if newest else {}
    found: dict[int, list[StoredEvent]] = {}
    for (room_nid, _key), event_nid in newest.items():
        found.setdefault(room_nid, []).append(events[event_nid])
    return dict(found)


MAX_POSITION = 2**62


def _state_position(request: SyncRequest, span: Span, timeline: Timeline) -> int:
    """Return the position after which the state is the one to show."""
    if request.use_state_after or not timeline.events:
        return span.upto
    return (timeline.events[0].position or 1) - 1


async def _with_needed_members(
    conn: Connection,
    lazy: LazyMembers,
    request: SyncRequest,
    spans: Sequence[Span],
    timelines: Mapping[int, Timeline],
    state: StateByRoom,
) -> StateByRoom:
    """Add the members whom the timelines show, as far as the device has not been given them."""
    wanted: list[tuple[int, int]] = []
    device_nid, redundant = request.viewer.device_nid, request.filter.room.state.include_redundant_members
    for span in spans:
        users = senders_of(timelines[span.room_nid].events)
        if span.is_whole or request.full_state:
            users.add(request.viewer.user_nid)
            lazy.forget(device_nid, span.room_nid)
        unknown = lazy.take_unknown(device_nid, span.room_nid, users)
        wanted += [(span.room_nid, user_nid) for user_nid in (users if redundant else unknown)]
    for room_nid, members in (await state_rows.select_current_members(conn, wanted)).items():
        present = _shown(state.get(room_nid, ())) | _shown(timelines[room_nid].events)
        state[room_nid] = [*state.get(room_nid, ()), *(e for e in members if e.event_nid not in present)]
    return state


def _shown(events: Iterable[StoredEvent]) -> set[int]:
    return {event.event_nid for event in events}
