"""Ask for work in the background, and do it: step by step, by whichever worker has a claim on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Final, Protocol, TypeAlias

import structlog

from homeserver.clock import Clock
from homeserver.errors import MatrixError, NotFound, Unavailable
from homeserver.fanout.shares import Shares
from homeserver.json_types import JsonObject
from homeserver.storage import jobs as rows
from homeserver.storage.db import Database, level_of
from homeserver.storage.jobs import Job, JobStatus, NewJob
from homeserver.storage.shares import EVERY_SHARE

CLAIM_S: Final = 60.0
LOOK_EVERY_S: Final = 5.0
"""For jobs of other workers that died, and those that wait for their time."""
MAX_FAILURES: Final = 5
"""In a row, until a job is given up."""
RETRY_S: Final = 5.0
KEPT_MS: Final = 14 * 24 * 3_600_000
"""How long it is known what became of a job."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of a job came to: how far it is now, whether that is all, how long to wait for the next."""

    progress: JsonObject
    is_last: bool = False
    wait_s: float = 0.0


Work: TypeAlias = Callable[[Job], Awaitable[Step]]
"""Does one bounded step of a job. A repetition of a step that was done does no harm."""


class JobFailed(Exception):
    """The job cannot be done, however often it is tried; the message says why."""


@dataclass(slots=True)
class JobKinds:
    """What is done for each kind of job; the packages that have some add theirs at start."""

    works: dict[str, Work] = field(default_factory=dict)


class JobsContext(Protocol):
    """What asking for a job needs."""

    @property
    def db(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...


async def ask_for_job(
    ctx: JobsContext, kind: str, subject: str, arguments: JsonObject, *, once: bool = False
) -> str | None:
    """Note work that is to be done; return its id.

    With `once` nothing is noted, and None returned, while such work on the same subject is not finished.
    """
    job = NewJob(token_urlsafe(16), kind, subject, arguments, ctx.clock.now_ms())
    async with ctx.db.acquire() as conn:
        if once:
            return job.job_id if await rows.insert_job_unless_unfinished(conn, job) else None
        await rows.insert_job(conn, job)
    return job.job_id


async def get_job(ctx: JobsContext, job_id: str) -> Job:
    """Return a job, finished or not. Raises NotFound."""
    async with ctx.db.acquire() as conn:
        job = await rows.select_job(conn, job_id)
    if job is None:
        raise NotFound("There is no such job, or it ended long ago")
    return job


async def run_jobs(ctx: JobsContext, kinds: JobKinds, asked: asyncio.Event, shares: Shares) -> None:
    """Do the jobs of this worker's shares until cancelled."""
    while True:
        try:
            while await do_next_step(ctx, kinds, shares.held):
                await asyncio.sleep(0)
        except Unavailable as error:
            log.log(level_of(error), "jobs.put_off", error=error.message)
        except Exception:  # one failure must not end the work
            log.exception("jobs.failed")
        asked.clear()
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await asked.wait()
        except TimeoutError:
            continue


async def do_next_step(ctx: JobsContext, kinds: JobKinds, shares: Collection[int] = EVERY_SHARE) -> bool:
    """Take a job of shares and work on it until it waits or ends; return whether there was one."""
    async with ctx.db.acquire() as conn:
        job = await rows.claim_job(conn, list(kinds.works), CLAIM_S, shares)
    if job is None:
        return False
    try:
        await _work(ctx, kinds.works[job.kind], job)
    except Unavailable:
        raise
    except (JobFailed, MatrixError) as error:
        await _end(ctx, job, job.progress, JobStatus.FAILED, str(error))
    except Exception as error:
        log.exception("jobs.step_failed", job_id=job.job_id, kind=job.kind, subject=job.subject)
        await _after_failure(ctx, job, error)
    return True


async def _work(ctx: JobsContext, work: Work, job: Job) -> None:
    while True:
        step = await work(job)
        if step.is_last:
            return await _end(ctx, job, step.progress, JobStatus.COMPLETE, None)
        async with ctx.db.acquire() as conn:
            is_ours = await rows.update_progress(
                conn, job, step.progress, step.wait_s or CLAIM_S, keep=not step.wait_s
            )
        if not is_ours or step.wait_s:
            return None
        job.progress.clear()
        job.progress.update(step.progress)
        await asyncio.sleep(0)


async def _end(
    ctx: JobsContext, job: Job, progress: JsonObject, status: JobStatus, error: str | None
) -> None:
    async with ctx.db.acquire() as conn:
        await rows.finish_job(conn, job, progress, ctx.clock.now_ms(), status=status, error=error)
        await rows.delete_finished_jobs(conn, ctx.clock.now_ms() - KEPT_MS)
    log.info("jobs.ended", job_id=job.job_id, kind=job.kind, subject=job.subject, status=status, error=error)


async def _after_failure(ctx: JobsContext, job: Job, error: Exception) -> None:
    if job.failures + 1 >= MAX_FAILURES:
        await _end(ctx, job, job.progress, JobStatus.FAILED, f"{type(error).__name__}: {error}")
        return
    async with ctx.db.acquire() as conn:
        await rows.put_off_job(conn, job, f"{type(error).__name__}: {error}", RETRY_S * 2**job.failures)
