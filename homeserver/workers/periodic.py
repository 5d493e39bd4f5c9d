"""A task that does something again and again, and outlives its failures."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

from homeserver.storage.db import DatabaseAway

log = structlog.get_logger(__name__)


@asynccontextmanager
async def periodic(name: str, every_s: float, work: Callable[[], Awaitable[object]]) -> AsyncIterator[None]:
    """Do `work` every so many seconds for the length of the block; failures are logged."""
    task = asyncio.create_task(_repeat(name, every_s, work), name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(name: str, every_s: float, work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await asyncio.sleep(every_s)
        try:
            await work()
        except DatabaseAway:  # which is said once
            log.debug("periodic_work_put_off", work=name)
        except Exception:
            log.exception("periodic_work_failed", work=name)
