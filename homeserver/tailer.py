"""The tailer: applies the position log, in order, to every cache of this worker.

`applied` is the worker's position: answers from memory go up to it. Commits of this worker are offered with
their events and applied without asking the database, as long as nothing of another worker lies between;
everything else is read from the log.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from homeserver.errors import MatrixError
from homeserver.fanout.ports import Fanout
from homeserver.storage import events, positions
from homeserver.storage.db import Database, level_of
from homeserver.storage.events import StoredEvent
from homeserver.storage.positions import LogEntry, Stream

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.5
ENTRIES_PER_READ = 1_000
MAX_OFFERED = 10_000
LOG_KEPT_MS = 10 * 60 * 1000
"""A worker that lags by more drops its caches and starts again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One commit, as the caches apply it. `events` are those of the commit that have a position."""

    entry: LogEntry
    events: Sequence[StoredEvent]


Subscriber = Callable[[Batch], None]


class Tailer:
    """Owns the worker's position. Subscribers are called in order, and must not await."""

    def __init__(self, db: Database, fanout: Fanout) -> None:
        self._db = db
        self._fanout = fanout
        self._subscribers: list[Subscriber] = []
        self._resets: list[Callable[[], None]] = []
        self._offered: dict[int, Batch] = {}
        self._look = asyncio.Event()
        self._waiters: set[asyncio.Future[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self.applied = 0
        fanout.on_wakeup(self._look.set)

    def subscribe(self, apply: Subscriber, *, reset: Callable[[], None] | None = None) -> Callable[[], None]:
        """Call `apply` for every commit; `reset` when commits were missed and caches must go.

        Return what ends it.
        """
        self._subscribers.append(apply)
        if reset is not None:
            self._resets.append(reset)

        def end() -> None:
            self._subscribers.remove(apply)
            if reset is not None:
                self._resets.remove(reset)

        return end

    async def start(self) -> None:
        async with self._db.acquire() as conn:
            self.applied = await positions.select_last_position(conn)
        self._task = asyncio.create_task(self._run(), name="tailer")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for waiter in self._waiters:
            waiter.cancel()

    def offer(self, entry: LogEntry, new_events: Sequence[StoredEvent] = ()) -> None:
        """Take a commit of this worker, with the events that it wrote; tells the other workers too."""
        self._fanout.publish(entry)
        complete = not entry.kinds & Stream.EVENTS or len(new_events) > 0
        if entry.position <= self.applied:
            return
        if complete and len(self._offered) < MAX_OFFERED:
            self._offered[entry.previous] = Batch(entry, new_events)
        self._apply_offered()
        if entry.position > self.applied:
            self._look.set()

    async def wait_for(self, position: int) -> None:
        """Return once everything up to `position` is applied."""
        while self.applied < position:
            self._look.set()
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.add(waiter)
            try:
                await waiter
            finally:
                self._waiters.discard(waiter)

    def _apply_offered(self) -> None:
        while (batch := self._offered.pop(self.applied, None)) is not None:
            self._apply(batch)

    def _apply(self, batch: Batch) -> None:
        self.applied = batch.entry.position
        for apply in self._subscribers:
            apply(batch)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):  # not wait_for, which in Python 3.11 can lose a cancellation
                async with asyncio.timeout(POLL_SECONDS):
                    await self._look.wait()
            self._look.clear()
            try:
                await self._catch_up()
            except MatrixError as error:  # the database is away; syncs answer from memory until it is back
                log.log(level_of(error), "tailer.waiting_for_database", error=str(error))
                await asyncio.sleep(POLL_SECONDS)
            except Exception:  # a worker that follows no more would answer with what was, for ever
                log.exception("tailer.failed")
                await asyncio.sleep(POLL_SECONDS)

    async def _catch_up(self) -> None:
        while True:
            async with self._db.acquire() as conn:
                entries = await positions.select_log(conn, self.applied, ENTRIES_PER_READ)
                if not entries:
                    return
                rooms = sorted(
                    {room for entry in entries for room in entry.rooms if entry.kinds & Stream.EVENTS}
                )
                since, upto = self.applied, entries[-1].position
                found = await events.select_new_events(conn, rooms, since, upto) if rooms else []
            self._apply_read(entries, found)
            if len(entries) < ENTRIES_PER_READ:  # whoever commits more from here on wakes this again
                return

    def _apply_read(self, entries: Sequence[LogEntry], found: Sequence[StoredEvent]) -> None:
        """Apply what was read, but for what was offered and applied during the reading."""
        if entries[0].previous > self.applied:
            self._start_again(entries[-1].position)
            return
        unread = iter(found)
        event = next(unread, None)
        for entry in entries:
            batch: list[StoredEvent] = []
            while event is not None and event.position is not None and event.position <= entry.position:
                batch.append(event)
                event = next(unread, None)
            if entry.position > self.applied:
                self._offered.pop(entry.previous, None)
                self._apply(Batch(entry, batch))
        self._apply_offered()

    def _start_again(self, position: int) -> None:
        log.warning("tailer.missed_commits", applied=self.applied, position=position)
        self._offered.clear()
        self.applied = position
        for reset in self._resets:
            reset()
