"""Work that several ask for at the same time is done once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class InFlight(Generic[K, V]):
    """Runs one task per key. Whoever asks while it runs gets its result; who gives up does not stop it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: dict[K, asyncio.Task[V]] = {}

    async def run(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        """Return what the work for a key comes to. Raises what it raises."""
        task = self._tasks.get(key)
        if task is None:
            task = asyncio.create_task(self._run(key, work), name=self._name)
            self._tasks[key] = task
            # Nobody may be left to look at its failure.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def stop(self) -> None:
        """Give up what runs."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: K, work: Callable[[], Awaitable[V]]) -> V:
        try:
            return await work()
        finally:
            del self._tasks[key]
