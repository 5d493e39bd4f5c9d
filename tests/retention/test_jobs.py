"""Work in the background survives the worker that does it, and is done by one worker at a time."""

import pytest

from homeserver.clock import Clock
from homeserver.errors import NotFound, Unavailable
from homeserver.retention.context import RetentionContext
from homeserver.retention.jobs import (
    MAX_FAILURES,
    JobFailed,
    JobKinds,
    Step,
    ask_for_job,
    do_next_step,
    get_job,
)
from homeserver.retention.purge_history import (
    BATCH,
    PURGE_HISTORY,
    PurgeUpTo,
    purge_history,
    purge_history_step,
)
from homeserver.rooms.send import send_event
from homeserver.storage import jobs as rows
from homeserver.storage.checks import run_checks
from homeserver.storage.db import Database
from homeserver.storage.jobs import Job, JobStatus
from tests.support.fake_clock import FakeClock
from tests.support.retention import do_jobs, retention_on
from tests.support.rooms import ALICE, make_room, rooms_on

KIND = "count"


class Here:
    """What asking for a job needs."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db = db
        self.clock = clock


async def expire_claims(db: Database) -> None:
    async with db.acquire() as conn:
        await conn.execute("UPDATE jobs SET claimed_until = '-infinity'")


async def ask(here: Here, subject: str = "!a", *, once: bool = False) -> str | None:
    return await ask_for_job(here, KIND, subject, {"upto": 3}, once=once)


async def test_a_job_goes_on_where_a_crashed_worker_left_it(db: Database) -> None:
    here, seen = Here(db, FakeClock()), list[int]()
    job_id = await ask(here)
    assert job_id is not None

    async def count(job: Job) -> Step:
        done = job.progress.get("done", 0)
        seen.append(done)
        if done == 2 and seen.count(2) == 1:
            raise Unavailable("the worker is gone")
        return Step({"done": done + 1}, is_last=done + 1 == job.arguments["upto"])

    kinds = JobKinds({KIND: count})
    with pytest.raises(Unavailable):
        await do_next_step(here, kinds)
    assert not await do_next_step(here, kinds), "the claim holds as long as the worker may be alive"
    await expire_claims(db)
    assert await do_next_step(here, kinds)
    assert seen == [0, 1, 2, 2]
    job = await get_job(here, job_id)
    assert (job.status, job.progress) == (JobStatus.COMPLETE, {"done": 3})
    assert not await do_next_step(here, kinds)


async def test_a_worker_that_was_overtaken_writes_nothing_more(db: Database) -> None:
    here = Here(db, FakeClock())
    job_id = await ask(here)
    assert job_id is not None
    async with db.acquire() as conn:
        slow = await rows.claim_job(conn, [KIND], 60)
        assert slow is not None
        assert await rows.claim_job(conn, [KIND], 60) is None
        await expire_claims(db)
        quick = await rows.claim_job(conn, [KIND], 60)
        assert quick is not None
        assert await rows.update_progress(conn, quick, {"done": 5}, 60)
        assert not await rows.update_progress(conn, slow, {"done": 1}, 60)
        assert not await rows.finish_job(conn, slow, {"done": 1}, 0)
    assert (await get_job(here, job_id)).progress == {"done": 5}


async def test_jobs_on_one_subject_are_done_one_after_another(db: Database) -> None:
    clock = FakeClock()
    here = Here(db, clock)
    first = await ask(here)
    assert await ask(here, once=True) is None
    clock.advance(1)
    second, other = await ask(here), await ask(here, "!b")
    async with db.acquire() as conn:
        claimed = [await rows.claim_job(conn, [KIND], 60) for _ in range(3)]
    assert [job and job.job_id for job in claimed] == [first, other, None]
    async with db.acquire() as conn:
        assert claimed[0] is not None
        await rows.finish_job(conn, claimed[0], {}, clock.now_ms())
        last = await rows.claim_job(conn, [KIND], 60)
        assert last is not None
        assert last.job_id == second
        assert not await rows.cancel_job(conn, last.job_id, 0), "what was begun is not taken back"


async def test_jobs_that_cannot_be_done_end_and_say_why(db: Database) -> None:
    here = Here(db, FakeClock())

    async def refuse(job: Job) -> Step:
        raise JobFailed("there is nothing to count")

    async def stumble(job: Job) -> Step:
        raise ZeroDivisionError("oops")

    refused = await ask(here)
    await do_next_step(here, JobKinds({KIND: refuse}))
    assert refused is not None
    job = await get_job(here, refused)
    assert (job.status, job.error) == (JobStatus.FAILED, "there is nothing to count")
    stumbled = await ask(here)
    assert stumbled is not None
    for _ in range(MAX_FAILURES):
        await expire_claims(db)
        await do_next_step(here, JobKinds({KIND: stumble}))
    job = await get_job(here, stumbled)
    assert (job.status, job.error) == (JobStatus.FAILED, "ZeroDivisionError: oops")
    with pytest.raises(NotFound):
        await get_job(here, "nonsense")


async def test_a_purge_that_is_interrupted_leaves_a_sound_database_and_goes_on(db: Database) -> None:
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        room = await make_room(rooms)
        sent = [
            (await send_event(rooms, room.room_id, ALICE, "m.room.message", {"body": "x"})).event_id
            for _ in range(BATCH + 20)
        ]
        job_id = await purge_history(ctx, room.room_id, PurgeUpTo(sent[-1]), delete_local_events=True)
        interrupt_after(ctx, steps=1)
        with pytest.raises(Unavailable):
            await do_next_step(rooms, ctx.kinds)
        assert all(not finding.rows for finding in await run_checks(db))
        await expire_claims(db)
        await do_jobs(ctx)
        job = await get_job(rooms, job_id)
        assert (job.status, job.progress["deleted"]) == (JobStatus.COMPLETE, len(sent) - 1)
        assert all(not finding.rows for finding in await run_checks(db))


def interrupt_after(ctx: RetentionContext, steps: int) -> None:
    """Let the worker die once, after some steps of a purge."""
    left = [steps]

    async def purge(job: Job) -> Step:
        left[0] -= 1
        if left[0] == -1:
            raise Unavailable("the worker is gone")
        return await purge_history_step(ctx, job)

    ctx.kinds.works[PURGE_HISTORY] = purge
