"""What goes through the commit queue: events of one room that are committed together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from federation.protocol.ids import EventId
from homeserver.rooms.build_event import EventRequest
from homeserver.rooms.heads import RoomHead
from homeserver.storage.commit import NewEvent
from homeserver.storage.events import EventStatus, StoredEvent
from homeserver.storage.positions import LogEntry, Stream
from homeserver.storage.rooms import Room


class Committed(Struct, frozen=True, gc=False):
    """A local event that is in the database."""

    event_id: EventId
    position: int


@dataclass(slots=True, eq=False)
class Entry:
    """Events of one room that are committed together or not at all, and the head they were built on."""

    head: RoomHead
    requests: Sequence[EventRequest]
    built: Sequence[NewEvent]
    is_new_room: bool
    done: "asyncio.Future[Sequence[Committed]]"
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum(len(event.pdu.canonical) for event in self.built)

    @property
    def room(self) -> Room:
        return self.head.room

    def succeed(self, committed: Sequence[Committed]) -> None:
        if not self.done.done():
            self.done.set_result(committed)

    def fail(self, error: BaseException) -> None:
        if not self.done.done():
            self.done.set_exception(error)


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
