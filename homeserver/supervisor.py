"""Several workers on one machine: opens their sockets once, starts them, replaces those that end, ends all.

Workers are equal processes that accept from the same sockets, so that a worker that is busy is given nothing
new, and a port is never closed while one is replaced. SIGHUP replaces them one after another.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

import structlog

from homeserver.config import Settings
from homeserver.embedded_postgres import running_postgres
from homeserver.http.sockets import bind, is_own

log = structlog.get_logger(__name__)

READY_WITHIN_S: Final = 3_600.0
"""The first worker of a new version migrates the database before it is ready, and that may take long."""
END_WITHIN_S: Final = 20.0
"""After requests have ended, until a worker is killed."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
WELL_AFTER_S: Final = 10.0
"""A worker that lasted so long is replaced at once when it ends."""
CONNECTIONS_PER_WORKER: Final = 12
CONNECTIONS_OF_COMMANDS: Final = 20


def run_workers(settings: Settings, config: Path | None) -> None:
    """Run `settings.workers` workers until SIGTERM or SIGINT.

    Raises: OSError when an address is taken; WorkerFailed when the first ones do not start; and what an
    embedded database refuses.
    """
    asyncio.run(_supervise(settings, config))


class WorkerFailed(Exception):
    """A worker did not become ready; its own messages say why."""


class Supervisor:
    """Keeps a number of workers running on the same sockets."""

    def __init__(self, settings: Settings, command: Sequence[str], environment: dict[str, str]) -> None:
        self._settings = settings
        shutdown = settings.shutdown
        self._end_within_s = END_WITHIN_S + (shutdown.notice + shutdown.timeout).total_seconds()
        self._command = command
        self._environment = environment
        self._sockets = [None if is_own(listener) else bind(listener) for listener in settings.listeners]
        self._keepers: list[asyncio.Task[None]] = []
        self._workers: dict[int, Process] = {}
        self._replacing = asyncio.Lock()

    async def start(self) -> list[str]:
        """Start all workers; return what the first one wrote, its ready line first. Raises: WorkerFailed."""
        first = await self._start_worker(0)  # alone: it makes what the database needs
        await asyncio.gather(*(self._start_worker(number) for number in range(1, self._settings.workers)))
        for number in range(self._settings.workers):
            self._keepers.append(asyncio.create_task(self._keep(number), name=f"worker-{number}"))
        return first

    async def replace_all(self) -> None:
        """Start a new worker in place of each, one after another, and end the old one when it is ready."""
        for number in range(self._settings.workers):
            async with self._replacing:
                old = self._workers[number]
                await self._start_worker(number)
            _signal(old, signal.SIGTERM)
            await old.wait()

    async def stop(self) -> None:
        """End all workers; those that take too long are killed."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for worker in self._workers.values():
            _signal(worker, signal.SIGTERM)
        try:
            async with asyncio.timeout(self._end_within_s):
                await asyncio.gather(*(worker.wait() for worker in self._workers.values()))
        except TimeoutError:
            for worker in self._workers.values():
                _signal(worker, signal.SIGKILL)
        for listening in self._sockets:
            if listening is not None:
                listening.close()

    async def _keep(self, number: int) -> None:
        """Start a worker again whenever it ends by itself, for ever."""
        loop = asyncio.get_running_loop()
        pause_s = FIRST_PAUSE_S
        while True:
            worker, began = self._workers[number], loop.time()
            status = await worker.wait()
            if self._workers[number] is not worker:
                continue  # it was replaced
            log.error("worker.ended", number=number, process=worker.pid, status=status)
            pause_s = FIRST_PAUSE_S if loop.time() - began > WELL_AFTER_S else pause_s
            while self._workers[number] is worker:
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                await self._replace_ended(number, worker)

    async def _replace_ended(self, number: int, ended: Process) -> None:
        """Try to start another worker in place of one that has ended, unless there is another one already."""
        async with self._replacing:
            if self._workers[number] is ended:
                with suppress(WorkerFailed):
                    await self._start_worker(number)

    async def _start_worker(self, number: int) -> list[str]:
        """Start a worker and return the lines it wrote once it is ready. Raises: WorkerFailed."""
        fds = [-1 if listening is None else listening.fileno() for listening in self._sockets]
        options = ["--number", str(number), *(f"--socket={fd}" for fd in fds)]
        worker = await asyncio.create_subprocess_exec(
            *self._command, *options,
            env=self._environment, pass_fds=[fd for fd in fds if fd >= 0], stdin=PIPE, stdout=PIPE,
        )  # fmt: skip
        assert worker.stdout is not None
        lines: list[str] = []
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while line := (await worker.stdout.readline()).decode():
                    if line == "\n":
                        break
                    lines.append(line)
        except BaseException as error:
            _signal(worker, signal.SIGKILL)
            await worker.wait()
            if isinstance(error, TimeoutError):
                raise WorkerFailed(f"worker {number} was not ready in time") from error
            raise
        if not lines or not lines[0].startswith("ready"):
            raise WorkerFailed(f"worker {number} ended with status {await worker.wait()}")
        self._workers[number] = worker
        log.info("worker.ready", number=number, process=worker.pid)
        return lines


async def _supervise(settings: Settings, config: Path | None) -> None:
    stop, replace = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, replace.set)
    async with AsyncExitStack() as stack:
        environment = dict(os.environ)
        if settings.database_url is None:
            connections = CONNECTIONS_OF_COMMANDS + CONNECTIONS_PER_WORKER * settings.workers
            url = await stack.enter_async_context(
                running_postgres(settings.data_dir, max_connections=connections)
            )
            environment["PARLOUR_DATABASE_URL"] = url
        command = [sys.executable, "-m", "homeserver", "worker"]
        if config is not None:
            command += ["--config", str(config)]
        supervisor = Supervisor(settings, command, environment)
        stack.push_async_callback(supervisor.stop)
        lines = await supervisor.start()
        sys.stdout.write("".join(lines))
        sys.stdout.flush()
        replacing = asyncio.create_task(_replace_when_asked(supervisor, replace))
        await stop.wait()
        log.info("stopping")
        replacing.cancel()
        with suppress(asyncio.CancelledError):
            await replacing


async def _replace_when_asked(supervisor: Supervisor, asked: asyncio.Event) -> None:
    while True:
        await asked.wait()
        asked.clear()
        try:
            await supervisor.replace_all()
        except WorkerFailed as error:
            log.error("workers.not_replaced", reason=str(error))  # the old ones go on


def _signal(worker: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        worker.send_signal(number)
