"""Work that follows every batch without holding up the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from client_desktop.core.boundary import describe
from client_desktop.core.errors import ClientError

log = logging.getLogger(__name__)


class Repeater:
    """Runs some work whenever asked: never twice at once, and once more after the last asking."""

    def __init__(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        self._work = work
        self._name = name
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def begin(self) -> None:
        """Have the work done from now on; returns at once."""
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=self._name)

    async def close(self) -> None:
        """End it, and wait for its end."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while self._again:
            self._again = False
            try:
                await self._work()
            except ClientError as error:
                log.info("sync: %s: %s", self._name, describe(error))
            except Exception as error:  # noqa: BLE001 the next batch gives it another chance
                log.error("sync: %s: %s", self._name, describe(error))
