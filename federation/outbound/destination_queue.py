"""What waits for one server, and what is under way to it: no network, no storage, no clock.

While a server keeps up its queue names the events that it is due. One that fails, or falls too far behind, is
left with a cursor, from which the events are read again when its turn comes.
"""

from collections import deque
from dataclasses import dataclass, field

from federation.outbound.ephemeral_edus import EphemeralEdus
from federation.outbound.limits import MAX_EDUS, MAX_PDUS, MAX_QUEUED
from federation.ports.outbox import DuePdu, DueReceipt, Laggard, Transaction
from federation.protocol.ids import ServerName

MAX_ITEMS = MAX_PDUS + MAX_EDUS


@dataclass(slots=True)
class DestinationQueue:
    """The state of one destination.

    `cursor` is set while it is behind: it was told everything up to there, and what comes after is in the
    store. `floor` is what the cursor is set to if the transaction under way fails. `is_running` while a task
    works on it. `item_limit` is lowered while one looks for what the server will not take.
    """

    destination: ServerName
    pdus: deque[DuePdu] = field(default_factory=deque)
    ephemeral: EphemeralEdus = field(default_factory=EphemeralEdus)
    has_durable: bool = False
    cursor: int | None = None
    behind_since_ms: int = 0
    newest_only: bool = False
    has_missed: bool = False
    in_flight: Transaction | None = None
    in_flight_is_stored: bool = False
    floor: int | None = None
    is_running: bool = False
    not_before_ms: int = 0
    item_limit: int = MAX_ITEMS
    waiting_since_ms: int | None = None

    @property
    def is_behind(self) -> bool:
        return self.cursor is not None

    @property
    def has_work(self) -> bool:
        return self.has_news_for_failing or bool(self.ephemeral)

    @property
    def has_news_for_failing(self) -> bool:
        """Whether a failing server should be tried again for what waits: not for what may be lost."""
        return bool(
            self.pdus
            or self.has_missed
            or self.has_durable
            or self.in_flight
            or self.in_flight_is_stored
            or self.ephemeral.oldest_receipt is not None
        )

    def told_upto(self, processed: int) -> int:
        """Return up to where everything has arrived, if everything up to `processed` is queued."""
        if self.cursor is not None:
            return self.cursor
        if self.floor is not None:
            return self.floor
        return self.unsent_from(processed) - 1

    def unsent_from(self, processed: int) -> int:
        """Return the position of the first event or receipt that waits, or the next one to come."""
        first = [processed + 1]
        if self.pdus:
            first.append(self.pdus[0].position)
        if (oldest := self.ephemeral.oldest_receipt) is not None:
            first.append(oldest)
        return min(first)

    def add_pdu(self, pdu: DuePdu, processed: int, now_ms: int) -> None:
        """Queue an event. `processed` is the position before which everything was queued."""
        self._waits(now_ms)
        if self.is_behind:
            self.has_missed = True
            return
        self.pdus.append(pdu)
        if len(self.pdus) > MAX_QUEUED:
            self.fall_behind(processed, now_ms)

    def add_receipt(self, receipt: DueReceipt, processed: int, now_ms: int) -> None:
        self._waits(now_ms)
        if self.is_behind:
            self.has_missed = True
            return
        self.ephemeral.add_receipt(receipt)
        if self.ephemeral.receipts_overflow:
            self.fall_behind(processed, now_ms)

    def add_durable(self, now_ms: int) -> None:
        """Note that the store has an EDU for this server."""
        self._waits(now_ms)
        self.has_durable = True

    def fall_behind(self, processed: int, now_ms: int) -> None:
        """Let go of what waits: from now on it is read from the store."""
        if self.is_behind:
            return
        missed = bool(self.pdus) or self.ephemeral.oldest_receipt is not None
        self.cursor = self.told_upto(processed)
        self.behind_since_ms = now_ms
        self.has_missed = self.has_missed or missed
        self.pdus.clear()
        self.ephemeral.clear_receipts()

    def arrived(self, transaction: Transaction) -> None:
        """Note that the transaction under way has arrived."""
        if self.cursor is not None:
            self.cursor = max(self.cursor, transaction.upto)
        self.in_flight, self.in_flight_is_stored, self.floor = None, False, None
        self.item_limit = min(self.item_limit * 2, MAX_ITEMS)

    def drop_in_flight(self) -> None:
        """Give up the transaction under way: what is in it will be in others."""
        self.in_flight, self.in_flight_is_stored = None, False

    def as_laggard(self) -> Laggard | None:
        """Return what is to be remembered of a server that is behind."""
        if self.cursor is None:
            return None
        return Laggard(self.destination, self.cursor, self.behind_since_ms, self.in_flight)

    def settle(self) -> None:
        """Queue in memory again if nothing was missed any more, and forget since when nothing waits."""
        if self.is_behind and not (self.has_missed or self.in_flight or self.in_flight_is_stored):
            self.cursor, self.newest_only = None, False
        if not self.has_work:
            self.waiting_since_ms = None

    def _waits(self, now_ms: int) -> None:
        if self.waiting_since_ms is None:
            self.waiting_since_ms = now_ms
