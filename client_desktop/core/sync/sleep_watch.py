"""Notice that the machine has slept: what was connected before is not any more, and says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from client_desktop.core.clock import Clock

INTERVAL_S = 5.0
SLEPT_MS = 15_000
"""So much more than the interval has passed: the machine was asleep, or as good as that."""


class SleepWatch:
    """Calls `woke` soon after the machine woke up."""

    def __init__(self, clock: Clock, woke: Callable[[], None]) -> None:
        self._clock = clock
        self._woke = woke
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="watch for sleep")

    async def close(self) -> None:
        """Stop, and wait for it."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            # The wall clock goes on while the machine sleeps; other clocks do so on some systems only.
            before_ms = self._clock.now_ms()
            await asyncio.sleep(INTERVAL_S)
            if self._clock.now_ms() - before_ms > INTERVAL_S * 1000 + SLEPT_MS:
                self._woke()
