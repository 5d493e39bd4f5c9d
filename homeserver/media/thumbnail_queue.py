"""Bounds the work on thumbnails: few at once, one picture once, no second try of one that failed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from homeserver.caches import LruCache
from homeserver.errors import LimitExceeded, MatrixError

REMEMBERED_FAILURES: Final = 1024
RETRY_AFTER_MS: Final = 1000


class ThumbnailQueue:
    """The turns of this process; other processes may do the same work, which is harmless."""

    def __init__(self, at_once: int, queued: int) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._queued = queued
        self._waiting = 0
        self._turns: dict[int, tuple[asyncio.Lock, int]] = {}
        self._failures: LruCache[int, MatrixError] = LruCache(REMEMBERED_FAILURES)

    @asynccontextmanager
    async def turn(self, blob_nid: int) -> AsyncIterator[None]:
        """Hold the right to work on one picture; look first whether somebody did the work while you waited.

        Raises: LimitExceeded when too many wait; what the last try on this picture ended with.
        """
        if self._waiting >= self._queued:
            raise LimitExceeded(RETRY_AFTER_MS, "Too many thumbnails are being made")
        lock, users = self._turns.get(blob_nid) or (asyncio.Lock(), 0)
        self._turns[blob_nid] = (lock, users + 1)
        self._waiting += 1
        try:
            async with lock, self._slots:
                self._raise_failure(blob_nid)
                yield
        finally:
            self._waiting -= 1
            self._leave(blob_nid)

    def remember_failure(self, blob_nid: int, error: MatrixError) -> None:
        """Answer this picture with the same error until the process ends or newer failures push it out."""
        self._failures.put(blob_nid, error)

    def _raise_failure(self, blob_nid: int) -> None:
        failure = self._failures.get(blob_nid)
        if failure is not None:
            raise MatrixError(failure.errcode, failure.status, failure.message)

    def _leave(self, blob_nid: int) -> None:
        lock, users = self._turns[blob_nid]
        if users == 1:
            del self._turns[blob_nid]
        else:
            self._turns[blob_nid] = (lock, users - 1)
