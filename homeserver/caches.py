"""Bounded mappings that forget what was used longest ago."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class LruCache(Generic[K, V]):
    """At most `max_items` values; reading one makes it the newest."""

    __slots__ = ("_items", "max_items")

    def __init__(self, max_items: int) -> None:
        self._items: OrderedDict[K, V] = OrderedDict()
        self.max_items = max_items

    def get(self, key: K) -> V | None:
        value = self._items.get(key)
        if value is not None:
            self._items.move_to_end(key)
        return value

    def peek(self, key: K) -> V | None:
        """Return a value without making it the newest."""
        return self._items.get(key)

    def put(self, key: K, value: V) -> None:
        self._items[key] = value
        self._items.move_to_end(key)
        if len(self._items) > self.max_items:
            self._items.popitem(last=False)

    def pop(self, key: K) -> V | None:
        return self._items.pop(key, None)

    def clear(self) -> None:
        self._items.clear()

    def values(self) -> Iterable[V]:
        return self._items.values()

    def newest_first(self) -> Iterator[tuple[K, V]]:
        """Return keys and values, what was used last before the others."""
        return reversed(self._items.items())

    def __contains__(self, key: K) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)


class BytesCache(Generic[K]):
    """Byte strings up to `max_bytes` in all; reading one makes it the newest."""

    __slots__ = ("_items", "max_bytes", "size")

    def __init__(self, max_bytes: int) -> None:
        self._items: OrderedDict[K, bytes] = OrderedDict()
        self.max_bytes = max_bytes
        self.size = 0

    def get(self, key: K) -> bytes | None:
        value = self._items.get(key)
        if value is not None:
            self._items.move_to_end(key)
        return value

    def put(self, key: K, value: bytes) -> None:
        """Keep a value, unless it alone would take a tenth of the room."""
        if len(value) * 10 > self.max_bytes:
            return
        self.size += len(value) - len(self._items.get(key, b""))
        self._items[key] = value
        self._items.move_to_end(key)
        while self.size > self.max_bytes:
            self.size -= len(self._items.popitem(last=False)[1])

    def pop(self, key: K) -> None:
        """Forget a value, if there is one."""
        self.size -= len(self._items.pop(key, b""))

    def __len__(self) -> int:
        return len(self._items)


class LoadingCache(Generic[K, V]):
    """A bounded cache that loads what it lacks, once for all who ask at the same time.

    A value that was invalidated while it was being loaded, or before whoever asked came to have it, is loaded
    again, so a stale one is never kept or returned.
    """

    __slots__ = ("_items", "_load", "_loading", "_stale")

    def __init__(self, max_items: int, load: Callable[[K], Awaitable[V]]) -> None:
        self._items: LruCache[K, V] = LruCache(max_items)
        self._load = load
        self._loading: dict[K, asyncio.Task[V]] = {}
        self._stale: set[K] = set()

    def peek(self, key: K) -> V | None:
        return self._items.get(key)

    async def get(self, key: K) -> V:
        while (value := self._items.get(key)) is None:
            task = self._loading.get(key)
            if task is None:
                task = asyncio.ensure_future(self._load_fresh(key))
                self._loading[key] = task
            await asyncio.shield(task)
        return value

    def invalidate(self, key: K) -> None:
        self._items.pop(key)
        if key in self._loading:
            self._stale.add(key)

    def clear(self) -> None:
        self._items.clear()
        self._stale.update(self._loading)

    async def _load_fresh(self, key: K) -> V:
        try:
            value = await self._load(key)
            while key in self._stale:
                self._stale.discard(key)
                value = await self._load(key)
            self._items.put(key, value)
            return value
        finally:
            self._stale.discard(key)
            del self._loading[key]
