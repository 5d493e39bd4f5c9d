"""Does something on one worker at a time, and on another within seconds when that one is gone.

Two may do it at once for a moment, when the clock of a worker stands still: what is done so has to bear it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from typing import Final

import structlog

from homeserver.errors import MatrixError
from homeserver.storage import leases
from homeserver.storage.db import Database

log = structlog.get_logger(__name__)

RENEW_EVERY_S: Final = 2.0
HELD_FOR_S: Final = 6.0


class Leased:
    """Keeps `work` open for as long as this worker holds the lease."""

    def __init__(
        self, db: Database, name: str, worker: str, work: Callable[[], AbstractAsyncContextManager[object]]
    ) -> None:
        self._db = db
        self._name = name
        self._worker = worker
        self._work = work
        self._held_until = 0.0
        self._open: AsyncExitStack | None = None

    @property
    def is_held(self) -> bool:
        return self._open is not None

    async def look(self) -> None:
        """Take or keep the lease where that is possible, and begin or end the work accordingly."""
        now = asyncio.get_running_loop().time()
        try:
            async with self._db.acquire() as conn:
                held = await leases.claim(conn, self._name, self._worker, HELD_FOR_S)
        except MatrixError:
            held = now < self._held_until
        else:
            self._held_until = now + HELD_FOR_S if held else 0.0
        if held and self._open is None:
            log.info("lease.taken", name=self._name)
            stack = AsyncExitStack()
            await stack.enter_async_context(self._work())
            self._open = stack
        elif not held and self._open is not None:
            log.warning("lease.lost", name=self._name)
            await self._end()

    async def close(self) -> None:
        """End the work, and let another worker do it."""
        if self._open is None:
            return
        await self._end()
        with suppress(MatrixError):  # without the database the lease runs out by itself
            async with self._db.acquire() as conn:
                await leases.release(conn, self._name, self._worker)

    async def _end(self) -> None:
        stack, self._open = self._open, None
        if stack is not None:
            await stack.aclose()


@asynccontextmanager
async def leased(
    db: Database, name: str, worker: str, work: Callable[[], AbstractAsyncContextManager[object]]
) -> AsyncIterator[Leased]:
    """Have the worker that holds the lease do `work`, for the length of the block.

    `worker` is a name that no other worker has. `work` is entered again whenever the lease is taken again.
    """
    lease = Leased(db, name, worker, work)
    await lease.look()
    task = asyncio.create_task(_renew(lease, name), name=f"lease-{name}")
    try:
        yield lease
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await lease.close()


async def _renew(lease: Leased, name: str) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY_S)
        try:
            await lease.look()
        except Exception:
            log.exception("lease.work_failed", name=name)
