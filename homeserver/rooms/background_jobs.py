"""Work on rooms that nobody waits for: one job at a time, each kind once per subject."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeAlias

import structlog

log = structlog.get_logger(__name__)

MAX_WAITING: Final = 10_000

JobKey: TypeAlias = tuple[str, int]
"""What is done, and to which user or room."""

Job: TypeAlias = Callable[[], Awaitable[object]]


class BackgroundJobs:
    """A queue and the task that empties it. Asking again for what still waits changes nothing."""

    def __init__(self) -> None:
        self._waiting: dict[JobKey, Job] = {}
        self._filled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def add(self, key: JobKey, job: Job) -> None:
        """Have a job done. When too many wait the new one is dropped, and the log says so."""
        if key not in self._waiting and len(self._waiting) >= MAX_WAITING:
            log.warning("room_jobs.dropped", job=key[0], subject=key[1])
            return
        self._waiting.setdefault(key, job)
        self._idle.clear()
        self._filled.set()

    async def until_idle(self) -> None:
        """Return once nothing waits or runs."""
        await self._idle.wait()

    async def run(self) -> None:
        """Do the jobs for ever; one that fails is logged."""
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._waiting:
                key = next(iter(self._waiting))
                job = self._waiting.pop(key)
                try:
                    await job()
                except Exception:
                    log.exception("room_jobs.failed", job=key[0], subject=key[1])
            self._idle.set()


@asynccontextmanager
async def background_jobs() -> AsyncIterator[BackgroundJobs]:
    """Run a queue of jobs for the length of the block; what is left at its end is given up."""
    jobs = BackgroundJobs()
    task = asyncio.create_task(jobs.run(), name="room-jobs")
    try:
        yield jobs
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
