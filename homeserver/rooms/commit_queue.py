"""The commit queue: local events are built in memory, and written in batches by one supervised writer.

A batch is one round trip. Rooms whose head another worker moved meanwhile come back; their events are built
again, for the second and last time, inside the positions lock. Nothing is answered or published before its
commit.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import asyncpg
import structlog

from homeserver.errors import BadJson, MatrixError, Unavailable
from homeserver.rooms.build_event import (
    Author,
    EventRequest,
    build_allowed_event,
    build_event,
    needed_entries,
)
from homeserver.rooms.commit_entry import Committed, Entry, log_entry, stored_event
from homeserver.rooms.heads import Heads, RoomHead, read_head, read_state
from homeserver.storage import events as event_rows
from homeserver.storage import positions
from homeserver.storage.commit import CommitResult, NewEvent, commit_events
from homeserver.storage.db import Connection, Database, DatabaseUnavailable
from homeserver.storage.events import StoredEvent
from homeserver.storage.positions import LOCK_TIMEOUT_MS, LogEntry
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)

MAX_BATCH_EVENTS = 256
MAX_BATCH_BYTES = 1_000_000
MAX_QUEUED_EVENTS = 4_096
STALE = -1
"""A head position that no room has: what was built on a replaced head must be built again."""

Publish = Callable[[LogEntry, Sequence[StoredEvent]], None]


class CommitQueue:
    """Owns the writer. `submit` builds on the room's head and returns a future of what was committed."""

    def __init__(self, db: Database, heads: Heads, author: Author, publish: Publish) -> None:
        self._db = db
        self._heads = heads
        self._author = author
        self._publish = publish
        self._queue: deque[Entry] = deque()
        self._queued_events = 0
        self._filled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def length(self) -> int:
        """How many events wait, those aside that are being committed."""
        return self._queued_events

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="commit-queue")

    async def stop(self) -> None:
        """Commit what is queued, then end."""
        self._stopping = True
        self._filled.set()
        if self._task is not None:
            await self._task

    def submit_at_once(
        self, room: Room, request: EventRequest
    ) -> "asyncio.Future[Sequence[Committed]] | None":
        """Build and queue a message, if everything needed for it is in memory; else do nothing.

        Raises: TooLarge, BadJson; Unavailable when the queue is full.
        """
        head = self._heads.remembered(room.nid)
        if head is None or head.has_more_ends:
            return None
        self._check_room_for(1)
        built = build_allowed_event(head, self._author, request)
        if built is None:
            return None
        head.advance(built)
        return self._put(Entry(head, (request,), (built,), False, asyncio.get_running_loop().create_future()))

    async def submit(self, room: Room, request: EventRequest) -> "asyncio.Future[Sequence[Committed]]":
        """Build an event at the head of its room and queue it.

        Raises: Forbidden and other refusals at once; Unavailable when the queue is full.
        """
        self._check_room_for(1)
        entries = needed_entries(room.version, request.draft)
        head = self._heads.ready(room, entries) or await self._heads.load(room, entries)
        built = build_event(head, self._author, request, entries)
        head.advance(built)
        return self._put(Entry(head, (request,), (built,), False, asyncio.get_running_loop().create_future()))

    async def submit_many(
        self, room: Room, requests: Sequence[EventRequest]
    ) -> "asyncio.Future[Sequence[Committed]]":
        """Build several events of a room on each other and queue them as one commit, all or nothing."""
        self._check_room_for(len(requests))
        wanted = [needed_entries(room.version, request.draft) for request in requests]
        head = await self._heads.load(room, sorted({entry for entries in wanted for entry in entries}))
        built: list[NewEvent] = []
        try:
            for request, entries in zip(requests, wanted, strict=True):
                built.append(build_event(head, self._author, request, entries))
                head.advance(built[-1])
        except MatrixError:
            self._heads.drop(room.nid)
            raise
        return self._put(Entry(head, requests, built, False, asyncio.get_running_loop().create_future()))

    def submit_new_room(
        self, head: RoomHead, built: Sequence[NewEvent]
    ) -> "asyncio.Future[Sequence[Committed]]":
        """Queue the first events of a room, built by the caller on a head of its own, as one commit."""
        self._check_room_for(len(built))
        self._heads.put(head)
        return self._put(Entry(head, (), built, True, asyncio.get_running_loop().create_future()))

    def _check_room_for(self, count: int) -> None:
        if self._stopping or self._queued_events + count > MAX_QUEUED_EVENTS:
            raise Unavailable("The server is too busy to take more events")

    def _put(self, entry: Entry) -> "asyncio.Future[Sequence[Committed]]":
        self._queue.append(entry)
        self._queued_events += len(entry.built)
        self._filled.set()
        return entry.done

    async def _run(self) -> None:
        while not (self._stopping and not self._queue):
            await self._filled.wait()
            self._filled.clear()
            while self._queue:
                await self._commit_safely(self._take_batch())

    def _take_batch(self) -> list[Entry]:
        batch: list[Entry] = []
        events = size = 0
        while self._queue:
            entry = self._queue[0]
            events += len(entry.built)
            size += entry.size
            if batch and (events > MAX_BATCH_EVENTS or size > MAX_BATCH_BYTES):
                break
            batch.append(self._queue.popleft())
        self._queued_events -= sum(len(entry.built) for entry in batch)
        return batch

    async def _commit_safely(self, batch: list[Entry]) -> None:
        """Commit a batch; whatever goes wrong, every entry is answered and the writer lives on."""
        try:
            await self._commit(batch)
        except (
            asyncpg.DataError,
            asyncpg.IntegrityConstraintViolationError,
            asyncpg.ProgramLimitExceededError,
        ):
            await self._commit_apart(batch)
        except DatabaseUnavailable as error:
            await self._settle_after_loss(batch, error)
        except Exception as error:
            log.exception("commit_queue.batch_failed", events=sum(len(entry.built) for entry in batch))
            self._give_up(batch, error)

    async def _commit(self, batch: list[Entry]) -> None:
        heads = self._expected_heads(batch)
        new_events = [event for entry in batch for event in entry.built]
        new_rooms = [entry.room for entry in batch if entry.is_new_room]
        async with self._db.acquire() as conn:
            result = await commit_events(conn, heads, new_rooms, new_events)
        self._settle(batch, result)
        again = [entry for entry in batch if entry.room.nid in result.moved_rooms]
        for room_nid in dict.fromkeys(entry.room.nid for entry in again):
            await self._rebuild(room_nid, [entry for entry in again if entry.room.nid == room_nid])

    def _expected_heads(self, batch: list[Entry]) -> dict[int, int | None]:
        """Return the newest position each room must still have; none fits a replaced head."""
        heads: dict[int, int | None] = {}
        for entry in batch:
            is_current = self._heads.peek(entry.room.nid) is entry.head
            if not is_current:
                heads[entry.room.nid] = STALE
            elif heads.get(entry.room.nid) != STALE:
                heads[entry.room.nid] = entry.head.position
        return heads

    def _settle(self, batch: list[Entry], result: CommitResult) -> None:
        """Answer what was committed, and publish it."""
        stored: list[StoredEvent] = []
        at = 0
        for entry in batch:
            positions_of_entry = result.positions[at : at + len(entry.built)]
            at += len(entry.built)
            if entry.room.nid in result.moved_rooms:
                continue
            committed = []
            for event, position in zip(entry.built, positions_of_entry, strict=True):
                assert position is not None
                stored.append(stored_event(event, position))
                committed.append(Committed(event.pdu.event_id, position))
            entry.head.position = committed[-1].position
            entry.head.pending -= len(entry.built)
            entry.succeed(committed)
        if stored:
            self._publish(log_entry(result.previous, batch, stored), stored)

    async def _rebuild(self, room_nid: int, entries: list[Entry]) -> None:
        """Build and commit a room's events again under the lock, with all that was queued behind them."""
        self._heads.drop(room_nid)
        entries += self._take_queued(room_nid)
        try:
            await self._commit_under_lock(entries)
        except (
            asyncpg.DataError,
            asyncpg.IntegrityConstraintViolationError,
            asyncpg.ProgramLimitExceededError,
        ):
            await self._commit_apart(entries)
        finally:
            self._heads.drop(room_nid)

    def _take_queued(self, room_nid: int) -> list[Entry]:
        taken = [entry for entry in self._queue if entry.room.nid == room_nid]
        if taken:
            self._queue = deque(entry for entry in self._queue if entry.room.nid != room_nid)
            self._queued_events -= sum(len(entry.built) for entry in taken)
        return taken

    async def _commit_under_lock(self, entries: list[Entry]) -> None:
        """Read the head, build and commit inside one transaction that holds the positions lock."""
        rebuilt: list[Entry] = []
        result: CommitResult | None = None
        async with self._db.transaction(lock_timeout_ms=LOCK_TIMEOUT_MS) as conn:
            await conn.execute(positions.LOCK_POSITIONS)
            head = await read_head(conn, entries[0].room)
            at = head.position
            for entry in entries:
                if not await self._answer_duplicate(conn, entry) and await self._build_again(
                    conn, head, entry
                ):
                    rebuilt.append(entry)  # noqa: PERF401 - each is built on the one before
            if rebuilt:
                built = [event for entry in rebuilt for event in entry.built]
                result = await commit_events(conn, {head.room.nid: at}, [], built)
                assert not result.moved_rooms, "the head moved although the lock is held"
        if result is not None:
            self._settle(rebuilt, result)

    async def _answer_duplicate(self, conn: Connection, entry: Entry) -> bool:
        """Answer an entry whose transaction was committed before with what it made then."""
        request = entry.requests[0]
        if request.txn_id is None or request.device_nid is None:
            return False
        event_id = await event_rows.select_by_txn(
            conn, request.device_nid, request.txn_id, entry.room.nid, request.draft.type
        )
        if event_id is None:
            return False
        found = await event_rows.select_positions_of(conn, [event_id])
        entry.succeed([Committed(event_id, found[event_id])])
        return True

    async def _build_again(self, conn: Connection, head: RoomHead, entry: Entry) -> bool:
        """Build an entry on a head read under the lock; a refusal answers the entry."""
        try:
            built = []
            for request in entry.requests:
                entries = needed_entries(head.room.version, request.draft)
                missing = [wanted for wanted in entries if wanted not in head.state]
                head.state.update(await read_state(conn, head.room, missing))
                built.append(build_event(head, self._author, request, entries))
                head.advance(built[-1])
        except MatrixError as refusal:
            entry.fail(refusal)
            return False
        entry.head, entry.built = head, built
        return True

    async def _commit_apart(self, batch: list[Entry]) -> None:
        """After an error in the data: commit entry by entry, so that only the failing one fails."""
        for room_nid in dict.fromkeys(entry.room.nid for entry in batch):
            self._heads.drop(room_nid)
            batch += self._take_queued(room_nid)
        for entry in batch:
            try:
                await self._commit_alone(entry)
            except (
                asyncpg.DataError,
                asyncpg.IntegrityConstraintViolationError,
                asyncpg.ProgramLimitExceededError,
            ) as error:
                log.warning("commit_queue.event_refused", room_id=entry.room.room_id, error=str(error))
                self._heads.drop(entry.room.nid)
                entry.fail(BadJson("The database refused this event"))

    async def _commit_alone(self, entry: Entry) -> None:
        if entry.done.done():
            return
        if not entry.is_new_room:
            await self._commit_under_lock([entry])
            return
        async with self._db.acquire() as conn:
            result = await commit_events(conn, {entry.room.nid: None}, [entry.room], entry.built)
        self._settle([entry], result)

    async def _settle_after_loss(self, batch: list[Entry], error: DatabaseUnavailable) -> None:
        """The connection broke, perhaps after the commit: look before anything is said."""
        event_ids = [event.pdu.event_id for entry in batch for event in entry.built]
        try:
            async with self._db.acquire() as conn:
                found = await event_rows.select_positions_of(conn, event_ids)
        except MatrixError:
            self._give_up(batch, error)
            return
        for entry in batch:
            self._heads.drop(entry.room.nid)
            if all(event.pdu.event_id in found for event in entry.built):
                entry.succeed([Committed(e.pdu.event_id, found[e.pdu.event_id]) for e in entry.built])
        self._give_up([entry for entry in batch if not entry.done.done()], error)

    def _give_up(self, batch: list[Entry], error: BaseException) -> None:
        """Fail entries, and what was built upon them."""
        for entry in batch:
            self._heads.drop(entry.room.nid)
            for follower in (entry, *self._take_queued(entry.room.nid)):
                follower.fail(error)
