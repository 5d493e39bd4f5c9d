"""Things that are to happen at a time, and the one timer that waits for the next of them."""

import asyncio
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from homeserver.clock import Clock

K = TypeVar("K")

STALE_ENTRIES_PER_KEY = 4


class Deadlines(Generic[K]):
    """A deadline per key, in the clock's monotonic seconds.

    `on_due` is called when the first of them has passed. It should take what `pop_due` returns; the timer
    then waits for the next.
    """

    def __init__(self, clock: Clock, on_due: Callable[[], None]) -> None:
        self._clock = clock
        self._on_due = on_due
        self._deadlines: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._tie_breaker = 0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._stopped = False

    def set(self, key: K, deadline: float) -> None:
        """Give a key its deadline, in place of the one it had."""
        self._deadlines[key] = deadline
        self._tie_breaker += 1
        heappush(self._heap, (deadline, self._tie_breaker, key))
        if len(self._heap) > 64 + STALE_ENTRIES_PER_KEY * len(self._deadlines):
            self._drop_stale()
        self._wait()

    def discard(self, key: K) -> None:
        self._deadlines.pop(key, None)

    def pop_due(self) -> list[K]:
        """Remove and return the keys whose deadline has passed, earliest first."""
        now = self._clock.monotonic()
        due: list[K] = []
        while self._heap and self._heap[0][0] <= now:
            deadline, _, key = heappop(self._heap)
            if self._deadlines.get(key) == deadline:
                del self._deadlines[key]
                due.append(key)
        self._wait()
        return due

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _drop_stale(self) -> None:
        self._heap = [entry for entry in self._heap if self._deadlines.get(entry[2]) == entry[0]]
        heapify(self._heap)

    def _wait(self) -> None:
        if not self._heap or self._stopped:
            return
        first = self._heap[0][0]
        if self._timer is not None:
            if self._timer_at <= first:
                return
            self._timer.cancel()
        self._timer_at = first
        delay = max(0.0, first - self._clock.monotonic())
        self._timer = asyncio.get_running_loop().call_later(delay, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._on_due()
        self._wait()
