"""Contended rooms: those in which other workers write at the same time.

What is built on their heads in advance is mostly built for nothing. So their events wait unbuilt until the
rooms of a batch are locked and their heads read; then all are built and committed in that transaction.
Workers take turns in these rooms, and nobody holds the positions lock while events are built.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg
import structlog

from federation.protocol.policy_server import POLICY
from homeserver.errors import BadJson, Forbidden, MatrixError
from homeserver.rooms.build_event import (
    Author,
    EventRequest,
    build_allowed_event,
    build_event,
    needed_entries,
)
from homeserver.rooms.commit_entry import MAX_BATCH_EVENTS, Committed, Entry, EntryQueue, count_events
from homeserver.rooms.heads import Heads, RoomHead, read_head, read_state
from homeserver.rooms.settle_commits import Settlement
from homeserver.storage import events as event_rows
from homeserver.storage.commit import CommitResult, commit_events
from homeserver.storage.db import Connection, Database, DatabaseUnavailable
from homeserver.storage.positions import LOCK_TIMEOUT_MS
from homeserver.storage.room_locks import lock_heads
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry

log = structlog.get_logger(__name__)

MOVED: Final = 2
"""What a head that has moved counts; one that has not takes off one."""
CONTENDED_FROM: Final = 4
MOST: Final = 8
MAX_SCORES: Final = 10_000
DATA_ERRORS: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)


class ContendedRooms:
    """Knows which rooms are contended, and commits their events, called by the one writer.

    A batch with data that the database refuses comes here, too, to be committed one by one.
    """

    def __init__(
        self, db: Database, heads: Heads, author: Author, settlement: Settlement, filled: asyncio.Event
    ) -> None:
        self._db = db
        self._heads = heads
        self._author = author
        self._settlement = settlement
        self._scores: dict[int, int] = {}
        self._held: set[int] = set()
        self.queue = EntryQueue(filled)

    @property
    def count(self) -> int:
        return len(self._held)

    def holds(self, room_nid: int) -> bool:
        """Whether the events of a room go this way."""
        return room_nid in self._held

    def submit(self, room: Room, request: EventRequest) -> "asyncio.Future[Sequence[Committed]]":
        """Queue an event to be built when it is its room's turn; refusals come with the answer."""
        entry = Entry(room, request)
        self.queue.put([entry])
        return entry.done

    def take(self, entries: Sequence[Entry]) -> None:
        """Take entries of rooms that go this way from now on, at least until these are committed."""
        self._held.update(entry.room.nid for entry in entries)
        self.queue.put(entries)

    def note(self, room_nid: int, *, moved: bool) -> None:
        """Keep in mind whether others wrote in a room between two commits of ours."""
        if moved:
            self._scores[room_nid] = min(self._scores.get(room_nid, 0) + MOVED, MOST)
        elif room_nid in self._scores:
            self._scores[room_nid] -= 1
            if self._scores[room_nid] == 0:
                del self._scores[room_nid]

    async def commit_queued(self) -> None:
        """Build and commit a batch of what waits; whatever goes wrong, every entry is answered."""
        batch = self.queue.take_batch()
        if not await self._commit_safely(batch, with_queued=True):
            for entry in batch:
                self._heads.drop(entry.room.nid)
            for entry in batch:
                if not entry.done.done():
                    await self._commit_safely([entry], with_queued=False)
        self._let_go(batch)

    def _let_go(self, batch: Sequence[Entry]) -> None:
        """Let rooms go the usual way again where others seldom write at the same time."""
        queued = self.queue.room_nids()
        for room_nid in {entry.room.nid for entry in batch} - queued:
            if self._scores.get(room_nid, 0) < CONTENDED_FROM:
                self._held.discard(room_nid)
        if len(self._scores) > MAX_SCORES:
            self._scores.clear()
            self._held &= queued

    async def _commit_safely(self, batch: list[Entry], *, with_queued: bool) -> bool:
        """Commit a batch, or answer its entries with why not.

        Return False where nothing was committed and each entry has to be tried alone: the database refused
        something, or there is a new room.
        """
        try:
            if all(entry.request is not None for entry in batch):
                await self._commit(batch, with_queued=with_queued)
            elif len(batch) == 1:
                await self._commit_new_room(batch[0])
            else:
                return False
        except DATA_ERRORS as error:
            if len(batch) > 1:
                return False
            log.warning("contended_rooms.event_refused", room_id=batch[0].room.room_id, error=str(error))
            self._settlement.give_up(batch, BadJson("The database refused this event"))
        except DatabaseUnavailable as error:
            await self._settlement.after_loss(batch, error)
        except Exception as error:
            log.exception("contended_rooms.batch_failed", events=count_events(batch))
            self._settlement.give_up(batch, error)
        return True

    async def _commit_new_room(self, entry: Entry) -> None:
        async with self._db.acquire() as conn:
            result = await commit_events(conn, {entry.room.nid: None}, [entry.room], entry.built)
        self._settlement.settle([entry], result)

    async def _commit(self, batch: list[Entry], *, with_queued: bool) -> None:
        """Build and commit a batch; with what came into its rooms until it was their turn, which joins it."""
        done: list[tuple[list[Entry], CommitResult]] = []
        async with self._db.transaction(lock_timeout_ms=LOCK_TIMEOUT_MS) as conn:
            left = list(batch)
            while left:
                heads = await self._lock(conn, left)
                joining = self.queue.take_rooms(heads, at_most=MAX_BATCH_EVENTS) if with_queued else []
                batch += joining
                left += joining
                await self._read_state(conn, heads, left)
                built = [entry for entry in left if self._build(heads, entry)]
                result = await self._write(conn, heads, built)
                done.append((built, result))
                left = await self._left_out(conn, built, result)
        for written, result in done:
            self._settlement.settle(written, result)

    async def _write(
        self, conn: Connection, heads: Mapping[int, RoomHead], built: Sequence[Entry]
    ) -> CommitResult:
        written = {entry.room.nid: heads[entry.room.nid] for entry in built}
        for head in written.values():
            self._heads.put(head)
        positions = {room_nid: head.position for room_nid, head in written.items()}
        return await commit_events(conn, positions, [], [event for entry in built for event in entry.built])

    async def _lock(self, conn: Connection, entries: Sequence[Entry]) -> dict[int, RoomHead]:
        """Lock rooms and return their heads: those in memory brought up to date, if that is all they need."""
        rooms = {entry.room.nid: entry.room for entry in entries}
        known = {room_nid: self._heads.peek(room_nid) for room_nid in rooms}
        locked = await lock_heads(conn, {nid: head.position if head else None for nid, head in known.items()})
        heads: dict[int, RoomHead] = {}
        for room_nid, newest in locked.items():
            head = known[room_nid]
            has_moved = head is not None and head.position != newest.event.position
            if head is None or self._heads.peek(room_nid) is not head or head.pending or newest.state_moved:
                head = await read_head(conn, rooms[room_nid])
            elif (has_moved or head.is_astray) and newest.event.extremities is None:
                head.apply(newest.event)
            elif has_moved or head.is_astray:
                head = await read_head(conn, rooms[room_nid])
            heads[room_nid] = head
            if known[room_nid] is not None:
                self.note(room_nid, moved=has_moved)
        return heads

    async def _read_state(
        self, conn: Connection, heads: Mapping[int, RoomHead], entries: Sequence[Entry]
    ) -> None:
        """Read what the building of events takes and their heads lack."""
        missing: dict[int, set[StateEntry]] = {}
        for entry in entries:
            head = heads.get(entry.room.nid)
            draft = _request_of(entry).draft
            if head is not None and not head.allows(draft):
                wanted = [POLICY, *needed_entries(head.room.version, draft)]
                missing.setdefault(head.room.nid, set()).update(e for e in wanted if e not in head.state)
        for room_nid, lacking in missing.items():
            if lacking:
                heads[room_nid].state.update(await read_state(conn, heads[room_nid].room, sorted(lacking)))

    def _build(self, heads: Mapping[int, RoomHead], entry: Entry) -> bool:
        """Build an event on the head of its room, if that is allowed; a refusal answers the entry."""
        request = _request_of(entry)
        try:
            head = heads.get(entry.room.nid)
            if head is None:
                raise Forbidden("You are not in this room")
            event = build_allowed_event(head, self._author, request)
            if event is None:
                entries = needed_entries(head.room.version, request.draft)
                event = build_event(head, self._author, request, entries)
        except MatrixError as refusal:
            entry.fail(refusal)
            return False
        head.advance(event)
        entry.head, entry.built = head, [event]
        return True

    async def _left_out(
        self, conn: Connection, entries: Sequence[Entry], result: CommitResult
    ) -> list[Entry]:
        """Answer repeated transactions with what they made first; return what is to be built again.

        From here on the positions lock is held, so that no head can move any more.
        """
        for room_nid in result.moved_rooms:
            self._heads.drop(room_nid)
            self.note(room_nid, moved=True)
        repeated = result.duplicates
        if repeated:
            found = await event_rows.select_positions_of(conn, sorted(set(repeated.values())))
            for index, event_id in repeated.items():
                entries[index].succeed([Committed(event_id, found[event_id])])
        return [
            entry
            for index, entry in enumerate(entries)
            if entry.room.nid in result.moved_rooms and index not in repeated
        ]


def _request_of(entry: Entry) -> EventRequest:
    assert entry.request is not None, "a new room is committed apart"
    return entry.request
