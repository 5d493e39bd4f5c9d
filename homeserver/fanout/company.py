"""Who else is there: workers say so in the database every other second."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeAlias

import structlog

from homeserver.errors import MatrixError
from homeserver.storage import workers
from homeserver.storage.db import Connection, Database

log = structlog.get_logger(__name__)

SAY_EVERY_S: Final = 2.0
ALIVE_FOR_S: Final = 6
"""How long a worker counts as there after it said so."""


Part: TypeAlias = Callable[[Connection, int], Awaitable[None]]
"""What is done with each look, among how many workers."""


class Company:
    """`others` are the names of the other workers, as of a moment ago."""

    def __init__(self, db: Database, worker: str) -> None:
        self._db = db
        self._worker = worker
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        self._part: Part | None = None
        self.others: frozenset[str] = frozenset()

    async def start(self) -> None:
        """Say that this worker is there, and go on saying so."""
        await self.look()
        self._task = asyncio.create_task(self._run(), name="company")

    async def stop(self) -> None:
        """Say that this worker is gone."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        with suppress(MatrixError):  # without the database the others find out within seconds
            async with self._db.acquire() as conn:
                await workers.say_gone(conn, self._worker)

    async def look(self) -> None:
        """Say that this worker is there, and see who else is. Raises: DatabaseUnavailable."""
        async with self._db.acquire() as conn:
            here = await workers.say_here(conn, self._worker, ALIVE_FOR_S, takes_part=self._part is not None)
            if self._part is not None:
                await self._part(conn, 1 + sum(takes_part for _, takes_part in here))
        found = frozenset(worker for worker, _ in here)
        if found == self.others:
            return
        log.info("company.changed", others=len(found))
        self.others = found
        for listener in self._listeners:
            listener(found)

    def takes_part(self, part: Part | None) -> None:
        """Have this worker count among those that work in the background, with its `part`; None: no more."""
        self._part = part

    def on_change(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` with the others whenever one has come or gone."""
        self._listeners.append(listener)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SAY_EVERY_S)
            try:
                await self.look()
            except MatrixError:
                continue  # whoever was there a moment ago is taken to be there still
            except Exception:
                log.exception("company.not_seen")
