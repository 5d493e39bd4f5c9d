"""Bounds the work on thumbnails: few at once, one picture once, no second try of one that failed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from homeserver.caches import LruCache
from homeserver.errors import LimitExceeded, MatrixError
from homeserver.turns import Turns

REMEMBERED_FAILURES: Final = 1024
RETRY_AFTER_MS: Final = 1000


class ThumbnailQueue:
    """The turns of this process; other processes may do the same work, which is harmless."""

    def __init__(self, at_once: int, queued: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._queued = queued
        self._waiting = 0
        self._turns: Turns[int] = Turns()
        self._failures: LruCache[int, MatrixError] = LruCache(REMEMBERED_FAILURES)

    @asynccontextmanager
    async def turn(self, blob_nid: int) -> AsyncIterator[None]:
        """Hold the right to work on one picture; look first whether somebody did the work while you waited.

        Raises: LimitExceeded when too many wait; what the last try on this picture ended with.
        """
        if self._waiting >= self._queued:
            raise LimitExceeded(RETRY_AFTER_MS, "Too many thumbnails are being made")
        self._waiting += 1
        try:
            async with self._turns.turn(blob_nid), self._slots:
                self._raise_failure(blob_nid)
                yield
        finally:
            self._waiting -= 1

    def remember_failure(self, blob_nid: int, error: MatrixError) -> None:
        """Answer this picture with the same error until the process ends or newer failures push it out."""
        self._failures.put(blob_nid, error)

    def _raise_failure(self, blob_nid: int) -> None:
        failure = self._failures.get(blob_nid)
        if failure is not None:
            raise MatrixError(failure.errcode, failure.status, failure.message)
