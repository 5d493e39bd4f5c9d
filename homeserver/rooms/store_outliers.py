"""Store events without a place in their room: states, auth chains, whatever else is needed to judge others.

Each is checked by its auth events; those that fail are kept as rejected, for what they authorise fails too.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from homeserver.rooms.check_event import (
    Authorization,
    check_by_auth_events,
    implied_auth_events,
    load_pdu,
)
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.describe_events import describe_events
from homeserver.storage import persist
from homeserver.storage.events import EventStatus, select_events
from homeserver.storage.persist import Outliers
from homeserver.storage.rooms import Room

EVENTS_PER_TRANSACTION: Final = 1_000
MAX_SLICE_S: Final = 0.005
"""How long others wait while events are checked."""


async def store_outliers(ctx: RoomsContext, room: Room, pdus: Sequence[Pdu]) -> dict[EventId, Verdict]:
    """Store events of a room, in any order, as outliers or as rejected; return what became of each.

    Format, signatures and hash have been checked. ACCEPTED is an event that stands as an outlier now, KNOWN
    one that was stored before, MISSING one with auth events that are neither stored nor given. Events of
    other rooms are REJECTED and not stored; those authorised by such are stored, since others may name them.
    """
    ordered = await asyncio.to_thread(order_by_auth, pdus)  # 70 ms for 20,000 events
    checker = await _Checker.load(ctx, room, ordered)
    for chunk in _chunks(ordered, EVENTS_PER_TRANSACTION):
        outliers = await _check(ctx, room, checker, chunk)
        async with ctx.db.transaction() as conn:
            await persist.insert_outliers(conn, room.nid, outliers)
    return checker.verdicts


def order_by_auth(pdus: Iterable[Pdu]) -> list[Pdu]:
    """Return events, each once, so that each comes after those of them that it names as its auth events.

    Events that name each other in a circle, which only chosen ids allow, come last.
    """
    given = {pdu.event_id: pdu for pdu in pdus}
    waits_for = {event_id: {a for a in pdu.auth_events if a in given} for event_id, pdu in given.items()}
    cited_by: dict[EventId, list[EventId]] = {}
    for event_id, cited in waits_for.items():
        for auth in cited:
            cited_by.setdefault(auth, []).append(event_id)
    ready = [event_id for event_id, cited in waits_for.items() if not cited]
    ordered: dict[EventId, Pdu] = {}
    while ready:
        event_id = ready.pop()
        ordered[event_id] = given[event_id]
        for citing in cited_by.get(event_id, ()):
            waits_for[citing].discard(event_id)
            if not waits_for[citing]:
                ready.append(citing)
    circular = [pdu for event_id, pdu in given.items() if event_id not in ordered]
    # Where the room's id names the create event, all others depend on it without saying so.
    return sorted([*ordered.values(), *circular], key=lambda pdu: pdu.type != "m.room.create")


@dataclass(slots=True)
class _Checker:
    """What is known of the events and of those that authorise them."""

    room: Room
    pdus: dict[EventId, Pdu]
    rejected: set[EventId]
    foreign: set[EventId]
    heights: dict[EventId, int]
    verdicts: dict[EventId, Verdict] = field(default_factory=dict)

    @classmethod
    async def load(cls, ctx: RoomsContext, room: Room, pdus: Sequence[Pdu]) -> "_Checker":
        """Read what is stored of the events, and those auth events that are not given."""
        given = {pdu.event_id for pdu in pdus}
        named = {auth for pdu in pdus for auth in (*pdu.auth_events, *implied_auth_events(room, pdu))}
        async with ctx.db.acquire() as conn:
            summaries = await persist.select_summaries(conn, [*given, *named])
            wanted = [e for e in named if e not in given and e in summaries]
            loaded = await select_events(conn, wanted)
        foreign = {event_id for event_id, found in summaries.items() if found.room_nid != room.nid}
        checker = cls(
            room,
            {e: load_pdu(room, stored) for e, stored in loaded.items() if e not in foreign},
            {e for e, found in summaries.items() if found.status == EventStatus.REJECTED},
            foreign,
            {
                e: found.auth_height
                for e, found in summaries.items()
                if found.auth_height is not None and e not in foreign
            },
        )
        for pdu in pdus:
            if pdu.event_id in summaries and pdu.event_id not in foreign:
                checker.verdicts[pdu.event_id] = Verdict(Outcome.KNOWN)
                checker.pdus[pdu.event_id] = pdu
        return checker

    def check(self, pdu: Pdu) -> Verdict:
        """Check an event by its auth events, which were checked before it; remember the verdict."""
        verdict = self.verdicts.get(pdu.event_id) or self._judge(pdu)
        self.verdicts[pdu.event_id] = verdict
        if verdict.outcome is not Outcome.MISSING and pdu.event_id not in self.foreign:
            self.pdus[pdu.event_id] = pdu
        if verdict.outcome is Outcome.REJECTED:
            self.rejected.add(pdu.event_id)
        return verdict

    def _judge(self, pdu: Pdu) -> Verdict:
        wanted = (*pdu.auth_events, *implied_auth_events(self.room, pdu))
        if pdu.event_id in self.foreign or pdu.room_id != self.room.room_id:
            self.foreign.add(pdu.event_id)
            return Verdict(Outcome.REJECTED, "the event is of another room")
        if not self.foreign.isdisjoint(wanted):
            return Verdict(Outcome.REJECTED, "an auth event is of another room")
        missing = tuple(event_id for event_id in wanted if event_id not in self.pdus)
        if missing:
            return Verdict(Outcome.MISSING, "refers to events that are not known", missing)
        authorization = Authorization(
            {event_id: self.pdus[event_id] for event_id in wanted},
            frozenset(self.rejected.intersection(wanted)),
        )
        return check_by_auth_events(self.room, pdu, authorization)


async def _check(ctx: RoomsContext, room: Room, checker: _Checker, pdus: Sequence[Pdu]) -> Outliers:
    """Check events, letting others run now and then; return those that are to be stored."""
    started = time.monotonic()
    stored: list[Pdu] = []
    for pdu in pdus:
        is_new = pdu.event_id not in checker.verdicts
        verdict = checker.check(pdu)
        if is_new and verdict.outcome is not Outcome.MISSING and pdu.event_id not in checker.foreign:
            stored.append(pdu)
        if time.monotonic() - started > MAX_SLICE_S:
            await asyncio.sleep(0)
            started = time.monotonic()
    outliers = Outliers()
    for event in await describe_events(ctx, room, stored, _named_heights(checker, stored)):
        if event.auth_height is not None:
            checker.heights[event.pdu.event_id] = event.auth_height
        outliers.add(event, rejected=event.pdu.event_id in checker.rejected)
    return outliers


def _named_heights(checker: _Checker, pdus: Iterable[Pdu]) -> Mapping[EventId, int]:
    heights = checker.heights
    return {auth: heights[auth] for pdu in pdus for auth in pdu.auth_events if auth in heights}


def _chunks(pdus: Sequence[Pdu], size: int) -> Iterable[Sequence[Pdu]]:
    return (pdus[start : start + size] for start in range(0, len(pdus), size))
