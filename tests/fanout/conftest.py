"""Two workers that reach each other through PostgreSQL or through Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from homeserver.clock import SystemClock
from homeserver.fanout.over_postgres import PostgresLine
from homeserver.fanout.over_redis import RedisLine
from homeserver.fanout.ports import Message, Topic
from homeserver.fanout.shared import Line, SharedFanout
from homeserver.storage.db import Database
from tests.support.redis_server import RedisServer, running_redis

WITHIN_S = 100.0


class Worker:
    """A fan-out, and what it heard: `wakeups` counts them."""

    def __init__(self, db: Database, line: Line) -> None:
        self.fanout = SharedFanout(SystemClock(), db, line)
        self.wakeups = 0
        self.heard: list[Message] = []
        self._changed = asyncio.Event()
        self.fanout.on_wakeup(self._wake)
        for topic in Topic:
            self.fanout.on_message(topic, self._hear)

    async def until(self, claim: Callable[[], bool]) -> None:
        """Return once something holds that what is heard, or a look at the company, may bring about."""
        async with asyncio.timeout(WITHIN_S):
            while not claim():
                self._changed.clear()
                try:
                    async with asyncio.timeout(0.1):
                        await self._changed.wait()
                except TimeoutError:
                    await self.fanout.company.look()

    def _wake(self) -> None:
        self.wakeups += 1
        self._changed.set()

    def _hear(self, message: Message) -> None:
        self.heard.append(message)
        self._changed.set()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with running_redis(tmp_path) as server:
        yield server


@asynccontextmanager
async def workers(db: Database, *lines: Line) -> AsyncIterator[list[Worker]]:
    """Run a worker on each line, until each knows of all others."""
    running = [Worker(db, line) for line in lines]
    for worker in running:
        await worker.fanout.start()
    for worker in running:
        await worker.until(
            lambda worker=worker: (
                worker.fanout.is_connected  # type: ignore[misc]
                and len(worker.fanout.company.others) == len(running) - 1
            )
        )
    yield running
    for worker in running:
        await worker.fanout.stop()


@pytest.fixture(params=["postgres", "redis"])
async def pair(
    request: pytest.FixtureRequest, db: Database, database_url: str
) -> AsyncIterator[tuple[Worker, Worker]]:
    def line() -> Line:
        if request.param == "postgres":
            return PostgresLine(database_url)
        server: RedisServer = request.getfixturevalue("redis_server")
        return RedisLine(server.url, "epoch")

    async with workers(db, line(), line()) as running:
        yield running[0], running[1]
