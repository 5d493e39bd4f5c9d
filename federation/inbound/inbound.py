"""The tasks that deal with staged events: several rooms at once, each room by one task, each server in turn.

Rooms and servers are found again at start, and every few seconds, by what is staged: nothing depends on a
wake-up. Of several processes each takes the rooms that are its own.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.inbound.drain_room import drain_room, fill_gaps
from federation.inbound.fair_queue import FairQueue
from federation.inbound.in_flight import InFlight
from federation.ports.staging import Backlog
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import Pdu

log = structlog.get_logger(__name__)

K = TypeVar("K")

DRAINERS: Final = 4
"""How many rooms are dealt with at once: each takes a database connection of ten."""

GAP_FILLERS: Final = 8
GAPS_PER_SERVER: Final = 2
"""Of the tasks that wait for other servers, one server's events keep so many busy at most."""

TRANSACTIONS_PER_SERVER: Final = 5
"""At once. One is what the specification has servers send; a few more may be repetitions."""

RETRY_AFTER_MS: Final = 5_000
LOOK_EVERY_S: Final = 5.0
FORGET_EVERY_S: Final = 3600.0


class Inbound:
    """Implements `InboundWork`."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._backlog = Backlog(0, 0)
        self._fetching: InFlight[tuple[RoomId, EventId], Pdu | bool] = InFlight("fetch-event")
        self._receiving: InFlight[tuple[ServerName, str], JsonObject] = InFlight("receive-transaction")
        self._receiving_of: Counter[ServerName] = Counter()
        self._rooms: FairQueue[RoomId] = FairQueue()
        self._gaps: FairQueue[tuple[RoomId, ServerName]] = FairQueue(GAPS_PER_SERVER)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def counts(self) -> Counter[str]:
        return self._counts

    @property
    def backlog(self) -> Backlog:
        return self._backlog

    def count(self, what: str) -> None:
        self._counts[what] += 1

    async def wake(self, room_id: RoomId, origin: ServerName) -> None:
        await self._rooms.add(origin, room_id)

    async def has_gap(self, room_id: RoomId, origin: ServerName) -> None:
        await self._gaps.add(origin, (room_id, origin))

    async def fetch_once(
        self, room_id: RoomId, event_id: EventId, work: Callable[[], Awaitable[Pdu | bool]]
    ) -> Pdu | bool:
        return await self._fetching.run((room_id, event_id), work)

    async def receive_once(
        self, origin: ServerName, txn_id: str, work: Callable[[], Awaitable[JsonObject]]
    ) -> JsonObject:
        if self._receiving_of[origin] >= TRANSACTIONS_PER_SERVER:
            extra = {"retry_after_ms": RETRY_AFTER_MS}
            raise FederationRefusal(429, "M_LIMIT_EXCEEDED", "Too many transactions at once", extra)
        self._receiving_of[origin] += 1
        try:
            return await self._receiving.run((origin, txn_id), work)
        finally:
            self._receiving_of[origin] -= 1
            self._receiving_of += Counter()

    async def start(self, ctx: FederationContext) -> None:
        """Start the tasks; what was staged before is dealt with first."""

        async def drain(room_id: RoomId) -> bool:
            return await ctx.staging.is_ours(room_id) and await drain_room(ctx, room_id)

        async def fill(key: tuple[RoomId, ServerName]) -> bool:
            return await ctx.staging.is_ours(key[0]) and await fill_gaps(ctx, *key)

        await self.look(ctx)
        runs = [_work(self._rooms, drain) for _ in range(DRAINERS)]
        runs += [_work(self._gaps, fill) for _ in range(GAP_FILLERS)]
        runs += [
            _repeat(lambda: ctx.staging.until_asked(LOOK_EVERY_S), lambda: self.look(ctx)),
            _repeat(lambda: asyncio.sleep(FORGET_EVERY_S), ctx.staging.forget_old),
        ]
        self._tasks = [asyncio.create_task(run, name="inbound") for run in runs]

    async def stop(self) -> None:
        """End the tasks; what was not dealt with stays staged."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._receiving.stop()
        await self._fetching.stop()

    async def look(self, ctx: FederationContext) -> None:
        """Find everything that is staged and may be tried now."""
        for room_id, origin, has_gap in await ctx.staging.due_rooms():
            await (self.has_gap if has_gap else self.wake)(room_id, origin)
        self._backlog = await ctx.staging.backlog()

    async def until_idle(self) -> None:
        """Return once all that may be tried now was tried."""
        while not (self._rooms.is_idle and self._gaps.is_idle):
            await self._rooms.until_idle()
            await self._gaps.until_idle()


async def _work(queue: FairQueue[K], work: Callable[[K], Awaitable[bool]]) -> None:
    while True:
        server, key = await queue.take()
        try:
            if await work(key):
                await queue.add(server, key)
        except Exception:
            # As while the database is away. What is staged is found again.
            log.exception("inbound.slice_failed", server=server)
        finally:
            await queue.done(server, key)


async def _repeat(wait: Callable[[], Awaitable[None]], work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await wait()
        try:
            await work()
        except Exception:
            log.exception("inbound.look_failed")
