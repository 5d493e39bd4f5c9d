"""Sends transactions: one at a time to each server, to many servers at once, in the order of positions.

A task does one transaction and ends; a server for which more waits goes to the end of the line. Servers that
failed before have a line of their own, so that they cannot hold up those that are well.

Where several processes send, each server belongs to a share, and each share to one process at a time.

Spec: https://spec.matrix.org/v1.19/server-server-api/#transactions
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable

import structlog

from federation.errors import PeerAnsweredBadly, PeerBackedOff, PeerFailed, PeerRefused
from federation.outbound.destination_queue import MAX_ITEMS, DestinationQueue
from federation.outbound.limits import (
    MAX_AT_ONCE,
    MAX_PROBES,
    PAUSE_AFTER_ERROR_MS,
    STOP_WITHIN_S,
    TRANSACTION,
)
from federation.outbound.prepare_transaction import Preparer
from federation.outbound.progress import Progress
from federation.outbound.refusals import is_about_contents, log_refused_pdus
from federation.ports.destinations import DestinationBackOff
from federation.ports.outbox import DuePdu, DueReceipt, Laggard, Outbox, Transaction
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import RoomId, ServerName, UserId
from federation.transport.client import FederationClient
from federation.transport.paths import fill

log = structlog.get_logger(__name__)


class Sender:
    """Owns the queues of all destinations and the tasks that empty them.

    `processed` is the position up to which every event and receipt was queued for those whom it concerns.
    `counts` are transactions by outcome, and what was in those that arrived. Nothing is queued for servers
    of shares that are not taken.
    """

    def __init__(
        self,
        server_name: ServerName,
        client: FederationClient,
        back_off: DestinationBackOff,
        outbox: Outbox,
        now_ms: Callable[[], int],
        new_txn_id: Callable[[], str] = lambda: secrets.token_urlsafe(12),
        share_of: Callable[[ServerName], int] = lambda _: 0,
    ) -> None:
        self._client = client
        self._back_off = back_off
        self._outbox = outbox
        self._now_ms = now_ms
        self._preparer = Preparer(server_name, outbox, now_ms, new_txn_id)
        self._progress = Progress(outbox, share_of)
        self._share_of = share_of
        self._shares: set[int] = set()
        self._whole: set[int] = set()
        self.queues: dict[ServerName, DestinationQueue] = {}
        self.processed = 0
        self.counts: Counter[str] = Counter()
        self._ready: dict[ServerName, DestinationQueue] = {}
        self._probes: dict[ServerName, DestinationQueue] = {}
        self._tasks: dict[asyncio.Task[None], ServerName] = {}
        self._probing = 0
        self._stopping = False

    def take(self, shares: Collection[int], laggards: Iterable[tuple[Laggard, bool]]) -> None:
        """Go on with shares where another process ended.

        Each laggard comes with whether a transaction of it is stored. How far servers were told is not saved
        until `taken` says that all was queued that came since.
        """
        self._shares.update(shares)
        for laggard, has_in_flight in laggards:
            queue = self._queue(laggard.destination)
            queue.cursor, queue.behind_since_ms = laggard.cursor, laggard.behind_since_ms
            queue.has_missed, queue.in_flight_is_stored = True, has_in_flight
            queue.waiting_since_ms = laggard.behind_since_ms
            self._progress.restored(laggard)
            self._schedule(queue)

    def taken(self, shares: Collection[int]) -> None:
        """Note that everything up to `processed` was queued for the servers of shares."""
        self._whole.update(self._shares.intersection(shares))

    async def let_go(self, shares: Collection[int]) -> None:
        """Let what is under way to the servers of shares end for a moment, save, and forget them."""
        self._shares.difference_update(shares)
        for line in (self._ready, self._probes):
            for destination in [each for each in line if not self._is_ours(each)]:
                del line[destination]
        tasks = [task for task, destination in self._tasks.items() if not self._is_ours(destination)]
        await _end(tasks)
        await self._progress.save(self.queues.values(), self.processed, self._whole.intersection(shares))
        self.drop(shares)

    def drop(self, shares: Collection[int]) -> None:
        """Forget shares that another process has: what is under way to their servers is broken off."""
        self._shares.difference_update(shares)
        self._whole.difference_update(shares)
        for task, destination in self._tasks.items():
            if not self._is_ours(destination):
                task.cancel()
        for destination in [each for each in self.queues if not self._is_ours(each)]:
            del self.queues[destination]
            self._ready.pop(destination, None)
            self._probes.pop(destination, None)
        self._progress.forget(shares)

    def tell(self, destinations: Iterable[ServerName], pdu: DuePdu) -> None:
        """Queue an event; call it in the order of positions, and `advance` afterwards."""
        now_ms = self._now_ms()
        for destination in filter(self._is_ours, destinations):
            queue = self._queue(destination)
            queue.add_pdu(pdu, self.processed, now_ms)
            self._schedule(queue)

    def tell_receipt(self, destinations: Iterable[ServerName], receipt: DueReceipt) -> None:
        """Queue a receipt; `advance` afterwards."""
        now_ms = self._now_ms()
        for destination in filter(self._is_ours, destinations):
            queue = self._queue(destination)
            queue.add_receipt(receipt, self.processed, now_ms)
            self._schedule(queue)

    def tell_typing(
        self, destinations: Iterable[ServerName], room_id: RoomId, user_id: UserId, typing: bool
    ) -> None:
        """Say that a user types or has stopped, to servers that are well."""
        for queue in self._well(destinations):
            queue.ephemeral.add_typing(room_id, user_id, typing)
            self._schedule(queue)

    def tell_presence(self, destinations: Iterable[ServerName], update: JsonObject) -> None:
        """Say how a user is present, to servers that are well; `update` is a member of an EDU's `push`."""
        for queue in self._well(destinations):
            queue.ephemeral.add_presence(update)
            self._schedule(queue)

    def tell_stored_edus(self, destinations: Iterable[ServerName]) -> None:
        """Note that the store has EDUs for servers."""
        now_ms = self._now_ms()
        for destination in filter(self._is_ours, destinations):
            queue = self._queue(destination)
            queue.add_durable(now_ms)
            self._schedule(queue)

    def advance(self, processed: int) -> None:
        """Note that everything up to a position was queued."""
        self.processed = max(self.processed, processed)

    def leave_behind(self, destinations: Iterable[ServerName], cursor: int, since_ms: int) -> None:
        """Have servers catch up from a position, since too much has happened to queue it."""
        for destination in filter(self._is_ours, destinations):
            queue = self._queue(destination)
            if not queue.is_behind:
                queue.cursor, queue.behind_since_ms, queue.has_missed = cursor, since_ms, True
                queue.waiting_since_ms = since_ms
            self._schedule(queue)

    def try_again(self, destination: ServerName) -> None:
        """Send what waits for a server that seems to be there again."""
        queue = self.queues.get(destination)
        if queue is not None and queue.has_work:
            self._schedule(queue)

    def look_again(self) -> None:
        """Send to servers whose time has come; to be called about every second."""
        for queue in list(self.queues.values()):
            if queue.has_work and not queue.is_running:
                self._schedule(queue)

    def is_failing(self, queue: DestinationQueue) -> bool:
        """Whether the last that was heard of a queue's server was a failure."""
        return self._back_off.is_failing(queue.destination)

    async def save(self) -> None:
        """Remember in the store how far everybody was told."""
        await self._progress.save(self.queues.values(), self.processed, self._whole)

    async def until_idle(self) -> None:
        """Return once no transaction is under way and none can be begun."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def stop(self) -> None:
        """Let what is under way end for a moment, then break it off, and save."""
        self._stopping = True
        await _end(list(self._tasks))
        await self.save()

    def _is_ours(self, destination: ServerName) -> bool:
        return self._share_of(destination) in self._shares

    def _queue(self, destination: ServerName) -> DestinationQueue:
        queue = self.queues.get(destination)
        if queue is None:
            queue = self.queues[destination] = DestinationQueue(destination)
        return queue

    def _well(self, destinations: Iterable[ServerName]) -> Iterable[DestinationQueue]:
        for destination in destinations:
            if self._is_ours(destination) and not self._back_off.is_failing(destination):
                yield self._queue(destination)

    def _schedule(self, queue: DestinationQueue) -> None:
        """Put a server in line, if it may be asked now."""
        destination = queue.destination
        if queue.is_running or self._stopping or destination in self._ready or destination in self._probes:
            return
        if not self._is_ours(destination):
            return
        if self._now_ms() < queue.not_before_ms:
            return
        if not self._back_off.is_failing(destination):
            self._ready[destination] = queue
        elif self._back_off.is_due(destination) and queue.has_news_for_failing:
            self._probes[destination] = queue
        else:
            queue.fall_behind(self.processed, self._now_ms())
            queue.ephemeral.clear_droppable()
            self._rest(queue)
            return
        self._start_tasks()

    def _start_tasks(self) -> None:
        while self._ready and len(self._tasks) - self._probing < MAX_AT_ONCE:
            self._start(self._ready.pop(next(iter(self._ready))), is_probe=False)
        while self._probes and self._probing < MAX_PROBES:
            self._start(self._probes.pop(next(iter(self._probes))), is_probe=True)

    def _start(self, queue: DestinationQueue, *, is_probe: bool) -> None:
        queue.is_running = True
        self._probing += is_probe
        task = asyncio.create_task(self._work(queue), name=f"send to {queue.destination}")
        self._tasks[task] = queue.destination

        def done(_task: asyncio.Task[None]) -> None:
            del self._tasks[task]
            self._probing -= is_probe
            self._done(queue)

        task.add_done_callback(done)

    def _done(self, queue: DestinationQueue) -> None:
        queue.is_running = False
        if self.queues.get(queue.destination) is queue:  # and was not dropped meanwhile
            self._rest(queue)
            if queue.has_work:
                self._schedule(queue)
        if not self._stopping:
            self._start_tasks()

    def _rest(self, queue: DestinationQueue) -> None:
        """Keep nothing of a server for which nothing waits."""
        queue.settle()
        if not queue.has_work and not queue.is_behind:
            self.queues.pop(queue.destination, None)

    async def _work(self, queue: DestinationQueue) -> None:
        """Do one transaction; what goes wrong on our side is tried again a little later."""
        try:
            transaction = await self._next(queue)
            if transaction is not None:
                await self._send(queue, transaction)
        except Exception:
            log.exception("outbound.failed", destination=queue.destination)
            self._keep(queue)
            queue.not_before_ms = self._now_ms() + PAUSE_AFTER_ERROR_MS
        except asyncio.CancelledError:
            self._keep(queue)
            raise

    async def _next(self, queue: DestinationQueue) -> Transaction | None:
        if queue.in_flight is None and queue.in_flight_is_stored:
            queue.in_flight = await self._outbox.load_in_flight(queue.destination)
            queue.in_flight_is_stored = False
        if queue.in_flight is None:
            queue.in_flight = await self._preparer.prepare(queue, self.processed)
        return queue.in_flight

    async def _send(self, queue: DestinationQueue, transaction: Transaction) -> None:
        path = fill("/_matrix/federation/v1/send/{}", transaction.txn_id)
        try:
            answer = await self._client.put(queue.destination, path, transaction.body, limits=TRANSACTION)
        except PeerRefused as refusal:
            if is_about_contents(refusal):
                await self._send_less(queue, transaction, refusal)
            else:
                await self._failed(queue, refusal)
        except PeerFailed as failure:
            await self._failed(queue, failure)
        else:
            log_refused_pdus(queue.destination, answer)
            await self._arrived(queue, transaction)
            self.counts.update(delivered=1, pdus=transaction.pdus, edus=transaction.edus)

    async def _arrived(self, queue: DestinationQueue, transaction: Transaction) -> None:
        if transaction.rows:
            await self._outbox.delete_edus(transaction.rows)
        queue.arrived(transaction)

    async def _failed(self, queue: DestinationQueue, failure: PeerFailed) -> None:
        """Leave a server alone for a while. Being kept away by an earlier failure is no new one."""
        if not isinstance(failure, PeerBackedOff):
            self.counts["failed"] += 1
        self._keep(queue)
        if isinstance(failure, PeerRefused | PeerAnsweredBadly):
            await self._back_off.refused(queue.destination, failure.message)

    async def _send_less(
        self, queue: DestinationQueue, transaction: Transaction, refusal: PeerRefused
    ) -> None:
        """Halve what is sent at once, until what the server does not take is alone; then pass over that."""
        self.counts["refused"] += 1
        size = transaction.pdus + transaction.edus
        log.warning("outbound.refused", destination=queue.destination, size=size, reason=refusal.message)
        if size <= 1:
            self.counts["passed_over"] += 1
            await self._arrived(queue, transaction)
            return
        queue.item_limit = max(1, min(size, MAX_ITEMS) // 2)
        self._put_back(queue)

    def _keep(self, queue: DestinationQueue) -> None:
        """Keep the transaction under way to be sent again as it is, unless all of it may be lost."""
        queue.ephemeral.clear_droppable()
        if queue.in_flight is None and not queue.in_flight_is_stored:
            self._put_back(queue)
        elif queue.in_flight is not None and queue.in_flight.may_be_lost:
            queue.drop_in_flight()
        else:
            queue.fall_behind(self.processed, self._now_ms())
        queue.floor = None

    def _put_back(self, queue: DestinationQueue) -> None:
        """Give the transaction under way up, and have what was in it read again from the store."""
        queue.drop_in_flight()
        queue.fall_behind(self.processed, self._now_ms())
        queue.floor = None
        queue.has_missed = queue.has_durable = True


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Give tasks a moment to end, and break them off."""
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_WITHIN_S)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
