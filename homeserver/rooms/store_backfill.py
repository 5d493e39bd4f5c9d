"""Store history from before what is known of a room.

It has no position, for no sync shows it; topo counts downwards from what follows it. The state before the
oldest event is stored as what it changes of the main line; from there on each event makes the state after it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from homeserver.rooms.apply_redactions import apply_redactions
from homeserver.rooms.check_event import check_by_auth_events, check_by_state, entries_for_check
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import State, main_line_states, states_after, store_state
from homeserver.rooms.incoming import Incoming, look_up
from homeserver.rooms.place_event import STATUS_OF
from homeserver.rooms.receive_after_gap import StateEventsMissing, state_of_events
from homeserver.rooms.resolve_state import Resolver
from homeserver.storage import persist
from homeserver.storage.backward_extremities import (
    BackwardExtremity,
    delete_backward_extremities,
    insert_backward_extremities,
    select_backward_extremities,
)
from homeserver.storage.branches import StateRef
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, select_events
from homeserver.storage.partial_joins import select_is_partial
from homeserver.storage.persist import Placement
from homeserver.storage.rooms import Room


async def store_backfill(
    ctx: RoomsContext, room: Room, pdus: Sequence[Pdu], state_before_oldest: Sequence[EventId]
) -> None:
    """Check and store a segment of history; `state_before_oldest` is stored as outliers before.

    Only events from which prev events lead to a backward extremity of the room, as children of none but each
    other, are taken; prev events that stay unknown become backward extremities, and the state before them is
    taken to be `state_before_oldest`.

    Raises: StateEventsMissing where events of that state, or auth events, are not stored;
    ResolutionImpossible, DatabaseUnavailable. What was stored until then stays.
    """
    given = {pdu.event_id: pdu for pdu in pdus if pdu.room_id == room.room_id}
    async with ctx.db.acquire() as conn:
        lacking = await select_backward_extremities(conn, room.nid, event_ids=list(given))
        if not lacking:
            return
        base = await _base(conn, room, lacking)
        oldest = await state_of_events(conn, room, base, state_before_oldest)
    async with ctx.db.transaction() as conn:
        ref = await store_state(conn, room, oldest)
    segment = _Segment(ctx, room, Resolver(room, ctx.resolving), State(ref))
    topos = _topos(given, lacking)
    for event_id in _oldest_first(given, topos):
        await segment.store(given[event_id], topos[event_id])


async def _base(conn: Connection, room: Room, lacking: Sequence[BackwardExtremity]) -> State:
    """Return the state that the segment's is compared with: that before the event it leads to.

    As long as that is not complete, it is nothing at all: what completes it must not change the past.
    """
    if await select_is_partial(conn, room.nid):
        return State(StateRef(0))
    position = max(extremity.child_base for extremity in lacking)
    return (await main_line_states(conn, room, [position]))[position]


def _topos(given: Mapping[EventId, Pdu], lacking: Sequence[BackwardExtremity]) -> dict[EventId, int]:
    """Return the topo of each event that leads to what is known: one less than that of its first child."""
    topos: dict[EventId, int] = {}
    for extremity in lacking:
        known = topos.get(extremity.event_id, extremity.child_topo)
        topos[extremity.event_id] = min(known, extremity.child_topo - 1)
    waiting_for = Counter(prev for pdu in given.values() for prev in set(pdu.prev_events))
    ready = [event_id for event_id in given if not waiting_for[event_id]]
    while ready:  # each event after all that name it; those that name each other in a circle never come
        event_id = ready.pop()
        for prev in dict.fromkeys(given[event_id].prev_events):
            if event_id in topos:
                topos[prev] = min(topos.get(prev, topos[event_id]), topos[event_id] - 1)
            waiting_for[prev] -= 1
            if prev in given and not waiting_for[prev]:
                ready.append(prev)
    return {event_id: topo for event_id, topo in topos.items() if event_id in given}


def _oldest_first(given: Mapping[EventId, Pdu], topos: Mapping[EventId, int]) -> list[EventId]:
    return sorted(topos, key=lambda event_id: (topos[event_id], given[event_id].depth, event_id))


@dataclass(slots=True)
class _Segment:
    """A segment that is being stored, from its oldest event on."""

    ctx: RoomsContext
    room: Room
    resolver: Resolver
    oldest: State

    async def store(self, pdu: Pdu, topo: int) -> None:
        unknown = await self._unknown_prevs(pdu)
        states = dict.fromkeys(unknown, self.oldest)
        incoming = await look_up(self.ctx, self.room, pdu, states_after=states, is_history=True)
        if isinstance(incoming, Verdict):
            if incoming.outcome is Outcome.MISSING:
                raise StateEventsMissing(incoming.missing)
            return
        async with self.ctx.db.acquire() as conn:
            before = await self._state_before(conn, incoming)
        async with self.ctx.db.transaction() as conn:
            ref = await store_state(conn, self.room, before)
            event_nid = await _place(conn, incoming, ref, topo)
            if event_nid is not None:
                await delete_backward_extremities(conn, self.room.nid, [pdu.event_id])
                children = {event_id: [event_nid] for event_id in unknown}
                await insert_backward_extremities(conn, self.room.nid, children)

    async def _unknown_prevs(self, pdu: Pdu) -> list[EventId]:
        async with self.ctx.db.acquire() as conn:
            known = await select_events(conn, pdu.prev_events)
        return [e for e in dict.fromkeys(pdu.prev_events) if e not in known or not known[e].has_place]

    async def _state_before(self, conn: Connection, incoming: Incoming) -> State:
        if not incoming.pdu.prev_events:
            return State(StateRef(0))
        known = await states_after(conn, self.room, incoming.prevs)
        return await self.resolver.resolve(conn, [*known.values(), *incoming.states_after.values()])


async def _place(conn: Connection, incoming: Incoming, ref: StateRef, topo: int) -> int | None:
    """Check an event by its auth events and the state before it, and store it; None: it has a place."""
    room, pdu, event = incoming.room, incoming.pdu, incoming.event
    [state] = await entries_for_check(conn, room, pdu, [State(ref)])
    verdict = check_by_auth_events(room, pdu, incoming.authorization)
    if verdict.outcome is Outcome.ACCEPTED:
        verdict = check_by_state(room, pdu, state)
    status = STATUS_OF[verdict.outcome]
    event_nid = await persist.place_event(conn, event, Placement(status, None, topo, 0, ref))
    if event_nid is None or status is not EventStatus.ACCEPTED:
        return event_nid
    if event.key_nid is not None:
        await store_state(conn, room, State(ref, {event.key_nid: event_nid}), after_event=event_nid)
    await persist.insert_references(conn, event, event_nid)
    await apply_redactions(conn, event, event_nid, state)
    return event_nid
