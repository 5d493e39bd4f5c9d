"""Which other servers fail, in memory for those who ask and in the database for the next process.

Only failures are stored. A server that is well costs a look into an empty dictionary.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from federation.errors import PeerBackedOff
from federation.outbound.back_off import HEARD_AGAIN_MS, PROBE_WITHIN_MS, next_interval_ms, with_jitter
from federation.protocol.ids import ServerName
from homeserver.caches import LruCache
from homeserver.clock import Clock
from homeserver.storage import destinations
from homeserver.storage.db import Database
from homeserver.storage.destinations import FailingRow

log = structlog.get_logger(__name__)

LONGEST_REASON: Final = 500
MAX_RECOVERED: Final = 1_000
RELAPSE_WITHIN_MS: Final = 60_000
"""A refusal so soon after an answer belongs to the same try: the waiting goes on where it was."""


@dataclass(slots=True)
class Failing:
    """A server that fails. `last_ms` is when it last did; `probe_until_ms` while a caller tries it."""

    since_ms: int
    retry_at_ms: int
    interval_ms: int
    last_ms: int
    probe_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Recovered:
    """A server that failed until it answered at `at_ms`."""

    failing: Failing
    at_ms: int


class StoredBackOff:
    """Implements `federation.ports.destinations.DestinationBackOff`."""

    def __init__(self, db: Database, clock: Clock, draw: Callable[[], float] = random.random) -> None:
        """`draw` returns random numbers from 0 to 1."""
        self._db = db
        self._clock = clock
        self._draw = draw
        self._failing: dict[ServerName, Failing] = {}
        self._recovered: LruCache[ServerName, Recovered] = LruCache(MAX_RECOVERED)
        self._listeners: list[Callable[[ServerName], None]] = []

    async def load(self, concerns: Callable[[ServerName], bool] = lambda _: True) -> None:
        """Remember what another process found out about the servers that it concerns."""
        async with self._db.acquire() as conn:
            rows = await destinations.select_failing(conn)
        for server in [each for each in self._failing if concerns(each)]:
            del self._failing[server]
        for row in filter(lambda row: concerns(row.server), rows):
            last_ms = row.retry_at_ms - row.interval_ms
            self._failing[row.server] = Failing(
                row.failing_since_ms, row.retry_at_ms, row.interval_ms, last_ms
            )

    def on_due(self, listener: Callable[[ServerName], None]) -> Callable[[], None]:
        """Call `listener` with each server that may be asked again before its time, or that answered.

        Return what ends that.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def failing_count(self) -> int:
        return len(self._failing)

    def is_failing(self, destination: ServerName) -> bool:
        return destination in self._failing

    def is_due(self, destination: ServerName) -> bool:
        failing = self._failing.get(destination)
        return failing is None or self._open_at(failing) <= self._clock.now_ms()

    async def check(self, destination: ServerName) -> None:
        failing = self._failing.get(destination)
        if failing is None:
            return
        now_ms = self._clock.now_ms()
        if now_ms < self._open_at(failing):
            raise PeerBackedOff(destination, self._open_at(failing))
        failing.probe_until_ms = now_ms + PROBE_WITHIN_MS

    async def succeeded(self, destination: ServerName) -> None:
        failing = self._failing.pop(destination, None)
        if failing is None:
            return
        self._recovered.put(destination, Recovered(failing, self._clock.now_ms()))
        log.info("destination.well_again", destination=destination)
        self._tell(destination)
        async with self._db.acquire() as conn:
            await destinations.update_well(conn, destination)

    async def failed(self, destination: ServerName, reason: str = "") -> None:
        await self._fail(destination, self._failing.get(destination), reason)

    async def refused(self, destination: ServerName, reason: str) -> None:
        failing = self._failing.get(destination)
        recovered = self._recovered.pop(destination)
        now_ms = self._clock.now_ms()
        if failing is None and recovered is not None and now_ms - recovered.at_ms < RELAPSE_WITHIN_MS:
            failing = recovered.failing
            failing.retry_at_ms = min(failing.retry_at_ms, now_ms)
        await self._fail(destination, failing, reason)

    def heard_from(self, origin: ServerName) -> None:
        failing = self._failing.get(origin)
        if failing is not None:
            failing.retry_at_ms = min(failing.retry_at_ms, failing.last_ms + HEARD_AGAIN_MS)
            self._tell_if_due(origin)

    def retry(self, destination: ServerName) -> None:
        """Let a server be tried at once, because somebody asks for it."""
        failing = self._failing.get(destination)
        if failing is not None:
            failing.retry_at_ms = failing.probe_until_ms = self._clock.now_ms()
            self._tell_if_due(destination)

    async def _fail(self, destination: ServerName, known: Failing | None, reason: str) -> None:
        now_ms = self._clock.now_ms()
        if known is not None and now_ms < known.retry_at_ms:
            return  # a request that was under way when the failure was noted
        interval_ms = next_interval_ms(known.interval_ms if known else 0)
        waits_ms = with_jitter(interval_ms, self._draw())
        since_ms = known.since_ms if known else now_ms
        self._failing[destination] = Failing(since_ms, now_ms + waits_ms, interval_ms, now_ms)
        log.info("destination.failing", destination=destination, reason=reason, retry_in_ms=waits_ms)
        row = FailingRow(destination, since_ms, now_ms + waits_ms, interval_ms)
        async with self._db.acquire() as conn:
            await destinations.upsert_failing(conn, row, reason[:LONGEST_REASON])

    def _open_at(self, failing: Failing) -> int:
        return max(failing.retry_at_ms, failing.probe_until_ms)

    def _tell_if_due(self, destination: ServerName) -> None:
        if self.is_due(destination):
            self._tell(destination)

    def _tell(self, destination: ServerName) -> None:
        for listener in self._listeners:
            listener(destination)
