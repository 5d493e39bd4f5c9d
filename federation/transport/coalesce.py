"""Small helpers of this package: work that several callers wait for together, values that age."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Coalesced(Generic[K, V]):
    """Runs the work for a key once, however many callers ask for it meanwhile.

    A caller that is cancelled does not stop the work of the others.
    """

    def __init__(self, work: Callable[[K], Awaitable[V]], name: str) -> None:
        self._work = work
        self._name = name
        self._running: dict[K, asyncio.Task[V]] = {}

    def __len__(self) -> int:
        return len(self._running)

    def __contains__(self, key: K) -> bool:
        return key in self._running

    async def run(self, key: K) -> V:
        """Return what the work for this key makes. Raises what it raises."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._run(key), name=f"{self._name} {key}")
            task.add_done_callback(_note_exception)
            self._running[key] = task
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop all work, and wait until it has stopped."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: K) -> V:
        try:
            return await self._work(key)
        finally:
            del self._running[key]


class AgingCache(Generic[K, V]):
    """At most `capacity` values, each until its time; the one that was unused longest goes first."""

    def __init__(self, capacity: int, now_ms: Callable[[], int]) -> None:
        self._capacity = capacity
        self._now_ms = now_ms
        self._entries: OrderedDict[K, tuple[int, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return the value, None where there is none or its time is over."""
        entry = self._entries.get(key)
        if entry is None or entry[0] <= self._now_ms():
            return None
        self._entries.move_to_end(key)
        return entry[1]

    def get_expired(self, key: K) -> V | None:
        """Return the value even where its time is over."""
        entry = self._entries.get(key)
        return None if entry is None else entry[1]

    def put(self, key: K, value: V, until_ms: int) -> None:
        """Keep a value until a time."""
        self._entries[key] = (until_ms, value)
        self._entries.move_to_end(key)
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=False)

    def discard(self, key: K) -> None:
        """Forget a value."""
        self._entries.pop(key, None)


def _note_exception(task: "asyncio.Task[V]") -> None:
    # Callers get it from the task; should all of them have gone, nobody has to hear of it.
    if not task.cancelled():
        task.exception()
