"""The commit queue: local events are built in memory, and written in batches by one supervised writer.

A batch is one round trip. Rooms whose head another worker moved meanwhile come back, and go the way of
contended rooms from then on, for as long as others write in them too.
"""

import asyncio
from collections.abc import Sequence

import structlog

from homeserver.errors import Unavailable
from homeserver.rooms.build_event import (
    Author,
    EventRequest,
    build_allowed_event,
    build_event,
    needed_entries,
)
from homeserver.rooms.commit_entry import Committed, Entry, EntryQueue, count_events
from homeserver.rooms.contended_rooms import DATA_ERRORS, ContendedRooms
from homeserver.rooms.heads import Heads, RoomHead
from homeserver.rooms.settle_commits import Publish, Settlement
from homeserver.storage.commit import NewEvent, commit_events
from homeserver.storage.db import Database, DatabaseUnavailable
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)

MAX_QUEUED_EVENTS = 4_096
STALE = -1
"""A head position that no room has: what was built on a replaced head must be built again."""


class CommitQueue:
    """Owns the writer. `submit` builds on the room's head and returns a future of what was committed."""

    def __init__(self, db: Database, heads: Heads, author: Author, publish: Publish) -> None:
        self._db = db
        self._heads = heads
        self._author = author
        self._settlement = Settlement(db, heads, publish)
        self._filled = asyncio.Event()
        self._queue = EntryQueue(self._filled)
        self._contended = ContendedRooms(db, heads, author, self._settlement, self._filled)
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def length(self) -> int:
        """How many events wait, those aside that are being committed."""
        return self._queue.events + self._contended.queue.events

    @property
    def contended_rooms(self) -> int:
        """In how many rooms other workers write as well, as far as is known."""
        return self._contended.count

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
        if self._contended.holds(room.nid):
            return self._contended.submit(room, request) if head.allows(request.draft) else None
        built = build_allowed_event(head, self._author, request)
        return None if built is None else self._put(head, request, [built])

    async def submit(self, room: Room, request: EventRequest) -> "asyncio.Future[Sequence[Committed]]":
        """Build an event at the head of its room and queue it.

        Raises: Forbidden and other refusals at once, where the room is not contended; Unavailable when the
        queue is full.
        """
        self._check_room_for(1)
        entries = needed_entries(room.version, request.draft)
        head = self._heads.ready(room, entries)
        if head is None and not self._contended.holds(room.nid):
            head = await self._heads.load(room, entries)
        if head is None or self._contended.holds(room.nid):  # which may have become so meanwhile
            return self._contended.submit(room, request)
        return self._put(head, request, [build_event(head, self._author, request, entries)])

    def submit_new_room(
        self, head: RoomHead, built: Sequence[NewEvent]
    ) -> "asyncio.Future[Sequence[Committed]]":
        """Queue the first events of a room, built by the caller on a head of its own, as one commit."""
        self._check_room_for(len(built))
        self._heads.put(head)
        entry = Entry(head.room, None, head, built)
        self._queue.put([entry])
        return entry.done

    def _check_room_for(self, count: int) -> None:
        if self._stopping or self.length + count > MAX_QUEUED_EVENTS:
            raise Unavailable("The server is too busy to take more events")

    def _put(
        self, head: RoomHead, request: EventRequest, built: Sequence[NewEvent]
    ) -> "asyncio.Future[Sequence[Committed]]":
        head.advance(built[0])
        entry = Entry(head.room, request, head, built)
        self._queue.put([entry])
        return entry.done

    async def _run(self) -> None:
        while not self._stopping or self._queue or self._contended.queue:
            await self._filled.wait()
            self._filled.clear()
            while self._queue or self._contended.queue:
                if self._queue:
                    await self._commit_safely(self._queue.take_batch())
                if self._contended.queue:
                    await self._contended.commit_queued()

    async def _commit_safely(self, batch: list[Entry]) -> None:
        """Commit a batch; whatever goes wrong, every entry is answered and the writer lives on."""
        try:
            await self._commit(batch)
        except DATA_ERRORS:
            self._hand_over(batch)
        except DatabaseUnavailable as error:
            await self._settlement.after_loss(batch, error)
        except Exception as error:
            log.exception("commit_queue.batch_failed", events=count_events(batch))
            self._settlement.give_up(batch, error)

    async def _commit(self, batch: list[Entry]) -> None:
        heads = self._expected_heads(batch)
        new_events = [event for entry in batch for event in entry.built]
        new_rooms = [entry.room for entry in batch if entry.request is None]
        async with self._db.acquire() as conn:
            result = await commit_events(conn, heads, new_rooms, new_events)
        self._settlement.settle(batch, result)
        for room_nid in heads:
            self._contended.note(room_nid, moved=room_nid in result.moved_rooms)
        if result.moved_rooms:
            self._hand_over([entry for entry in batch if entry.room.nid in result.moved_rooms])

    def _expected_heads(self, batch: list[Entry]) -> dict[int, int | None]:
        """Return the newest position each room must still have; none fits a replaced head."""
        heads: dict[int, int | None] = {}
        for entry in batch:
            assert entry.head is not None
            is_current = self._heads.peek(entry.room.nid) is entry.head
            if not is_current:
                heads[entry.room.nid] = STALE
            elif heads.get(entry.room.nid) != STALE:
                heads[entry.room.nid] = entry.head.position
        return heads

    def _hand_over(self, entries: Sequence[Entry]) -> None:
        """Have entries built and committed as contended, with all that was queued behind them."""
        entries = [*entries, *self._queue.take_rooms({entry.room.nid for entry in entries})]
        for entry in entries:
            if entry.head is not None and self._heads.peek(entry.room.nid) is entry.head:
                self._heads.give_up(entry.head, entry.built)
        self._contended.take(entries)
