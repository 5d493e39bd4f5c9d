"""Decide on an event of others, and store it with its place.

What is decided holds as long as the room's newest event stays the same. States are computed outside the
positions lock; under it only what was computed before is looked up again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from msgspec import structs

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.pdu import Pdu
from federation.protocol.power_levels import power_levels_of
from homeserver.errors import NotFound
from homeserver.push.default_rules import notifies_by_default
from homeserver.rooms.apply_redactions import apply_redactions
from homeserver.rooms.build_event import EVERYBODY
from homeserver.rooms.check_event import (
    check_by_auth_events,
    check_by_state,
    entries_for_check,
    load_pdu,
)
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.describe_events import mentioned_members
from homeserver.rooms.event_states import State, differences, main_line_states, states_after, store_state
from homeserver.rooms.incoming import Incoming
from homeserver.rooms.resolve_state import ResolutionImpossible, ResolutionTakesTime, Resolver
from homeserver.storage import persist
from homeserver.storage.backward_extremities import insert_backward_extremities
from homeserver.storage.branches import StateRef
from homeserver.storage.db import Connection
from homeserver.storage.events import (
    EventStatus,
    StoredEvent,
    select_events,
    select_events_by_nid,
    select_head,
)
from homeserver.storage.partial_joins import select_is_partial
from homeserver.storage.persist import Placement
from homeserver.storage.positions import Change, Stream
from homeserver.storage.state import select_members_of_entries
from homeserver.storage.state_keys import StateEntry

TRIES_OUTSIDE_LOCK: Final = 2
MAX_TRIES: Final = 6

MAX_PASSED: Final = 1_000
"""How many events that were not accepted are looked through for extremities that an event ends."""

TOPO_GAP: Final = 2**32
"""How far apart in the topological order the events before and after a gap in the history are put."""

STATUS_OF: Final = {
    Outcome.ACCEPTED: EventStatus.ACCEPTED,
    Outcome.SOFT_FAILED: EventStatus.SOFT_FAILED,
    Outcome.REJECTED: EventStatus.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written of an event, as long as `head` is the newest of its room.

    `before` is None on the main line. `extremities` are those that remain beside the event, None where it is
    the only one. `changes` are those to the room's current state, `state` the entries that decided.
    """

    head: StoredEvent
    verdict: Verdict
    before: State | None
    state: Mapping[StateEntry, Pdu]
    extremities: tuple[int, ...] | None = None
    changes: Mapping[int, int | None] = field(default_factory=dict)


async def place(ctx: RoomsContext, incoming: Incoming) -> Verdict:
    """Check an event and store it with what the checks found.

    Raises: ResolutionImpossible; the event stays an outlier, or unknown.
    """
    resolver = Resolver(incoming.room, ctx.resolving)
    for tries in range(MAX_TRIES):
        async with ctx.db.acquire() as conn:
            plan = await make_plan(conn, incoming, resolver)
        incoming = await _with_mentions(ctx, incoming, plan)
        try:
            async with ctx.positions.write() as change:
                head = await select_head(change.conn, incoming.room.nid)
                if head is None or head.event_nid != plan.head.event_nid:
                    if tries + 1 < TRIES_OUTSIDE_LOCK:
                        continue
                    plan = await make_plan(change.conn, incoming, resolver, at_once=True)
                verdict = await store(change, incoming, plan)
        except ResolutionTakesTime:
            continue
        if plan.changes or plan.before is not None:
            ctx.heads.drop(incoming.room.nid)
        return verdict
    raise ResolutionImpossible("the room's state changes faster than it can be resolved")


async def make_plan(
    conn: Connection, incoming: Incoming, resolver: Resolver, *, at_once: bool = False
) -> Plan:
    """Decide on an event as things stand, writing nothing.

    Raises: ResolutionImpossible; ResolutionTakesTime with `at_once`.
    """
    room = incoming.room
    head = await select_head(conn, room.nid)
    if head is None or head.position is None:
        raise NotFound("The server is not in this room")
    extremities = head.extremities or (head.event_nid,)
    current = (await main_line_states(conn, room, [head.position]))[head.position]
    prev_nids = {prev.event_nid for prev in incoming.prevs}
    on_main_line = prev_nids == set(extremities) and not incoming.states_after
    before = current if on_main_line else await _state_before(conn, incoming, resolver, at_once=at_once)
    # What happened in a gap is not part of the current state yet, and must not be held against the event.
    judging = [current, before] if incoming.states_after else [current]
    resolved_now = await resolver.resolve(conn, judging, at_once=at_once)
    verdict, state = await _check(conn, incoming, before, resolved_now)
    if verdict.outcome is not Outcome.ACCEPTED:
        return Plan(head, verdict, before, state)
    event_nid, key_nid = incoming.own_nid, incoming.event.key_nid
    if on_main_line:
        changes = {} if key_nid is None else {key_nid: event_nid}
        return Plan(head, verdict, None, state, None, changes)
    after = before if key_nid is None or event_nid is None else before.changed(key_nid, event_nid)
    passed = await _events_passed(conn, incoming)
    remaining = tuple(nid for nid in extremities if nid not in passed)
    states = [after, *await _states_of_extremities(conn, incoming, head, remaining)]
    resolved = await resolver.resolve(conn, states, at_once=at_once)
    changed = await differences(conn, room, [current, resolved])
    changes = {key: new for key, (_, new) in changed.items()}
    return Plan(head, verdict, before, state, remaining or None, changes)


async def _state_before(conn: Connection, incoming: Incoming, resolver: Resolver, *, at_once: bool) -> State:
    known = await states_after(conn, incoming.room, incoming.prevs)
    return await resolver.resolve(conn, [*known.values(), *incoming.states_after.values()], at_once=at_once)


async def _events_passed(conn: Connection, incoming: Incoming) -> set[int]:
    """Return the events that an accepted one ends as extremities: its prev events.

    Those that are none themselves, since they were not accepted, stand for the ones before them.
    """
    passed: dict[int, StoredEvent] = {}
    reached: Mapping[int, StoredEvent] = {prev.event_nid: prev for prev in incoming.prevs}
    while reached and len(passed) < MAX_PASSED:
        passed.update(reached)
        refused = [event for event in reached.values() if not event.is_accepted]
        before = sorted({e for event in refused for e in load_pdu(incoming.room, event).prev_events})
        found = await select_events(conn, before) if before else {}
        reached = {e.event_nid: e for e in found.values() if e.event_nid not in passed}
    return set(passed)


async def _states_of_extremities(
    conn: Connection, incoming: Incoming, head: StoredEvent, remaining: Sequence[int]
) -> list[State]:
    """Return the states after the extremities that stay; one that is the newest event is at hand."""
    others = [nid for nid in remaining if nid != head.event_nid]
    events = list((await select_events_by_nid(conn, others)).values()) if others else []
    if len(others) < len(remaining):
        events.append(head)
    return list((await states_after(conn, incoming.room, events)).values())


async def _check(
    conn: Connection, incoming: Incoming, before: State, current: State
) -> tuple[Verdict, Mapping[StateEntry, Pdu]]:
    """Apply the authorization rules: by the auth events, by the state before, softly by the current one."""
    room, pdu = incoming.room, incoming.pdu
    states = [before] if before.identity == current.identity else [before, current]
    entries = await entries_for_check(conn, room, pdu, states)
    if await select_is_partial(conn, room.nid):
        entries = [_with_members(state, incoming.authorization.state) for state in entries]
    verdict = check_by_auth_events(room, pdu, incoming.authorization)
    if verdict.outcome is Outcome.ACCEPTED:
        verdict = check_by_state(room, pdu, entries[0])
    if verdict.outcome is Outcome.ACCEPTED:
        verdict = check_by_state(room, pdu, entries[-1], Outcome.SOFT_FAILED)
    if verdict.outcome is Outcome.ACCEPTED and incoming.objection:
        verdict = Verdict(Outcome.SOFT_FAILED, incoming.objection)
    return verdict, entries[0]


def _with_members(
    state: Mapping[StateEntry, Pdu], authorization: Mapping[StateEntry, Pdu]
) -> dict[StateEntry, Pdu]:
    """Take those members that an incomplete state lacks as an event itself says they were."""
    members = {entry: pdu for entry, pdu in authorization.items() if entry[0] == "m.room.member"}
    return {**members, **state}


async def _with_mentions(ctx: RoomsContext, incoming: Incoming, plan: Plan) -> Incoming:
    """Note whom an accepted event mentions; the room only where its sender has the power for it."""
    if plan.verdict.outcome is not Outcome.ACCEPTED:
        return incoming
    pdu = incoming.pdu
    levels = power_levels_of(incoming.room.version, plan.state)
    may_mention_room = levels.user(pdu.sender) >= levels.notifications("room")
    mentions = await mentioned_members(ctx, pdu, may_mention_room=may_mention_room)
    return replace(incoming, event=structs.replace(incoming.event, mentions=mentions))


async def store(change: Change, incoming: Incoming, plan: Plan) -> Verdict:
    """Write what was decided on an event."""
    conn, room, event = change.conn, incoming.room, incoming.event
    ref = None if plan.before is None else await store_state(conn, room, plan.before)
    is_accepted = plan.verdict.outcome is Outcome.ACCEPTED
    number = change.position if is_accepted else None
    event_nid = await persist.place_event(
        conn, event, _placement(change, incoming, plan, ref, number), number
    )
    if event_nid is None:
        return Verdict(Outcome.KNOWN)
    await insert_backward_extremities(
        conn, room.nid, {lacking: [event_nid] for lacking in incoming.states_after}
    )
    if ref is not None and event.key_nid is not None and plan.verdict.outcome is not Outcome.REJECTED:
        await store_state(conn, room, State(ref, {event.key_nid: event_nid}), after_event=event_nid)
    if not is_accepted:
        return plan.verdict
    await persist.insert_references(conn, event, event_nid)
    await apply_redactions(conn, event, event_nid, plan.state)
    await persist.change_states(conn, room.nid, change.position, plan.changes)
    members = await select_members_of_entries(conn, list(plan.changes)) if plan.changes else ()
    change.touch(Stream.EVENTS, rooms=[room.nid], users=members)
    return plan.verdict


def _placement(
    change: Change, incoming: Incoming, plan: Plan, ref: StateRef | None, number: int | None
) -> Placement:
    pdu, status = incoming.pdu, STATUS_OF[plan.verdict.outcome]
    topo = 1 + max((prev.topo for prev in incoming.prevs), default=0)
    if incoming.states_after:
        topo = max(topo, plan.head.topo) + TOPO_GAP
    if status is not EventStatus.ACCEPTED:
        return Placement(status, None, topo, plan.head.notify_count, ref, None, incoming.relay)
    to_everybody = EVERYBODY in incoming.event.mentions
    notifies = notifies_by_default(pdu.type, pdu.state_key, pdu.content, to_everybody=to_everybody)
    own = incoming.own_nid if incoming.own_nid is not None else number
    assert own is not None
    extremities = None if plan.extremities is None else (*plan.extremities, own)
    count = plan.head.notify_count + notifies
    return Placement(status, change.position, topo, count, ref, extremities, incoming.relay)
