"""The newest events of the rooms that are being talked in, so that woken syncs read no database."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import orjson

from federation.protocol.ids import EventId
from homeserver.caches import LruCache
from homeserver.storage.events import EventStatus, StoredEvent
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

MAX_ROOMS = 2_000
MAX_BYTES = 64 * 1024 * 1024
MAX_EVENTS_PER_ROOM = 100
MAX_BYTES_PER_ROOM = 256 * 1024


@dataclass(slots=True)
class RoomTail:
    """All events of a room after the position `complete_after`, oldest first.

    `parents` are the events that any of them relates to: those need more than their own bytes.
    """

    complete_after: int
    events: deque[StoredEvent] = field(default_factory=deque)
    size: int = 0
    parents: set[EventId] = field(default_factory=set)

    def append(self, event: StoredEvent) -> None:
        self.events.append(event)
        self.size += len(event.json)
        if b'"m.relates_to"' in event.json or event.type == "m.room.redaction":
            self._note_parent(event)
        while len(self.events) > MAX_EVENTS_PER_ROOM or self.size > MAX_BYTES_PER_ROOM:
            dropped = self.events.popleft()
            self.size -= len(dropped.json)
            self.complete_after = dropped.position or self.complete_after

    def _note_parent(self, event: StoredEvent) -> None:
        pdu = orjson.loads(event.json)
        content = pdu["content"]
        relates_to = content.get("m.relates_to")
        parent = relates_to.get("event_id") if isinstance(relates_to, dict) else None
        if isinstance(parent, str):
            self.parents.add(EventId(parent))
        if event.type == "m.room.redaction":
            self._forget_redacted(pdu.get("redacts") or content.get("redacts"))

    def _forget_redacted(self, redacts: object) -> None:
        """Leave what a redaction names, and what is older, to the database: it knows the effect."""
        if any(event.event_id == redacts for event in self.events):
            while (dropped := self.events.popleft()).event_id != redacts:
                self.size -= len(dropped.json)
            self.size -= len(dropped.json)
            self.complete_after = dropped.position or self.complete_after

    def between(self, since: int, upto: int) -> Sequence[StoredEvent] | None:
        """Return the events of a span, or None where the tail does not reach back so far."""
        if since < self.complete_after:
            return None
        found = []
        for event in reversed(self.events):
            assert event.position is not None
            if event.position <= since:
                break
            if event.position <= upto:
                found.append(event)
        found.reverse()
        return found


class RoomTails:
    """The tails of the rooms last written to, but for those whose messages expire."""

    def __init__(self, expires: Callable[[int], bool] = lambda _room_nid: False) -> None:
        self._expires = expires
        self._tails: LruCache[int, RoomTail] = LruCache(MAX_ROOMS)
        self._size = 0

    def apply(self, batch: Batch) -> None:
        """Append what was committed. A tail that begins here is complete from the commit before.

        Tails of rooms of which more may have changed than events came go: messages may have been purged.
        """
        if batch.entry.kinds & Stream.ROOM_META:
            for room_nid in batch.entry.rooms:
                self._drop(room_nid)
        for event in batch.events:
            if event.status == EventStatus.WITHHELD:
                continue
            tail = self._tails.get(event.room_nid)
            if tail is None:
                if len(self._tails) >= MAX_ROOMS:
                    self._drop_oldest()
                tail = RoomTail(batch.entry.previous)
                self._tails.put(event.room_nid, tail)
            before = tail.size
            tail.append(event)
            self._size += tail.size - before
        while self._size > MAX_BYTES:
            self._drop_oldest()

    def get(self, room_nid: int) -> RoomTail | None:
        return None if self._expires(room_nid) else self._tails.get(room_nid)

    def clear(self) -> None:
        self._tails.clear()
        self._size = 0

    def _drop_oldest(self) -> None:
        self._drop(next(iter(self._tails)))

    def _drop(self, room_nid: int) -> None:
        dropped = self._tails.pop(room_nid)
        self._size -= dropped.size if dropped is not None else 0
