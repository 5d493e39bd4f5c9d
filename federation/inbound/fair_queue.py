"""A queue in which every server has its turn, however much another one has to do."""

import asyncio
from collections import Counter, OrderedDict
from typing import Final, Generic, TypeVar

from federation.protocol.ids import ServerName

K = TypeVar("K")

UNBOUNDED: Final = 2**31


class FairQueue(Generic[K]):
    """Keys wait under the server that caused them; the servers take turns. A key is handed to one at a time.

    `max_running` bounds how many keys of one server are being worked on.
    """

    def __init__(self, max_running: int = UNBOUNDED) -> None:
        self._max_running = max_running
        self._waiting: OrderedDict[ServerName, dict[K, None]] = OrderedDict()
        self._running: set[K] = set()
        self._running_of: Counter[ServerName] = Counter()
        self._changed = asyncio.Condition()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being worked on."""
        return not self._waiting and not self._running

    async def add(self, server: ServerName, key: K) -> None:
        """Let a key wait; one that waits under this server already waits once."""
        async with self._changed:
            self._waiting.setdefault(server, {})[key] = None
            self._changed.notify_all()

    async def take(self) -> tuple[ServerName, K]:
        """Return the next key, as soon as there is one that nobody works on; `done` has to follow."""
        async with self._changed:
            while (found := self._next()) is None:
                await self._changed.wait()
            server, key = found
            self._running.add(key)
            self._running_of[server] += 1
            return found

    async def done(self, server: ServerName, key: K) -> None:
        """Say that a taken key is no longer worked on."""
        async with self._changed:
            self._running.discard(key)
            self._running_of[server] -= 1
            self._running_of += Counter()
            self._changed.notify_all()

    async def until_idle(self) -> None:
        """Return once nothing waits and nothing is being worked on."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.is_idle)

    def _next(self) -> tuple[ServerName, K] | None:
        for server, keys in self._waiting.items():
            if self._running_of[server] >= self._max_running:
                continue
            key = next((key for key in keys if key not in self._running), None)
            if key is not None:
                del keys[key]
                self._waiting.move_to_end(server)
                if not keys:
                    del self._waiting[server]
                return server, key
        return None
