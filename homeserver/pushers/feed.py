"""Follows the position log and queues what pushers have to tell: events that notify, and what was read.

One worker does this at a time, the one with the share of it; the next one goes on where it stood. Sending an
event knows nothing of it. An event costs the look that finds nobody with a pusher in its room, and beyond
that an evaluation and a row per member who has one.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final
from uuid import uuid4

import structlog

from homeserver.pushers.context import PushersContext
from homeserver.pushers.find_notified import find_invited, find_notified
from homeserver.pushers.pushing_members import PushingMembers
from homeserver.storage import push_queue
from homeserver.storage.db import DatabaseUnavailable, level_of
from homeserver.storage.positions import Stream
from homeserver.storage.push_queue import Notified
from homeserver.tailer import Batch

log = structlog.get_logger(__name__)

SHARE: Final = "push feed"
NOTE_EVERY_S: Final = 5.0
PAUSE_S: Final = 1.0
"""After the database could not be read."""
MAX_POSITIONS_PER_READ: Final = 5_000
MAX_READ: Final = 10_000
"""Receipts noted between two looks; beyond, badges are corrected by the next event."""


class PushFeed:
    """Owns the task. The tailer says where to look."""

    def __init__(self, ctx: PushersContext) -> None:
        self._ctx = ctx
        self._owner = str(uuid4())
        self._members = PushingMembers(ctx.db)
        self._rooms: set[int] = set()
        self._read: dict[int, int] = {}
        self._invited: set[int] = set()
        self._position: int | None = None
        self._upto = 0
        self._shares = ctx.rooms.shares
        self._look = self._shares.call(SHARE)
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        tailer = self._ctx.rooms.tailer
        self._upto = tailer.applied
        tailer.subscribe(self._apply, reset=self._start_again)
        self._task = asyncio.create_task(self._run(), name="push-feed")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        if self._position is not None:
            with suppress(DatabaseUnavailable):  # whoever comes next looks at a little more
                async with self._ctx.db.acquire() as conn:
                    await push_queue.advance_feed(conn, self._owner, self._position)

    async def until_idle(self) -> None:
        """Return once everything that the tailer has applied so far is queued."""
        while self._look.is_set() or not self._idle.is_set():
            await self._idle.wait()
            await asyncio.sleep(0)

    def _apply(self, batch: Batch) -> None:
        entry = batch.entry
        self._upto = entry.position
        self._members.apply(batch)
        if self._members.is_empty:
            return
        if entry.kinds & Stream.EVENTS:
            self._rooms.update(entry.rooms)
        if len(self._read) < MAX_READ:
            readers = set(entry.users) if entry.kinds & Stream.RECEIPTS else set()
            readers.update(event.sender_nid for event in batch.events)  # who writes has read
            self._read.update(dict.fromkeys(self._members.among(readers), entry.position))
        if entry.kinds & Stream.ROOM_META:
            self._invited.update(self._members.among(entry.users))
        self._idle.clear()
        self._look.set()

    def _start_again(self) -> None:
        self._upto = self._ctx.rooms.tailer.applied
        self._members.clear()
        self._lose()
        self._look.set()

    def _lose(self) -> None:
        """Know nothing of what is queued: another worker may have done it meanwhile."""
        self._position = None

    async def _run(self) -> None:
        renew_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, renew_at - loop.time())):
                    await self._look.wait()
            self._look.clear()
            try:
                if not self._shares.holds_name(SHARE):
                    self._lose()
                    renew_at = loop.time() + NOTE_EVERY_S
                elif loop.time() >= renew_at or self._position is None:
                    await self._renew()
                    renew_at = loop.time() + NOTE_EVERY_S
                if self._position is not None:
                    await self._queue_new(self._position)
                else:
                    self._take()
            except Exception as error:
                self._lose()  # and look again at all that came since what is stored
                if isinstance(error, DatabaseUnavailable):
                    log.log(level_of(error), "push_feed.waiting_for_database", error=str(error))
                else:
                    log.exception("push_feed.failed")
                await asyncio.sleep(PAUSE_S)
                self._look.set()
            if not self._look.is_set():
                self._idle.set()

    async def _renew(self) -> None:
        """Take the work over and look at all that came since, or note how far it has come."""
        await self._refresh()
        if self._members.is_empty:
            self._lose()
            return
        async with self._ctx.db.acquire() as conn:
            if self._position is not None:
                if not await push_queue.advance_feed(conn, self._owner, self._position):
                    self._lose()
                return
            position = await push_queue.take_feed(conn, self._owner)
            self._position = max(position, await push_queue.select_first_since(conn))
            self._rooms |= await push_queue.select_rooms_with_news(conn, self._position)
        self._invited |= self._members.everybody
        self._ctx.due.ask()

    async def _refresh(self) -> None:
        while self._members.is_stale:
            await self._members.refresh()

    def _take(self) -> tuple[set[int], dict[int, int], set[int]]:
        """Return the rooms, readers and invited users to look at, and forget them."""
        taken = self._rooms, self._read, self._invited
        self._rooms, self._read, self._invited = set(), {}, set()
        return taken

    async def _queue_new(self, since: int) -> None:
        """Queue what came after a position: all of it, or so much that it fits into memory."""
        await self._refresh()
        upto = min(self._upto, since + MAX_POSITIONS_PER_READ)
        rooms, read, invited = self._take()
        if upto < self._upto:
            self._rooms, self._invited = set(rooms), set(invited)
            self._look.set()
        notified = await find_notified(self._ctx, self._members, rooms, since, upto)
        if invited:
            notified += await find_invited(self._ctx, invited, since, upto)
        if notified or read:
            await self._store(notified, read, upto)
        self._position = upto

    async def _store(self, notified: Sequence[Notified], read: Mapping[int, int], upto: int) -> None:
        """Queue in one transaction with the note of how far it reaches: nothing is queued twice, or never."""
        now_ms = self._ctx.clock.now_ms()
        async with self._ctx.db.transaction() as conn:
            if not await push_queue.advance_feed(conn, self._owner, upto):
                raise LostClaim("Another worker follows the log now")
            await push_queue.enqueue(conn, notified, now_ms)
            await push_queue.note_read(conn, list(read.items()), now_ms)
        self._ctx.due.ask()


class LostClaim(Exception):
    """Another worker follows the log now."""
