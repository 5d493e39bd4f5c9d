"""What goes through the commit queue: events of one room that are committed together."""

import asyncio
import sys
from collections import deque
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from federation.protocol.ids import EventId
from homeserver.rooms.build_event import EventRequest
from homeserver.rooms.heads import RoomHead
from homeserver.storage.commit import NewEvent
from homeserver.storage.events import EventStatus, StoredEvent
from homeserver.storage.positions import LogEntry, Stream
from homeserver.storage.rooms import Room

MAX_BATCH_EVENTS = 256
MAX_BATCH_BYTES = 1_000_000


class Committed(Struct, frozen=True, gc=False):
    """A local event that is in the database."""

    event_id: EventId
    position: int


@dataclass(slots=True, eq=False)
class Entry:
    """An event that was asked for, or the first events of a new room, which has no `request`.

    `built` is empty, and `head` None, until it is built on the head of its room.
    """

    room: Room
    request: EventRequest | None
    head: RoomHead | None = None
    built: Sequence[NewEvent] = ()
    done: "asyncio.Future[Sequence[Committed]]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def count(self) -> int:
        """How many events it is, built or not."""
        return len(self.built) or 1

    @property
    def size(self) -> int:
        return sum(len(event.pdu.canonical) for event in self.built)

    def succeed(self, committed: Sequence[Committed]) -> None:
        if not self.done.done():
            self.done.set_result(committed)

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class EntryQueue:
    """Entries in the order in which they came, taken in batches."""

    def __init__(self, filled: asyncio.Event) -> None:
        self._entries: deque[Entry] = deque()
        self._filled = filled
        self.events = 0

    def __bool__(self) -> bool:
        return bool(self._entries)

    def put(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._entries.append(entry)
            self.events += entry.count
        self._filled.set()

    def take_batch(self) -> list[Entry]:
        """Take what may be committed together; at least one entry, however large."""
        batch: list[Entry] = []
        events = size = 0
        while self._entries:
            entry = self._entries[0]
            events += entry.count
            size += entry.size
            if batch and (events > MAX_BATCH_EVENTS or size > MAX_BATCH_BYTES):
                break
            batch.append(self._entries.popleft())
        self.events -= count_events(batch)
        return batch

    def take_rooms(self, room_nids: Container[int], at_most: int = sys.maxsize) -> list[Entry]:
        """Take what is queued for some rooms, up to a number of entries."""
        taken: list[Entry] = []
        left: deque[Entry] = deque()
        for entry in self._entries:
            is_taken = entry.room.nid in room_nids and len(taken) < at_most
            (taken if is_taken else left).append(entry)
        self._entries = left
        self.events -= count_events(taken)
        return taken

    def room_nids(self) -> set[int]:
        return {entry.room.nid for entry in self._entries}


def count_events(entries: Iterable[Entry]) -> int:
    return sum(entry.count for entry in entries)


def stored_event(event: NewEvent, position: int) -> StoredEvent:
    """Return what a read of the committed event would."""
    return StoredEvent(
        position, event.room.nid, position, event.topo, event.pdu.origin_server_ts, event.sender_nid,
        event.key_nid, event.device_nid, None, event.notify_count, EventStatus.ACCEPTED, None,
        event.pdu.event_id, event.pdu.type, event.txn_id, None, event.pdu.canonical,
    )  # fmt: skip


def log_entry(previous: int, batch: Sequence[Entry], stored: Sequence[StoredEvent]) -> LogEntry:
    last = max(event.event_nid for event in stored)
    rooms = tuple(sorted({event.room_nid for event in stored}))
    users = {event.member[0] for entry in batch for event in entry.built if event.member is not None}
    return LogEntry(last, previous, Stream.EVENTS, rooms, tuple(sorted(users)))
