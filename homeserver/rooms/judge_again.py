"""Judge events again that were judged by an incomplete state: each by the states after its prev events."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import structs

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from homeserver.rooms.check_event import (
    authorization_from_stored,
    check_by_auth_events,
    check_by_state,
    entries_for_check,
    implied_auth_events,
    load_pdu,
)
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.describe_events import describe_events
from homeserver.rooms.event_states import (
    State,
    differences,
    main_line_states,
    states_after,
    stored_state_before,
)
from homeserver.rooms.place_event import STATUS_OF
from homeserver.rooms.resolve_state import Resolver
from homeserver.storage.commit import NewEvent
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent, select_events, select_events_by_nid
from homeserver.storage.partial_joins import (
    PartialRoom,
    count_events_since,
    select_events_since,
)
from homeserver.storage.rooms import Room


@dataclass(frozen=True, slots=True)
class Judged:
    """An event as it is judged now. `before` is None where the stored state before it is right."""

    event: StoredEvent
    pdu: Pdu
    status: EventStatus
    before: State | None

    @property
    def is_revised(self) -> bool:
        return self.before is not None or self.status != self.event.status


@dataclass(slots=True)
class Judge:
    """Goes through the events since a join, and remembers what it found: more may come meanwhile."""

    ctx: RoomsContext
    room: Room
    partial: PartialRoom
    resolver: Resolver
    judged: dict[int, Judged] = field(default_factory=dict)
    described: dict[int, NewEvent] = field(default_factory=dict)
    _after: dict[int, State] = field(default_factory=dict)
    _by_id: dict[EventId, StoredEvent] = field(default_factory=dict)
    _join_topo: int = 0

    async def judge_new(self, conn: Connection) -> None:
        """Judge what has not been judged, in the order of the graph.

        Raises: ResolutionImpossible.
        """
        if not self._after:
            join = (await select_events_by_nid(conn, [self.partial.join_nid]))[self.partial.join_nid]
            self._after |= await states_after(conn, self.room, [join])
            self._by_id[join.event_id], self._join_topo = join, join.topo
        nids = await select_events_since(conn, self.room.nid, self._join_topo)
        events = await select_events_by_nid(conn, [nid for nid in nids if nid not in self.judged])
        for event in sorted(events.values(), key=lambda event: event.place):
            self.judged[event.event_nid] = await self._judge(conn, event)
            self._by_id[event.event_id] = event

    async def has_new(self, conn: Connection) -> bool:
        """Whether events have come that are not judged."""
        return await count_events_since(conn, self.room.nid, self._join_topo) > len(self.judged)

    def extremities(self) -> list[int]:
        """Return the room's forward extremities, as it is judged now."""
        accepted = [judged for judged in self.judged.values() if judged.status.is_accepted]
        passed: set[int] = set()
        to_visit = [event_id for judged in accepted for event_id in judged.pdu.prev_events]
        while to_visit:
            event = self._by_id.get(to_visit.pop())
            if event is None or event.event_nid in passed:
                continue
            passed.add(event.event_nid)
            judged = self.judged.get(event.event_nid)
            if judged is not None and not judged.status.is_accepted:
                to_visit += judged.pdu.prev_events
        candidates = [self.partial.join_nid, *(judged.event.event_nid for judged in accepted)]
        return [nid for nid in candidates if nid not in passed]

    async def current_state(self, conn: Connection, *, at_once: bool = False) -> State:
        """Return the state after all extremities.

        Raises: ResolutionImpossible; ResolutionTakesTime with `at_once`.
        """
        states = [self._after[nid] for nid in self.extremities()]
        return await self.resolver.resolve(conn, states, at_once=at_once)

    async def describe(self) -> None:
        """Look up the numbers of what events that are accepted now name."""
        accepted = [
            judged
            for nid, judged in self.judged.items()
            if judged.status.is_accepted and not judged.event.is_accepted and nid not in self.described
        ]
        events = await describe_events(self.ctx, self.room, [judged.pdu for judged in accepted], {})
        for judged, event in zip(accepted, events, strict=True):
            self.described[judged.event.event_nid] = event

    async def _judge(self, conn: Connection, event: StoredEvent) -> Judged:
        pdu = load_pdu(self.room, event)
        stored = await stored_state_before(conn, self.room, event)
        before = await self._state_before(conn, pdu, stored)
        is_changed = bool(await differences(conn, self.room, [stored, before]))
        if not is_changed:
            before = stored
        status = STATUS_OF[(await self._verdict(conn, event, pdu, before)).outcome]
        if status.is_accepted and event.is_accepted:
            status = EventStatus(event.status)
        after = before
        if event.key_nid is not None and status is not EventStatus.REJECTED:
            after = before.changed(event.key_nid, event.event_nid)
        self._after[event.event_nid] = after
        leaves_line = event.on_main_line and not status.is_accepted
        return Judged(event, pdu, status, before if is_changed or leaves_line else None)

    async def _state_before(self, conn: Connection, pdu: Pdu, stored: State) -> State:
        """Return the state after the prev events; where some of them lack, what others said it was."""
        prevs = await select_events(conn, pdu.prev_events)
        if len(prevs) < len(set(pdu.prev_events)) or not all(prev.has_place for prev in prevs.values()):
            return stored
        others = [prev for prev in prevs.values() if prev.event_nid not in self._after]
        states = (await states_after(conn, self.room, others) if others else {}) | self._after
        return await self.resolver.resolve(conn, [states[prev.event_nid] for prev in prevs.values()])

    async def _verdict(self, conn: Connection, event: StoredEvent, pdu: Pdu, before: State) -> Verdict:
        """Check an event by its auth events, by the state before it, and by what was current when it came."""
        room = self.room
        wanted = [*pdu.auth_events, *implied_auth_events(room, pdu)]
        known = await select_events(conn, wanted)
        verdict = check_by_auth_events(room, pdu, authorization_from_stored(room, self._with_new(known), pdu))
        if verdict.outcome is not Outcome.ACCEPTED:
            return verdict
        came_at = event.event_nid if event.position is None else event.position - 1
        current = (await main_line_states(conn, room, [came_at]))[came_at]
        entries = await entries_for_check(conn, room, pdu, [before, current])
        verdict = check_by_state(room, pdu, entries[0])
        if verdict.outcome is not Outcome.ACCEPTED:
            return verdict
        return check_by_state(room, pdu, entries[1], Outcome.SOFT_FAILED)

    def _with_new(self, known: Mapping[EventId, StoredEvent]) -> dict[EventId, StoredEvent]:
        """Return events with the status that they are judged to have now."""
        return {
            event_id: structs.replace(event, status=self.judged[event.event_nid].status)
            if event.event_nid in self.judged
            else event
            for event_id, event in known.items()
        }
