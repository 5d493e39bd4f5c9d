"""The state of results: all that is wanted of rooms shown for the first time, else what has changed.

State is that at the end of each result's span: of a room that the user was removed from, that of then.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage import state as state_rows
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.sliding_rooms import select_state_events
from homeserver.storage.state_keys import StateEntry
from homeserver.sync.context import SyncContext
from homeserver.sync.room_state import MAX_POSITION
from homeserver.sync.sliding.connection import SlidingConnection
from homeserver.sync.sliding.required_state import MEMBER, NO_STATE, RequiredState
from homeserver.sync.sliding.results import RoomResult, RoomState

FACTS: Sequence[StateEntry] = (("m.room.name", ""), ("m.room.avatar", ""))
"""What is read of rooms that the user is not in any more, to tell what they were called."""

StateOfRoom = dict[StateEntry, StoredEvent]
Changes = dict[StateEntry, StoredEvent | None]
"""Entries that have changed; None where one was removed."""


@dataclass(frozen=True, slots=True)
class Want:
    """The state of a room after `upto` that is read: what `required` has beyond `already`, and `members`.

    `facts` are read besides, and not given.
    """

    room_nid: int
    upto: int
    required: RequiredState
    already: RequiredState
    members: Mapping[StateEntry, int]
    facts: Sequence[StateEntry]

    def gives(self, entry: StateEntry) -> bool:
        return entry in self.members or (self.required.matches(entry) and not self.already.matches(entry))

    def takes(self, entry: StateEntry) -> bool:
        return entry in self.facts or self.gives(entry)


async def add_state(
    ctx: SyncContext, connection: SlidingConnection, results: Collection[RoomResult]
) -> dict[int, StateOfRoom]:
    """Add state to results; return what was read of rooms, with the entries of FACTS of those left."""
    rooms = [result for result in results if not result.is_stripped]
    await _note_members(ctx, connection, rooms)
    changes = await _load_changes(ctx, [result for result in rooms if _may_have_changed(result)])
    wants = await _wants(ctx, connection, rooms)
    read = await _load_at_end(ctx, wants.values())
    for result in rooms:
        changed, types = changes.get(result.nid, ({}, frozenset()))
        given = {
            entry: event
            for entry, event in read.get(result.nid, {}).items()
            if wants[result.nid].gives(entry)
        }
        events = {entry: event for entry, event in changed.items() if event is not None} | given
        removed = [entry for entry, event in changed.items() if event is None and entry not in given]
        if result.was_completed:
            types |= {MEMBER}
        is_new = result.initial and result.was_in
        result.state = RoomState(list(events.values()), removed, None if is_new else types)
    return read


def _may_have_changed(result: RoomResult) -> bool:
    """Whether there may be other state than the client knows: not where memory shows only messages."""
    if result.initial or not result.moved:
        return False
    return result.has_new_meta or not (result.timeline.from_tail and result.timeline.events)


async def _note_members(
    ctx: SyncContext, connection: SlidingConnection, results: Iterable[RoomResult]
) -> None:
    """Note which members a client that loads them lazily has to know for the timelines."""
    lazy = [r for r in results if r.config.required_state.lazy_members and r.timeline.events]
    member_events = [e for r in lazy for e in r.timeline.events if e.type == MEMBER and e.key_nid is not None]
    entries = await ctx.rooms.names.entries({e.key_nid for e in member_events if e.key_nid is not None})
    targets = await ctx.rooms.names.known_users({UserId(entry[1]) for entry in entries.values()})
    for result in lazy:
        needed = {event.sender_nid for event in result.timeline.events}
        for event in result.timeline.events:
            if event.type == MEMBER and event.key_nid is not None:
                target = targets.get(UserId(entries[event.key_nid][1]))
                needed.update(() if target is None else (target,))
        begins_anew = result.initial or (result.timeline.limited and not result.expanded)
        known = frozenset() if begins_anew else connection.members.in_room(result.nid)
        result.needed_members = frozenset(needed - known)
        result.members = known | needed


async def _load_changes(
    ctx: SyncContext, results: Sequence[RoomResult]
) -> dict[int, tuple[Changes, frozenset[str]]]:
    """Return, per room, the wanted entries that have changed, and the types of all that have."""
    if not results:
        return {}
    async with ctx.rooms.db.acquire() as conn:
        rows = await state_rows.select_state_changes(conn, [(r.nid, r.since, r.upto) for r in results])
    entries = await ctx.rooms.names.entries({row.key_nid for row in rows})
    by_room = {result.nid: result for result in results}
    wanted = [row for row in rows if _wants_change(by_room[row.room_nid], entries[row.key_nid])]
    async with ctx.rooms.db.acquire() as conn:
        events = await _load_events(conn, (row.event_nid for row in wanted))
    types: dict[int, set[str]] = {}
    for row in rows:
        types.setdefault(row.room_nid, set()).add(entries[row.key_nid][0])
    changes: dict[int, Changes] = {nid: {} for nid in types}
    for row in wanted:
        event = None if row.event_nid is None else events[row.event_nid]
        changes[row.room_nid][entries[row.key_nid]] = event
    return {nid: (changes[nid], frozenset(types[nid])) for nid in types}


def _wants_change(result: RoomResult, entry: StateEntry) -> bool:
    """Whether a client wants a change: of members that it loads lazily, unless it has missed others."""
    required = result.config.required_state
    if required.matches(entry):
        return True
    is_gap = result.timeline.limited and not result.expanded
    return required.lazy_members and entry[0] == MEMBER and not is_gap


async def _wants(
    ctx: SyncContext, connection: SlidingConnection, results: Sequence[RoomResult]
) -> dict[int, Want]:
    wants: dict[int, Want] = {}
    viewer_nid = connection.key.user_nid
    names = await ctx.rooms.names.user_ids({viewer_nid, *(nid for r in results for nid in r.needed_members)})
    for result in results:
        required = result.config.required_state
        members: dict[StateEntry, int] = {
            (MEMBER, names[nid]): nid for nid in result.needed_members if nid in names
        }
        if not result.was_in:
            own = (MEMBER, names[viewer_nid])
            members = {own: viewer_nid} if required.matches(own) else {}
        already = _already(connection, result) if result.was_in else None
        facts = FACTS if result.was_in and result.moved and not result.is_joined else ()
        if already is not None or members or facts:
            wanted = NO_STATE if already is None else required
            wants[result.nid] = Want(result.nid, result.upto, wanted, already or NO_STATE, members, facts)
    return wants


def _already(connection: SlidingConnection, result: RoomResult) -> RequiredState | None:
    """Return what of the wanted state a client has, or None where it has all but what has changed."""
    if result.initial or result.sent is None or result.was_completed:
        return NO_STATE
    known = connection.configs.get(result.sent.config, NO_STATE)
    return None if result.config.required_state.selections <= known.selections else known


async def _load_at_end(ctx: SyncContext, wants: Collection[Want]) -> dict[int, StateOfRoom]:
    """Return the wanted state of each room after its position: the current one, with later changes undone."""
    if not wants:
        return {}
    async with ctx.rooms.db.acquire() as conn:
        rows = [*await _load_current(conn, wants)]
        spans = [(want.room_nid, want.upto, MAX_POSITION) for want in wants]
        replaced = await state_rows.select_replaced_entries(conn, spans)
        older = await _load_events(conn, replaced.values())
    keys = {row.key_nid for row in rows if row.key_nid is not None} | {key for _, key in replaced}
    entries = await ctx.rooms.names.entries(keys)
    by_room = {want.room_nid: want for want in wants}
    found: dict[int, StateOfRoom] = {nid: {} for nid in by_room}
    for row in rows:
        if row.key_nid is not None and by_room[row.room_nid].takes(entries[row.key_nid]):
            found[row.room_nid][entries[row.key_nid]] = row
    for (nid, key), event_nid in replaced.items():
        if by_room[nid].takes(entries[key]):
            found[nid].pop(entries[key], None)
            if event_nid is not None:
                found[nid][entries[key]] = older[event_nid]
    return found


async def _load_current(conn: Connection, wants: Collection[Want]) -> list[StoredEvent]:
    """Return current state that has what is wanted of it: a few queries for each kind of want."""
    by_code: dict[int, list[Want]] = {}
    for want in wants:
        by_code.setdefault(want.required.code, []).append(want)
    rows: list[StoredEvent] = []
    for group in by_code.values():
        rows += await _load_required(conn, group[0].required, [want.room_nid for want in group])
    members = [(want.room_nid, nid) for want in wants for nid in want.members.values()]
    for of_room in (await state_rows.select_current_members(conn, members)).values():
        rows += of_room
    with_facts = [want.room_nid for want in wants if want.facts]
    if with_facts:
        rows += await select_state_events(conn, with_facts, FACTS)
    return rows


async def _load_required(
    conn: Connection, required: RequiredState, room_nids: Sequence[int]
) -> list[StoredEvent]:
    rows: list[StoredEvent] = []
    singles = required.entries
    if required.wants_all_members or required.wants_kinds:
        found = await state_rows.select_current_state_of_rooms(
            conn, room_nids, members=required.wants_all_members
        )
        rows += [event for events in found.values() for event in events]
        singles = (
            frozenset() if required.wants_all_members else frozenset(e for e in singles if e[0] == MEMBER)
        )
    if singles:
        rows += await select_state_events(conn, room_nids, sorted(singles))
    return rows


async def _load_events(conn: Connection, nids: Iterable[int | None]) -> Mapping[int, StoredEvent]:
    wanted = sorted({nid for nid in nids if nid is not None})
    return await select_events_by_nid(conn, wanted) if wanted else {}
