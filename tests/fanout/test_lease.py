"""Work that one worker does at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeserver.fanout.lease import Leased, leased
from homeserver.storage.db import Database

EXPIRE = "UPDATE leases SET until = clock_timestamp() - interval '1 second'"


class Doing:
    """Who does the work: `began` and `ended` count how often each did."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self.began: list[str] = []

    @asynccontextmanager
    async def by(self, worker: str) -> AsyncIterator[None]:
        self.now.append(worker)
        self.began.append(worker)
        yield
        self.now.remove(worker)


def lease_of(db: Database, doing: Doing, worker: str) -> Leased:
    return Leased(db, "work", worker, lambda: doing.by(worker))


async def test_one_worker_works_and_the_next_when_it_ends(db: Database) -> None:
    doing = Doing()
    async with leased(db, "work", "second", lambda: doing.by("second")) as second:
        assert doing.now == ["second"]
        first = lease_of(db, doing, "first")
        await first.look()
        assert doing.now == ["second"]
        await second.look()
    assert doing.now == []
    await first.look()
    assert doing.now == ["first"]
    await first.close()
    assert doing.began == ["second", "first"]


async def test_worker_that_does_not_renew_loses_its_work(db: Database) -> None:
    doing = Doing()
    first, second = lease_of(db, doing, "first"), lease_of(db, doing, "second")
    await first.look()
    async with db.acquire() as conn:
        await conn.execute(EXPIRE)
    await second.look()
    await first.look()
    assert doing.now == ["second"]
    assert not first.is_held
    await second.close()
    await first.look()
    assert doing.now == ["first"]
    await first.close()


async def test_without_the_database_work_goes_on_until_the_lease_has_run_out(db: Database) -> None:
    doing = Doing()
    lease = lease_of(db, doing, "first")
    await lease.look()
    await db.close()
    await lease.look()
    assert doing.now == ["first"]
    lease._held_until = 0.0  # as seconds later
    await lease.look()
    assert doing.now == []
