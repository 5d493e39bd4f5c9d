"""Work in the background that outlives the worker that does it: claimed, done in steps, gone on with.

Claims go by the database's clock, so that workers need not agree on the time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import asyncpg
import orjson

from homeserver.json_types import JsonObject
from homeserver.storage.db import Connection
from homeserver.storage.shares import EVERY_SHARE
from homeserver.storage.text import from_text, to_text

JOB_COLUMNS = """job_id, kind, subject, status, arguments, progress, error, failures, generation, created_ms,
finished_ms"""

INSERT_JOB = """
INSERT INTO jobs (job_id, kind, subject, arguments, created_ms) VALUES ($1, $2, $3, $4, $5)
"""
INSERT_JOB_UNLESS_UNFINISHED = """
INSERT INTO jobs (job_id, kind, subject, arguments, created_ms)
SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (
    SELECT FROM jobs WHERE subject = $3 AND kind = $2 AND status IN ('scheduled', 'active'))
"""
SELECT_JOB = f"SELECT {JOB_COLUMNS} FROM jobs WHERE job_id = $1"
SELECT_JOBS_OF = f"""
SELECT {JOB_COLUMNS} FROM jobs WHERE subject = $1 AND ($2::text IS NULL OR kind = $2)
ORDER BY created_ms DESC, job_id LIMIT $3
"""
SELECT_JOBS = f"""
SELECT {JOB_COLUMNS} FROM jobs WHERE $1::text[] IS NULL OR status = ANY ($1)
ORDER BY created_ms DESC, job_id LIMIT $2
"""
# Of one kind and subject the oldest comes first, and alone.
UPDATE_CLAIMED = f"""
UPDATE jobs SET status = 'active', generation = generation + 1, is_claimed = true,
    claimed_until = now() + $1 * interval '1 second'
WHERE job_id = (
    SELECT j.job_id FROM jobs j
    WHERE j.status IN ('scheduled', 'active') AND j.claimed_until < now() AND j.kind = ANY ($2::text[])
      AND hashtext(j.subject) & 63 = ANY ($3::integer[])
      AND NOT EXISTS (
        SELECT FROM jobs o WHERE o.subject = j.subject AND o.kind = j.kind
        AND o.status IN ('scheduled', 'active') AND (o.created_ms, o.job_id) < (j.created_ms, j.job_id))
    ORDER BY j.claimed_until, j.created_ms LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING {JOB_COLUMNS}
"""
UPDATE_CLAIMS_VOID = """
UPDATE jobs SET claimed_until = '-infinity'
WHERE status = 'active' AND is_claimed AND hashtext(subject) & 63 = ANY ($1::integer[])
"""
UPDATE_PROGRESS = """
UPDATE jobs SET progress = $3, failures = 0, claimed_until = now() + $4 * interval '1 second', is_claimed = $5
WHERE job_id = $1 AND generation = $2 AND status = 'active' RETURNING job_id
"""
UPDATE_FINISHED = """
UPDATE jobs SET progress = $3, status = $4, error = $5, finished_ms = $6
WHERE job_id = $1 AND generation = $2 AND status = 'active' RETURNING job_id
"""
UPDATE_PUT_OFF = """
UPDATE jobs SET failures = failures + 1, error = $3, claimed_until = now() + $4 * interval '1 second',
    is_claimed = false
WHERE job_id = $1 AND generation = $2 AND status = 'active'
"""
UPDATE_CANCELLED = """
UPDATE jobs SET status = 'cancelled', finished_ms = $2
WHERE job_id = $1 AND status = 'scheduled' RETURNING job_id
"""
DELETE_FINISHED_BEFORE = "DELETE FROM jobs WHERE finished_ms < $1"


class JobStatus(StrEnum):
    """How far a job has come."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as stored. `subject` is a room id or a user id; `failures` counts those since the last step."""

    job_id: str
    kind: str
    subject: str
    status: JobStatus
    arguments: JsonObject
    progress: JsonObject
    error: str | None
    failures: int
    generation: int
    created_ms: int
    finished_ms: int | None


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that is asked for."""

    job_id: str
    kind: str
    subject: str
    arguments: JsonObject
    created_ms: int


async def insert_job(conn: Connection, job: NewJob) -> None:
    """Ask for work."""
    await conn.execute(INSERT_JOB, *_columns(job))


async def insert_job_unless_unfinished(conn: Connection, job: NewJob) -> bool:
    """Ask for work, unless such work on the same subject waits or is being done; say whether it was asked."""
    return (await conn.execute(INSERT_JOB_UNLESS_UNFINISHED, *_columns(job))).endswith(" 1")


async def select_job(conn: Connection, job_id: str) -> Job | None:
    row = await conn.fetchrow(SELECT_JOB, job_id)
    return None if row is None else _job(row)


async def select_jobs_of(
    conn: Connection, subject: str, kind: str | None = None, *, limit: int = 100
) -> list[Job]:
    """Return the jobs on a room or a user, the newest first."""
    return [_job(row) for row in await conn.fetch(SELECT_JOBS_OF, subject, kind, limit)]


async def select_jobs(
    conn: Connection, statuses: Sequence[JobStatus] | None = None, *, limit: int = 100
) -> list[Job]:
    """Return jobs, the newest first."""
    return [_job(row) for row in await conn.fetch(SELECT_JOBS, statuses, limit)]


async def claim_job(
    conn: Connection, kinds: Sequence[str], seconds: float, shares: Collection[int] = EVERY_SHARE
) -> Job | None:
    """Take the job of shares that has waited longest and that nobody does; the claim ends by itself."""
    row = await conn.fetchrow(UPDATE_CLAIMED, seconds, kinds, list(shares))
    return None if row is None else _job(row)


async def void_claims(conn: Connection, shares: Collection[int]) -> None:
    """Give back what a worker that died had claimed."""
    await conn.execute(UPDATE_CLAIMS_VOID, list(shares))


async def update_progress(
    conn: Connection, job: Job, progress: JsonObject, seconds: float, *, keep: bool = True
) -> bool:
    """Note how far a claimed job has come; False where another worker has it by now.

    Keep the claim for so long; or let the job wait for so long.
    """
    row = await conn.fetchrow(
        UPDATE_PROGRESS, job.job_id, job.generation, orjson.dumps(progress), seconds, keep
    )
    return row is not None


async def finish_job(
    conn: Connection,
    job: Job,
    progress: JsonObject,
    now_ms: int,
    *,
    status: JobStatus = JobStatus.COMPLETE,
    error: str | None = None,
) -> bool:
    """End a claimed job; False where another worker has it by now."""
    text = None if error is None else to_text(error)
    row = await conn.fetchrow(
        UPDATE_FINISHED, job.job_id, job.generation, orjson.dumps(progress), status, text, now_ms
    )
    return row is not None


async def put_off_job(conn: Connection, job: Job, error: str, seconds: float) -> None:
    """Leave a claimed job alone for a while after a failure."""
    await conn.execute(UPDATE_PUT_OFF, job.job_id, job.generation, to_text(error), seconds)


async def cancel_job(conn: Connection, job_id: str, now_ms: int) -> bool:
    """Take back a job that nobody has begun; False where it is too late."""
    return await conn.fetchval(UPDATE_CANCELLED, job_id, now_ms) is not None


async def delete_finished_jobs(conn: Connection, before_ms: int) -> None:
    """Forget jobs that ended before a time."""
    await conn.execute(DELETE_FINISHED_BEFORE, before_ms)


def _columns(job: NewJob) -> tuple[str, str, str, bytes, int]:
    return job.job_id, job.kind, job.subject, orjson.dumps(job.arguments), job.created_ms


def _job(row: asyncpg.Record) -> Job:
    values = dict(row)
    values["status"] = JobStatus(values["status"])
    values["arguments"] = orjson.loads(values["arguments"])
    values["progress"] = orjson.loads(values["progress"])
    values["error"] = None if values["error"] is None else from_text(values["error"])
    return Job(**values)
