"""Room heads: what is needed to build the next event of a room, kept in memory.

A head is a guess: it may be behind another worker's commits. The commit checks the head's position, and what
was built on a stale head is built again. So a head is never locked, only replaced.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from federation.protocol.hashes import reference_hash
from federation.protocol.ids import EventId
from federation.protocol.pdu import EventDraft, Pdu, pdu_from_stored
from homeserver.caches import LruCache
from homeserver.errors import Forbidden
from homeserver.storage import events, state
from homeserver.storage.commit import NewEvent
from homeserver.storage.db import Connection, Database
from homeserver.storage.events import StoredEvent
from homeserver.storage.names import Names
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry
from homeserver.tailer import Batch

MAX_HEADS = 5_000
MAX_STATE_EVENTS = 50_000
"""Of all heads together."""
LOADS_BETWEEN_COUNTS = 256
MAX_PREV_EVENTS = 10


@dataclass(frozen=True, slots=True)
class StateEvent:
    """A current state event, with its height in the auth chain."""

    pdu: Pdu
    auth_height: int


@dataclass(slots=True)
class RoomHead:
    """The forward extremities of a room and the part of its current state that authorisation has asked for.

    `position` is that of the newest commit (None before the create event's); events built since are
    `pending`. `state` holds None for entries known to be absent. `may_send` holds, per sender and event type,
    the auth events of messages that the present state allows. `reference_hashes` are those of `prev_events`,
    in room versions that name them. `has_more_ends`: there are more forward extremities than one event may
    name. `is_astray`: it was advanced by events that were given up; only its state still holds.
    """

    room: Room
    position: int | None
    prev_events: tuple[EventId, ...]
    depth: int
    topo: int
    notify_count: int
    state: dict[StateEntry, StateEvent | None] = field(default_factory=dict)
    state_version: int = 0
    pending: int = 0
    may_send: dict[tuple[str, str], tuple[EventId, ...]] = field(default_factory=dict)
    reference_hashes: dict[EventId, bytes] = field(default_factory=dict)
    has_more_ends: bool = False
    is_astray: bool = False

    def has(self, entries: Iterable[StateEntry]) -> bool:
        """Whether all these entries have been looked up."""
        return all(entry in self.state for entry in entries)

    def allows(self, draft: EventDraft) -> bool:
        """Whether it is a message like one whose sender was allowed it in the present state."""
        return (
            draft.state_key is None and draft.redacts is None and (draft.sender, draft.type) in self.may_send
        )

    def advance(self, event: NewEvent) -> None:
        """Put a built event at the head, before its commit."""
        self.pending += 1
        self._follow(event.pdu, event.topo, event.notify_count)
        if event.pdu.state_key is not None:
            self.set_state(event.pdu, event.auth_height or 0)

    def set_state(self, pdu: Pdu, auth_height: int) -> None:
        assert pdu.state_key is not None
        self.state[(pdu.type, pdu.state_key)] = StateEvent(pdu, auth_height)
        self.state_version += 1
        self.may_send.clear()

    def _follow(self, pdu: Pdu, topo: int, notify_count: int) -> None:
        self.prev_events = (pdu.event_id,)
        self.has_more_ends = False
        if self.room.version.references_have_hashes:
            self.reference_hashes = {pdu.event_id: reference_hash(self.room.version, pdu.json)}
        self.depth = pdu.depth
        self.topo = topo
        self.notify_count = notify_count

    def apply(self, event: StoredEvent) -> None:
        """Follow a message of another worker on the main line."""
        pdu = pdu_from_stored(self.room.version, event.json, event.event_id, self.room.room_id)
        self._follow(pdu, event.topo, event.notify_count)
        self.position = event.position
        self.is_astray = False


class Heads:
    """The heads of the rooms that this worker has lately written to."""

    def __init__(self, db: Database, names: Names) -> None:
        self._db = db
        self._names = names
        self._heads: LruCache[int, RoomHead] = LruCache(MAX_HEADS)
        self._loading: dict[int, asyncio.Lock] = {}
        self._overtaken: set[int] = set()  # what is read of them now may be from before their last change
        self._loads = 0

    def remembered(self, room_nid: int) -> RoomHead | None:
        """Return the head if it is in memory."""
        return self._heads.get(room_nid)

    def ready(self, room: Room, entries: Sequence[StateEntry]) -> RoomHead | None:
        """Return the head if it is in memory with these state entries."""
        head = self._heads.get(room.nid)
        return head if head is not None and not head.is_astray and head.has(entries) else None

    async def load(self, room: Room, entries: Sequence[StateEntry]) -> RoomHead:
        """Return the head with these state entries, from memory or the database.

        Those who wait for the same head get it in the order in which they asked.
        """
        lock = self._loading.setdefault(room.nid, asyncio.Lock())
        try:
            async with lock:
                while (head := self.ready(room, entries)) is None:
                    await self._load_missing(room, entries)
        finally:
            if not lock.locked():
                self._loading.pop(room.nid, None)
                self._overtaken.discard(room.nid)
        return head

    def put(self, head: RoomHead) -> None:
        self._heads.put(head.room.nid, head)

    def peek(self, room_nid: int) -> RoomHead | None:
        return self._heads.peek(room_nid)

    def drop(self, room_nid: int) -> None:
        self._heads.pop(room_nid)
        if room_nid in self._loading:
            self._overtaken.add(room_nid)

    def give_up(self, head: RoomHead, lost: Sequence[NewEvent]) -> None:
        """Give up events that were built on a head; its state is kept, if none of them is in it."""
        head.pending = 0
        head.is_astray = True
        if any(event.pdu.state_key is not None for event in lost):
            self.drop(head.room.nid)

    def clear(self) -> None:
        self._heads.clear()
        self._overtaken.update(self._loading)

    def apply(self, batch: Batch) -> None:
        """Follow the position log: this worker's own commits are at the heads already."""
        if batch.entry.kinds & Stream.ROOM_META:
            for room_nid in batch.entry.rooms:
                self.drop(room_nid)
        for event in batch.events:
            head = self._heads.peek(event.room_nid)
            if head is not None and (event.position is None or (head.position or 0) >= event.position):
                continue
            if not event.on_main_line or event.extremities is not None or event.key_nid is not None:
                self.drop(event.room_nid)
            elif head is not None and not head.pending:  # else the commit of what is built finds it behind
                head.apply(event)

    async def _load_missing(self, room: Room, entries: Sequence[StateEntry]) -> None:
        self._make_room()
        head = self._heads.get(room.nid)
        async with self._db.acquire() as conn:
            if head is None or head.is_astray:
                self._overtaken.discard(room.nid)
                head = await read_head(conn, room)
                if room.nid in self._overtaken:
                    return
                self._heads.put(room.nid, head)
            version = head.state_version
            found = await read_state(conn, room, [entry for entry in entries if entry not in head.state])
        if head.state_version == version:  # else a state event came meanwhile: the caller asks again
            for entry, event in found.items():
                head.state.setdefault(entry, event)

    def _make_room(self) -> None:
        """Now and then, forget every head if they hold too many state events; those in use are soon back."""
        self._loads += 1
        if self._loads % LOADS_BETWEEN_COUNTS == 0:
            held = sum(len(head.state) for head in self._heads.values())
            if held > MAX_STATE_EVENTS:
                self._heads.clear()


async def read_head(conn: Connection, room: Room) -> RoomHead:
    """Read a room's forward extremities. Raises Forbidden for a room that this server only heard of."""
    newest = await events.select_head(conn, room.nid)
    if newest is None:
        raise Forbidden("You are not in this room")
    tips = [newest]
    if newest.extremities is not None:
        found = await events.select_events_by_nid(conn, newest.extremities)
        tips = sorted(found.values(), key=lambda event: event.place, reverse=True)[:MAX_PREV_EVENTS]
    loaded = {event.event_id: event.load() for event in tips}
    head = RoomHead(
        room,
        newest.position,
        tuple(loaded),
        max(event_json["depth"] for event_json in loaded.values()),
        max(event.topo for event in tips),
        newest.notify_count,
        has_more_ends=len(newest.extremities or ()) > MAX_PREV_EVENTS,
    )
    if room.version.references_have_hashes:
        head.reference_hashes = {
            event_id: reference_hash(room.version, event_json) for event_id, event_json in loaded.items()
        }
    return head


async def read_state(
    conn: Connection, room: Room, entries: Sequence[StateEntry]
) -> dict[StateEntry, StateEvent | None]:
    """Read entries of a room's current state; those it does not have are None."""
    found: dict[StateEntry, StateEvent | None] = dict.fromkeys(entries)
    for entry, stored in (await state.select_current_entries(conn, room.nid, entries)).items():
        pdu = pdu_from_stored(room.version, stored.json, stored.event_id, room.room_id)
        found[entry] = StateEvent(pdu, stored.auth_height)
    return found
