"""Figures of the whole server for the plots of the admin page: a short history in the memory of each worker.

Every worker reads its own figures every few seconds and tells the others; each keeps the sums. Nothing is
stored: the history of a worker begins with its start.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Final

import structlog

from homeserver.clock import Clock
from homeserver.fanout.ports import Fanout, Topic
from homeserver.json_types import JsonObject

log = structlog.get_logger(__name__)

SAMPLE_EVERY_S: Final = 10.0
MAX_SAMPLES: Final = 180
"""Half an hour."""
MAX_DELAYS_TOLD: Final = 100
FORGOTTEN_AFTER_MS: Final = 30_000
"""How long a worker that says nothing counts as there."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Work that a worker does by itself. What is 0 is not known: how much there is, or how much is left."""

    kind: str
    subject: str
    done: int = 0
    total: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one worker knows of itself since it was last asked.

    `messages` are those of all workers; `delays_s` how long commits took to reach those who waited here;
    `online` the users who wait here.
    """

    messages: int
    delays_s: Sequence[float]
    online: int
    memory_bytes: int
    work: Sequence[Progress] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """The whole server at one time. `delivery_ms` is None where nothing was delivered."""

    at_ms: int
    messages_per_s: float
    delivery_ms: float | None
    online: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """What a worker last said of itself."""

    said_ms: int
    delays_s: Sequence[float]
    online: int
    memory_bytes: int
    work: Sequence[Progress]


class Figures:
    """Reads, tells, listens, and keeps the last half hour."""

    def __init__(self, clock: Clock, fanout: Fanout, read: Callable[[], Reading]) -> None:
        self._clock = clock
        self._fanout = fanout
        self._read = read
        self._last_s = clock.monotonic()
        self._workers: dict[str, WorkerFigures] = {}
        self.history: deque[Sample] = deque(maxlen=MAX_SAMPLES)
        fanout.on_message(Topic.FIGURES, lambda message: self.heard(message.worker, message.body))

    @property
    def workers(self) -> dict[str, WorkerFigures]:
        """Return what each worker that is there last said, this one first."""
        oldest_ms = self._clock.now_ms() - FORGOTTEN_AFTER_MS
        there = {name: said for name, said in self._workers.items() if said.said_ms >= oldest_ms}
        return dict(sorted(there.items(), key=lambda item: item[0] != self._fanout.worker))

    def take(self) -> Sample:
        """Read this worker's figures, tell the others, and add the sum of all to the history."""
        now_ms, now_s = self._clock.now_ms(), self._clock.monotonic()
        reading = self._read()
        said = WorkerFigures(
            now_ms, _thinned(reading.delays_s), reading.online, reading.memory_bytes, reading.work
        )
        self._workers[self._fanout.worker] = said
        if self._fanout.has_company:
            self._fanout.tell(Topic.FIGURES, _encode(said))
        there = self.workers
        self._workers = dict(there)
        delays = [delay for worker in there.values() for delay in worker.delays_s]
        seconds = max(now_s - self._last_s, 0.001)
        self._last_s = now_s
        sample = Sample(
            at_ms=now_ms,
            messages_per_s=reading.messages / seconds,
            delivery_ms=median(delays) * 1000 if delays else None,
            online=sum(worker.online for worker in there.values()),
            memory_bytes=sum(worker.memory_bytes for worker in there.values()),
        )
        self.history.append(sample)
        return sample

    def heard(self, worker: str, body: JsonObject) -> None:
        """Note what another worker says of itself."""
        if worker != self._fanout.worker:
            work = [Progress(*entry) for entry in body["work"]]
            self._workers[worker] = WorkerFigures(
                self._clock.now_ms(), body["delays"], body["online"], body["memory"], work
            )


@asynccontextmanager
async def open_figures(clock: Clock, fanout: Fanout, read: Callable[[], Reading]) -> AsyncIterator[Figures]:
    """Take figures every few seconds for the length of the block."""
    figures = Figures(clock, fanout, read)
    figures.take()
    task = asyncio.create_task(_run(figures), name="figures")
    try:
        yield figures
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _run(figures: Figures) -> None:
    while True:
        await asyncio.sleep(SAMPLE_EVERY_S)
        try:
            figures.take()
        except Exception:  # one failure must not end the history
            log.exception("figures.not_taken")


def _thinned(delays_s: Sequence[float]) -> Sequence[float]:
    """Return at most so many of the delays that their middle stays where it is."""
    ordered = sorted(delays_s)
    if len(ordered) <= MAX_DELAYS_TOLD:
        return ordered
    step = len(ordered) / MAX_DELAYS_TOLD
    return [ordered[int((index + 0.5) * step)] for index in range(MAX_DELAYS_TOLD)]


def _encode(said: WorkerFigures) -> JsonObject:
    return {
        "delays": [round(delay, 5) for delay in said.delays_s],
        "online": said.online,
        "memory": said.memory_bytes,
        "work": [[entry.kind, entry.subject, entry.done, entry.total, entry.left] for entry in said.work],
    }
