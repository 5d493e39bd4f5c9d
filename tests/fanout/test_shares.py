"""The work in the background is divided among workers, evenly, and moves on when one of them ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from homeserver.clock import SystemClock
from homeserver.fanout.over_postgres import PostgresLine
from homeserver.fanout.shared import SharedFanout
from homeserver.fanout.shares import ALL, COUNT, Shares, Shift, share_of
from homeserver.storage.db import Database

EXPIRE = """
WITH gone AS (DELETE FROM workers WHERE worker = $1)
UPDATE shares SET until = clock_timestamp() - interval '1 second' WHERE owner = $1
"""


class Worker:
    """One that takes part, as far as `look` is called; `shifts` are what it was told."""

    def __init__(self, db: Database, url: str) -> None:
        self.fanout = SharedFanout(SystemClock(), db, PostgresLine(url))
        self.shares = self.fanout.shares
        self.shifts: list[Shift] = []
        self.left: list[frozenset[int]] = []
        self.shares.on_shift(self.shifts.append)
        self.shares.before_release(self._leave)

    async def _leave(self, shares: frozenset[int]) -> None:
        assert not shares & self.shares.held, "what is left is nobody's to begin"
        self.left.append(shares)

    async def start(self) -> None:
        await self.fanout.company.look()
        await self.shares.start()

    async def look(self) -> None:
        await self.fanout.company.look()
        if self.shares._giving_up is not None:
            await self.shares._giving_up


@pytest.fixture
async def workers(db: Database, database_url: str) -> AsyncIterator[list[Worker]]:
    workers = [Worker(db, database_url) for _ in range(3)]
    async with AsyncExitStack() as stack:
        for worker in workers:
            stack.push_async_callback(worker.shares.stop)
        yield workers


def counts(workers: list[Worker]) -> list[int]:
    held = [worker.shares.held for worker in workers]
    assert sum(map(len, held)) == len(frozenset().union(*held)), "two workers have the same share"
    return [len(shares) for shares in held]


async def rounds(*workers: Worker) -> None:
    """Let each look a few times, as they do within seconds."""
    for _ in range(3):
        for worker in workers:
            await worker.look()


async def test_workers_that_come_and_go_have_about_as_much_each(workers: list[Worker]) -> None:
    first, second, third = workers
    await first.start()
    assert counts(workers) == [COUNT, 0, 0]
    await second.start()
    await rounds(first, second)
    assert counts(workers) == [32, 32, 0]
    assert first.left == [frozenset(range(32, 64))]
    await third.start()
    await rounds(*workers)
    assert sorted(counts(workers)) == [20, 22, 22]
    await second.shares.stop()
    await rounds(first, third)
    assert counts(workers) == [32, 0, 32]
    assert not any(shift.lost or shift.abandoned for worker in workers for shift in worker.shifts)


async def test_shares_of_a_dead_worker_are_taken_and_its_claims_void(
    workers: list[Worker], db: Database
) -> None:
    first, second, _ = workers
    await first.start()
    await second.start()
    await rounds(first, second)
    dead, second.shifts[:] = second.shares.held, []
    async with db.acquire() as conn:
        await conn.execute(EXPIRE.replace("$1", f"'{second.fanout.worker}'"))
    await first.look()
    assert first.shares.held == ALL
    assert first.shifts[-1] == Shift(taken=dead, abandoned=dead)
    async with db.acquire() as conn:
        assert await second.shares.fenced(conn, dead) == frozenset()
        assert await first.shares.fenced(conn, dead) == dead
    await second.look()  # as if it had only been slow
    assert second.shifts[0].lost == dead
    await rounds(first, second)
    assert counts(workers) == [32, 32, 0]


async def test_without_the_database_shares_are_kept_as_long_as_nobody_else_can_have_them(
    workers: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = workers[0]
    await first.start()
    assert first.shares.held == ALL
    lost = asyncio.Event()
    first.shares.on_shift(lambda shift: lost.set() if shift.lost == ALL else None)
    with monkeypatch.context() as patch:
        patch.setattr("homeserver.fanout.leased_shares.HELD_FOR_S", 0.05)
        await first.look()
        await asyncio.wait_for(lost.wait(), 100)  # nobody looks any more
    assert first.shares.held == frozenset()
    await first.look()
    assert first.shares.held == ALL


async def test_work_that_is_asked_for_is_heard_of_by_all(db: Database, database_url: str) -> None:
    workers = [Worker(db, database_url) for _ in range(2)]
    calls = [worker.shares.call("mail") for worker in workers]
    others = workers[1].shares.call("jobs")
    for worker in workers:
        await worker.fanout.start()
    async with asyncio.timeout(60):
        while not all(worker.fanout.has_company for worker in workers):
            for worker in workers:
                await worker.fanout.company.look()
            await asyncio.sleep(0)
        calls[0].ask()
        assert calls[0].is_set()
        await calls[1].wait()
    assert not others.is_set()
    for worker in workers:
        await worker.fanout.stop()


async def test_worker_that_is_alone_has_all_and_what_was_left_behind() -> None:
    shares, shifts = Shares(), list[Shift]()
    shares.on_shift(shifts.append)
    assert shares.held == ALL
    await shares.start()
    assert shifts == [Shift(taken=ALL, abandoned=ALL)]


def test_names_are_spread_over_all_shares() -> None:
    assert {share_of(f"server{number}.example") for number in range(2_000)} == ALL
