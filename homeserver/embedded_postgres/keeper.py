"""Keeps PostgreSQL running: it ends by itself where its disk is full or its memory is taken away."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from homeserver.embedded_postgres.errors import EmbeddedPostgresError
from homeserver.embedded_postgres.postmaster import Postmaster, read_reason

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 0.5
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
START_ERRORS: Final = (EmbeddedPostgresError, OSError, TimeoutError)
REMEDY: Final = "it is started again by itself; if its disk is full, make room"


class Keeper:
    """Starts another postmaster whenever the one at work has ended. `postmaster` is the newest.

    `start` starts one, and `until_ready` returns once it accepts connections.
    """

    def __init__(
        self,
        postmaster: Postmaster,
        start: Callable[[], Awaitable[Postmaster]],
        until_ready: Callable[[Postmaster], Awaitable[object]],
    ) -> None:
        self.postmaster = postmaster
        self._start = start
        self._until_ready = until_ready
        self._task = asyncio.create_task(self._keep(), name="keeper of PostgreSQL")

    async def stop(self) -> None:
        """Leave the postmaster to itself; one that is just being started is `postmaster` then."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _keep(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            while await asyncio.to_thread(self.postmaster.is_running):
                await asyncio.sleep(LOOK_EVERY_S)
            reason = await asyncio.to_thread(read_reason, self.postmaster.cluster)
            log.error("postgresql.ended", reason=reason, remedy=REMEDY)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            try:
                await self._start_again()
            except START_ERRORS as error:
                log.error("postgresql.not_started", reason=str(error))
            else:
                log.info("postgresql.started_again", pid=self.postmaster.pid)
                pause_s = FIRST_PAUSE_S

    async def _start_again(self) -> None:
        starting = asyncio.ensure_future(self._start())
        try:
            self.postmaster = await asyncio.shield(starting)
        except asyncio.CancelledError:
            with suppress(*START_ERRORS):  # the end is not put off by a start that fails
                self.postmaster = await starting  # whoever stops us has to stop it, too
            raise
        await self._until_ready(self.postmaster)
