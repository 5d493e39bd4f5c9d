"""Walking a room's graph backwards for another server, from events that it names.

Soft-failed events are found where what is asked for refers to them. Rejected ones are walked past: others
have to refuse them. Outliers end the walk, since nothing is known about what came before them.
"""

from collections.abc import Collection, Sequence
from heapq import heappop, heappush
from typing import Final

from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu, pdu_from_stored
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent, select_before, select_events
from homeserver.storage.rooms import Room

MAX_VISITED: Final = 500
"""How many events one walk looks at."""

AHEAD: Final = 100
"""How many events are read at once, in the hope that they are the ones before."""


class PrevWalk:
    """One walk: events are read in larger pieces than they are asked for."""

    def __init__(self, conn: Connection, room: Room) -> None:
        self._conn = conn
        self._room = room
        self._read: dict[EventId, StoredEvent] = {}

    async def newest_first(self, starts: Sequence[EventId], limit: int) -> list[StoredEvent]:
        """Return events and their ancestors, up to a limit, the newest first."""
        found: list[StoredEvent] = []
        heap: list[tuple[int, int, EventId]] = []
        seen: set[EventId] = set()
        next_ids: Sequence[EventId] = starts
        while len(found) < limit and len(seen) < MAX_VISITED:
            for event in await self._load([e for e in next_ids if e not in seen]):
                seen.add(event.event_id)
                heappush(heap, (-event.topo, -event.event_nid, event.event_id))
            if not heap:
                break
            event = self._read[heappop(heap)[2]]
            if event.status != EventStatus.REJECTED:
                found.append(event)
            next_ids = self._prevs(event)
        return found

    async def breadth_first(
        self, latest: Sequence[EventId], earliest: Collection[EventId], limit: int, min_depth: int
    ) -> list[StoredEvent]:
        """Return ancestors of the latest events, nearest first, up to a limit and to the earliest events."""
        found: dict[EventId, StoredEvent] = {}
        seen: set[EventId] = {*latest, *earliest}
        layer = await self._load([event_id for event_id in latest if event_id not in earliest])
        while layer and len(found) < limit and len(seen) < MAX_VISITED:
            prevs = dict.fromkeys(e for event in layer for e in self._prevs(event) if e not in seen)
            seen.update(prevs)
            layer = [e for e in await self._load(list(prevs)) if self._pdu(e).depth >= min_depth]
            found |= {e.event_id: e for e in layer if e.status != EventStatus.REJECTED}
        return list(found.values())[:limit]

    async def _load(self, event_ids: Sequence[EventId]) -> list[StoredEvent]:
        """Return those events of the room that have a place in it."""
        missing = [event_id for event_id in dict.fromkeys(event_ids) if event_id not in self._read]
        if missing:
            found = await select_events(self._conn, missing)
            mine = {e: event for e, event in found.items() if event.room_nid == self._room.nid}
            self._read |= mine
            if mine:
                newest = max(event.place for event in mine.values())
                for event in await select_before(self._conn, self._room.nid, newest, AHEAD):
                    self._read.setdefault(event.event_id, event)
        events = (self._read.get(event_id) for event_id in dict.fromkeys(event_ids))
        return [e for e in events if e is not None and e.has_place]

    def _prevs(self, event: StoredEvent) -> Sequence[EventId]:
        return self._pdu(event).prev_events

    def _pdu(self, event: StoredEvent) -> Pdu:
        return pdu_from_stored(self._room.version, event.json, event.event_id, self._room.room_id)
