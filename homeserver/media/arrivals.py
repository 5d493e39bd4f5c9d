"""Wakes downloads that wait in this process for an upload that ends in this process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Arrivals:
    """Who waits for which address; uploads ending in other processes are found by polling instead."""

    def __init__(self) -> None:
        self._waiters: dict[int, set[asyncio.Event]] = {}
        self.waiting = 0

    @contextmanager
    def expect(self, media_nid: int) -> Iterator[asyncio.Event]:
        """Register before reading the row: the event is set by any upload that commits from then on."""
        event = asyncio.Event()
        self._waiters.setdefault(media_nid, set()).add(event)
        self.waiting += 1
        try:
            yield event
        finally:
            self.waiting -= 1
            waiters = self._waiters[media_nid]
            waiters.discard(event)
            if not waiters:
                del self._waiters[media_nid]

    def announce(self, media_nid: int) -> None:
        """Wake those who wait for this address; call it after the commit."""
        for event in self._waiters.get(media_nid, ()):
            event.set()
