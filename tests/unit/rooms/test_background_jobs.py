"""Jobs that nobody waits for."""

import asyncio

from homeserver.rooms.background_jobs import MAX_WAITING, background_jobs


async def test_job_that_waits_already_is_done_once() -> None:
    done: list[str] = []

    async def job() -> None:
        done.append("job")

    async with background_jobs() as jobs:
        for _ in range(3):
            jobs.add(("profile", 1), job)
        jobs.add(("profile", 2), job)
        await jobs.until_idle()
        assert done == ["job"] * 2
        jobs.add(("profile", 1), job)
        await jobs.until_idle()
    assert done == ["job"] * 3


async def test_failing_job_stops_no_other() -> None:
    done = asyncio.Event()

    async def fail() -> None:
        raise RuntimeError("broken")

    async def succeed() -> None:
        done.set()

    async with background_jobs() as jobs:
        jobs.add(("profile", 1), fail)
        jobs.add(("profile", 2), succeed)
        await jobs.until_idle()
    assert done.is_set()


async def test_jobs_beyond_the_limit_are_dropped() -> None:
    count = 0

    async def job() -> None:
        nonlocal count
        count += 1

    async with background_jobs() as jobs:
        for number in range(MAX_WAITING + 10):
            jobs.add(("profile", number), job)
        await jobs.until_idle()
    assert count == MAX_WAITING


async def test_end_of_the_block_ends_the_running_job() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def job() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with background_jobs() as jobs:
        jobs.add(("profile", 1), job)
        await started.wait()
    assert ended.is_set()
