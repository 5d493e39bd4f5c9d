"""Four workers behind the shipped nginx, on a PostgreSQL and a Redis of their own; any part can be killed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TypeAlias

from homeserver.embedded_postgres import running_postgres
from homeserver.embedded_postgres.postmaster import read_pid_file
from homeserver.json_types import JsonObject
from tests.deployments.nginx_process import NginxProcess
from tests.support.authority import Authority
from tests.support.parlour_process import ParlourProcess
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer

WORKERS = 4
START_WITHIN_S = 900.0
LONGEST_ABSENCE_S = 2.0
MAX_DOWN = 2
"""At once: so that on a slow machine a worker that starts is not kept from it for ever."""
ONE_ADDRESS = ("rate=2r/s", "rate=100r/s")
"""What one address may do: here all people come from one."""


Act: TypeAlias = Callable[[], Awaitable[None]]


class Postgres:
    """A PostgreSQL that loses nothing it has acknowledged, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self.url = ""

    async def start(self) -> None:
        url = await self._stack.enter_async_context(running_postgres(self._folder, max_connections=120))
        assert self.url in ("", url)
        self.url = url

    async def crash(self) -> None:
        status = read_pid_file(self._folder / "postgresql")
        assert status is not None
        os.kill(status.pid, signal.SIGQUIT)
        await self.stop()

    async def stop(self) -> None:
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()


@dataclass
class Deployment:
    """`hits` counts what was done to what."""

    postgres: Postgres
    redis: RedisServer
    workers: list[ParlourProcess]
    nginx: NginxProcess
    base_url: str
    diary: Path
    hits: dict[str, int] = field(default_factory=dict)

    async def torment(self, rng: Random, seconds: float, pace_s: float) -> None:
        """Kill and restart parts at random for so long; all are there again at the end."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        down: set[object] = set()
        async with asyncio.TaskGroup() as group:
            while loop.time() < until:
                name, part, end, start = self._choose(rng)
                if part not in down and len(down) < MAX_DOWN:
                    down.add(part)
                    self.hits[name] = self.hits.get(name, 0) + 1
                    absence_s = rng.uniform(0, LONGEST_ABSENCE_S)
                    group.create_task(self._hit(name, part, end, start, absence_s, down))
                await asyncio.sleep(rng.uniform(0.2, 1.8) * pace_s)

    async def _hit(
        self, name: str, part: object, end: Act, start: Act, absence_s: float, down: set[object]
    ) -> None:
        self._note(f"{name} ({part})")
        await end()
        self._note(f"{name} ({part}): ended")
        await asyncio.sleep(absence_s)
        await start()
        self._note(f"{name} ({part}): back")
        down.discard(part)

    def _note(self, text: str) -> None:
        """Write down when what was done, for whoever looks into a failure."""
        with self.diary.open("a") as diary:
            diary.write(f"{datetime.now(UTC):%H:%M:%S.%f} {text}\n")

    def _choose(self, rng: Random) -> tuple[str, object, Act, Act]:
        index = rng.randrange(len(self.workers))
        worker = self.workers[index]
        killed: tuple[str, object, Act, Act] = (
            "worker killed", index, _in_thread(worker.kill), _starting(worker),
        )  # fmt: skip
        ended: tuple[str, object, Act, Act] = (
            "worker ended", index, _in_thread(worker.stop), _starting(worker),
        )  # fmt: skip
        return rng.choice(
            [
                killed, killed, killed, ended,
                ("Redis killed", "redis", _in_thread(self.redis.stop), _in_thread(self.redis.start)),
                ("Redis hung", "redis", _in_thread(self.redis.hang), _in_thread(self.redis.resume)),
                ("PostgreSQL crashed", "postgres", self.postgres.crash, self.postgres.start),
            ]
        )  # fmt: skip


@asynccontextmanager
async def running_deployment(folder: Path, authority: Authority) -> AsyncIterator[Deployment]:
    """Start everything, and end it, whatever state it is in."""
    postgres, redis = Postgres(folder / "postgres"), RedisServer(folder)
    workers: list[ParlourProcess] = []
    nginx: NginxProcess | None = None
    try:
        await postgres.start()
        await asyncio.to_thread(redis.start)
        https_port = free_port()
        base_url = f"https://localhost:{https_port}"
        ports = [free_port() for _ in range(WORKERS)]
        settings = {
            "database_url": postgres.url, "redis_url": redis.url, "federation": {"enabled": False},
            "trusted_proxies": ["127.0.0.1"], "public_baseurl": base_url,
        }  # fmt: skip
        workers += [
            ParlourProcess(folder / "data", {**settings, "listeners": _listeners(port)}) for port in ports
        ]
        await asyncio.to_thread(workers[0].start)
        await asyncio.gather(*(asyncio.to_thread(worker.start) for worker in workers[1:]))
        nginx = _nginx(folder / "nginx", https_port, ports, authority)
        await asyncio.to_thread(nginx.start)
        yield Deployment(postgres, redis, workers, nginx, base_url, folder / "diary")
    finally:
        if nginx is not None:
            await asyncio.to_thread(nginx.stop)
        for worker in workers:
            await asyncio.to_thread(worker.kill)
        redis.stop()
        await postgres.stop()


def _listeners(port: int) -> list[JsonObject]:
    return [{"port": port, "serve": ["client", "media", "web", "health"]}]


def _nginx(folder: Path, port: int, workers: list[int], authority: Authority) -> NginxProcess:
    upstream = " ".join(f"server 127.0.0.1:{worker} max_fails=0;" for worker in workers)
    environment = {
        "PARLOUR_HOST": "localhost", "PARLOUR_UPSTREAM": upstream, "PARLOUR_RESOLVER": "",
        "PARLOUR_WEB_CONNECT": "https: wss:", "PARLOUR_HTTPS_SUFFIX": f":{port}",
        "PARLOUR_HTTP_PORT": str(free_port()), "PARLOUR_HTTPS_PORT": str(port),
        "PARLOUR_FEDERATION_PORT": str(free_port()),
    }  # fmt: skip
    nginx = NginxProcess(folder, environment, authority)
    configuration = folder / "nginx.conf"
    text = configuration.read_text()
    for rate in ONE_ADDRESS:
        assert rate in text
        text = text.replace(rate, "rate=10000r/s")
    configuration.write_text(text)
    return nginx


def _in_thread(act: Callable[[], object]) -> Act:
    async def run() -> None:
        await asyncio.to_thread(act)

    return run


def _starting(worker: ParlourProcess) -> Act:
    """Start a worker as a service manager does: again, while the database is away."""

    async def start() -> None:
        deadline = asyncio.get_running_loop().time() + START_WITHIN_S
        while True:
            try:
                await asyncio.to_thread(worker.start)
            except AssertionError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.5)
            else:
                return

    return start
