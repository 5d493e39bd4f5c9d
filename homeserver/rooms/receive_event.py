"""The door for events that somebody else signed, or that do not stand at the head of their room.

The outcome is a value. The checks are those of the specification, in its order; format, signatures and hash
have been
checked by whoever brings the event. States are computed outside the positions lock, and used if the room's
head is still
the same under it; after two misses they are computed inside.

Spec: https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from federation.protocol.auth_events import state_types_for_auth
from federation.protocol.auth_rules import check_auth_events, check_state_dependent
from federation.protocol.errors import AuthRuleError
from federation.protocol.ids import EventId, UserId
from federation.protocol.pdu import Pdu, pdu_from_stored
from homeserver.push.default_rules import notifies_by_default
from homeserver.rooms.build_event import relation_of
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import EventState, state_after, state_before, stored_ref
from homeserver.rooms.resolve_state import resolve_states
from homeserver.storage import branches, persist
from homeserver.storage.auth_chains import select_rejected
from homeserver.storage.branches import StateRef
from homeserver.storage.commit import NewEvent
from homeserver.storage.db import Connection
from homeserver.storage.events import (
    EventStatus,
    StoredEvent,
    select_events,
    select_events_by_nid,
    select_head,
)
from homeserver.storage.persist import Placement
from homeserver.storage.positions import Change, Stream
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_members_of_entries, select_state_at
from homeserver.storage.state_keys import StateEntry, select_state_key_nids

NOW = 2**62
TRIES_OUTSIDE_LOCK = 2


class Outcome(Enum):
    """What became of an event."""

    ACCEPTED = "accepted"
    SOFT_FAILED = "soft_failed"
    REJECTED = "rejected"
    KNOWN = "known"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome with its reason; `missing` names the events that have to come first."""

    outcome: Outcome
    reason: str = ""
    missing: tuple[EventId, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written of an event, as long as `head` is the newest of its room.

    `before` is None on the main line. `changes` are those to the room's current state.
    """

    head: StoredEvent
    verdict: Verdict
    before: EventState | None
    extremities: tuple[int, ...] | None
    changes: Mapping[int, int | None]


async def receive_event(ctx: RoomsContext, room: Room, pdu: Pdu) -> Verdict:
    """Check an event whose format, signatures and hash are right, and store it with what the checks found.

    Events that it refers to and that are not stored are named in the verdict; nothing is stored then.

    Raises: ResolutionTooLarge, AuthChainTooLong, DatabaseUnavailable: the event stays an outlier, to be
    tried again.
    """
    async with ctx.db.acquire() as conn:
        known = await select_events(conn, [pdu.event_id, *pdu.prev_events, *pdu.auth_events])
    own = known.get(pdu.event_id)
    if own is not None and own.status != EventStatus.OUTLIER:
        return Verdict(Outcome.KNOWN)
    missing = tuple(
        dict.fromkeys(e for e in (*pdu.prev_events, *pdu.auth_events) if not _is_usable(pdu, known, e))
    )
    if missing:
        return Verdict(Outcome.MISSING, "refers to events that are not known", missing)
    event = await _describe(ctx, room, pdu, known)
    async with ctx.db.transaction() as conn:
        event_nid = await persist.insert_outlier(conn, event)
    verdict = await _place(ctx, event_nid, event, known)
    ctx.heads.drop(room.nid)
    return verdict


def _is_usable(pdu: Pdu, known: Mapping[EventId, StoredEvent], event_id: EventId) -> bool:
    """Whether an event is stored, and if it is a prev event, with a state."""
    found = known.get(event_id)
    return found is not None and (event_id not in pdu.prev_events or found.status != EventStatus.OUTLIER)


async def _describe(
    ctx: RoomsContext, room: Room, pdu: Pdu, known: Mapping[EventId, StoredEvent]
) -> NewEvent:
    """Look up the numbers of what an event names."""
    key_nid = member = None
    if pdu.state_key is not None:
        key_nid = (await ctx.names.intern_entries([pdu.state_entry]))[pdu.state_entry]
        if pdu.type == "m.room.member":
            member = (await ctx.names.intern_user(UserId(pdu.state_key)), str(pdu.content.get("membership")))
    async with ctx.db.acquire() as conn:
        heights = await persist.select_auth_heights(conn, [known[e].event_nid for e in pdu.auth_events])
    return NewEvent(
        room=room,
        pdu=pdu,
        sender_nid=await ctx.names.intern_user(pdu.sender),
        key_nid=key_nid,
        topo=1 + max((known[e].topo for e in pdu.prev_events), default=0),
        notify_count=0,
        device_nid=None,
        txn_id=None,
        auth_height=None if key_nid is None else 1 + max(heights, default=0),
        member=member,
        relation=relation_of(pdu),
        redacts=pdu.redacts,
        mentions=(),
    )


async def _place(
    ctx: RoomsContext, event_nid: int, event: NewEvent, known: Mapping[EventId, StoredEvent]
) -> Verdict:
    for _ in range(TRIES_OUTSIDE_LOCK):
        async with ctx.db.acquire() as conn:
            plan = await _plan(conn, event_nid, event, known)
        async with ctx.positions.write() as change:
            head = await select_head(change.conn, event.room.nid)
            if head is not None and head.event_nid == plan.head.event_nid:
                await _store(change, event_nid, event, plan)
                return plan.verdict
    async with ctx.positions.write() as change:
        plan = await _plan(change.conn, event_nid, event, known)
        await _store(change, event_nid, event, plan)
        return plan.verdict


async def _plan(
    conn: Connection, event_nid: int, event: NewEvent, known: Mapping[EventId, StoredEvent]
) -> Plan:
    """Decide on an event as things stand, writing nothing."""
    head = await select_head(conn, event.room.nid)
    assert head is not None, "a room has at least its create event"
    extremities = head.extremities or (head.event_nid,)
    prevs = [known[event_id] for event_id in event.pdu.prev_events]
    prev_nids = {prev.event_nid for prev in prevs}
    if prev_nids == set(extremities):
        return await _plan_on_main_line(conn, event_nid, event, known, head)
    before = await state_before(conn, event.room, prevs)
    current = await select_state_at(conn, event.room.nid, NOW)
    verdict = await _check(conn, event, known, [before.entries, current])
    if verdict.outcome is not Outcome.ACCEPTED:
        return Plan(head, verdict, before, None, {})
    remaining = tuple(nid for nid in extremities if nid not in prev_nids)
    resolved = await _resolve_extremities(conn, event_nid, event, before, remaining)
    return Plan(head, verdict, before, (*remaining, event_nid), _difference(current, resolved))


async def _plan_on_main_line(
    conn: Connection, event_nid: int, event: NewEvent, known: Mapping[EventId, StoredEvent], head: StoredEvent
) -> Plan:
    current = await select_state_at(conn, event.room.nid, NOW)
    verdict = await _check(conn, event, known, [current])
    if verdict.outcome is Outcome.ACCEPTED:
        return Plan(head, verdict, None, None, {} if event.key_nid is None else {event.key_nid: event_nid})
    assert head.position is not None
    return Plan(head, verdict, EventState(current, head.position, StateRef(head.position)), None, {})


async def _check(
    conn: Connection,
    event: NewEvent,
    known: Mapping[EventId, StoredEvent],
    states: Sequence[Mapping[int, int]],
) -> Verdict:
    """Apply the auth rules: by the auth events, by the state before, and softly by the current state."""
    pdu, version = event.pdu, event.room.version
    auth = {event_id: _load(event.room, known[event_id]) for event_id in pdu.auth_events}
    rejected = await select_rejected(conn, [known[event_id].event_nid for event_id in auth])
    failing = Outcome.REJECTED
    try:
        check_auth_events(version, pdu, auth, {e for e in auth if known[e].event_nid in rejected})
        by_auth_events = {found.state_entry: found for found in auth.values()}
        create = await _entries_of(conn, event.room, states[0], [("m.room.create", "")])
        check_state_dependent(version, pdu, create | by_auth_events)
        wanted = state_types_for_auth(version, pdu)
        check_state_dependent(version, pdu, await _entries_of(conn, event.room, states[0], wanted))
        failing = Outcome.SOFT_FAILED
        for current in states[1:]:
            check_state_dependent(version, pdu, await _entries_of(conn, event.room, current, wanted))
    except AuthRuleError as refusal:
        return Verdict(failing, str(refusal))
    return Verdict(Outcome.ACCEPTED)


async def _entries_of(
    conn: Connection, room: Room, state: Mapping[int, int], entries: Sequence[StateEntry]
) -> dict[StateEntry, Pdu]:
    """Return those of these entries that a state has."""
    keys = await select_state_key_nids(conn, entries)
    nids = {entry: state[key] for entry, key in keys.items() if key in state}
    stored = await select_events_by_nid(conn, list(nids.values()))
    return {entry: _load(room, stored[nid]) for entry, nid in nids.items()}


async def _resolve_extremities(
    conn: Connection, event_nid: int, event: NewEvent, before: EventState, others: Sequence[int]
) -> dict[int, int]:
    """Return the room's state once the event is an extremity beside the others."""
    after = dict(before.entries)
    if event.key_nid is not None:
        after[event.key_nid] = event_nid
    stored = await select_events_by_nid(conn, others)
    states = [(await state_after(conn, event.room, stored[nid])).entries for nid in others]
    return await resolve_states(conn, event.room, [after, *states])


async def _store(change: Change, event_nid: int, event: NewEvent, plan: Plan) -> None:
    conn, room = change.conn, event.room
    ref = None if plan.before is None else await stored_ref(conn, room, plan.before)
    if plan.verdict.outcome is not Outcome.ACCEPTED:
        status = (
            EventStatus.SOFT_FAILED if plan.verdict.outcome is Outcome.SOFT_FAILED else EventStatus.REJECTED
        )
        await persist.place_event(
            conn, event_nid, event, Placement(status, None, plan.head.notify_count, ref)
        )
        if status is EventStatus.SOFT_FAILED:
            await _branch_after(conn, event_nid, event, ref)
        return
    notifies = notifies_by_default(event.pdu.type, event.pdu.state_key, event.pdu.content)
    count = plan.head.notify_count + notifies
    placement = Placement(EventStatus.ACCEPTED, change.position, count, ref, plan.extremities)
    await persist.place_event(conn, event_nid, event, placement)
    await _branch_after(conn, event_nid, event, ref)
    await persist.change_state(conn, room.nid, change.position, plan.changes)
    members = await select_members_of_entries(conn, list(plan.changes))
    change.touch(Stream.EVENTS, rooms=[room.nid], users=members)


async def _branch_after(conn: Connection, event_nid: int, event: NewEvent, ref: StateRef | None) -> None:
    """Store the state after a state event off the main line, for its successors."""
    if ref is not None and event.key_nid is not None:
        await branches.insert_change(conn, event.room.nid, ref, event.key_nid, event_nid)


def _difference(current: Mapping[int, int], resolved: Mapping[int, int]) -> dict[int, int | None]:
    changed: dict[int, int | None] = {key: nid for key, nid in resolved.items() if current.get(key) != nid}
    return changed | dict.fromkeys(current.keys() - resolved.keys())


def _load(room: Room, event: StoredEvent) -> Pdu:
    return pdu_from_stored(room.version, event.json, event.event_id, room.room_id)
