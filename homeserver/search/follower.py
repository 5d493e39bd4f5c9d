"""A task that follows what is committed from a cursor in the database on, one worker at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias

import structlog

from homeserver.errors import MatrixError
from homeserver.fanout.shares import Shares
from homeserver.storage import search_cursors
from homeserver.storage.db import Database, level_of
from homeserver.tailer import Batch, Tailer

log = structlog.get_logger(__name__)

READ_AGAIN_EVERY_S: Final = 60.0
"""The cursor, which another worker may have moved."""
LOOK_EVERY_S: Final = 20.0
PAUSE_S: Final = 0.2
"""Between two rounds: what is said meanwhile is indexed at once, which costs less."""

FAILED_PAUSE_S: Final = 5.0

Advance: TypeAlias = Callable[[int], Awaitable["Progress"]]
"""Does what there is to do after a cursor, or a part of it that does not take long."""

Concerns: TypeAlias = Callable[[Batch], bool]
"""Tells whether a commit may bring something to do."""


class Progress(NamedTuple):
    """Up to where everything is done, and whether there is more to be done at once."""

    cursor: int
    more: bool = False


class Follower:
    """Calls `advance` after commits that concern it, and from time to time."""

    def __init__(self, name: str, db: Database, shares: Shares, concerns: Concerns, advance: Advance) -> None:
        self._name = name
        self._db = db
        self._concerns = concerns
        self._advance = advance
        self._shares = shares
        self._cursor: int | None = None
        self._read_again_at = 0.0
        self._look = shares.call(f"search {name}")
        self._hurry = asyncio.Event()
        self._asked = self._answered = 0
        self._round_done = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    def start(self, tailer: Tailer) -> None:
        """Begin where the cursor stands."""
        tailer.subscribe(self._apply, reset=self._look.set)
        self._look.set()
        self._task = asyncio.create_task(self._run(), name=f"search-{self._name}")

    async def stop(self) -> None:
        """Stop, and let another worker go on."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def until_done(self) -> None:
        """Return once everything that was committed before this call has been dealt with."""
        self._asked += 1
        asked = self._asked
        self._look.set()
        self._hurry.set()
        async with self._round_done:
            await self._round_done.wait_for(lambda: self._answered >= asked)

    def _apply(self, batch: Batch) -> None:
        if self._concerns(batch):
            self._look.set()

    async def _run(self) -> None:
        while True:
            await _wait(self._look, LOOK_EVERY_S)
            self._look.clear()
            self._hurry.clear()
            await _wait(self._hurry, await self._round())

    async def _round(self) -> float:
        """Do what there is to do; return how long to rest."""
        asked = self._asked
        try:
            more = await self._follow()
        except MatrixError as error:
            log.log(level_of(error), "search.waiting_for_database", follower=self._name, error=str(error))
            return FAILED_PAUSE_S
        except Exception:
            log.exception("search.follower_failed", follower=self._name)
            return FAILED_PAUSE_S
        if not more:
            async with self._round_done:
                self._answered = asked
                self._round_done.notify_all()
        return PAUSE_S

    async def _follow(self) -> bool:
        """Do what there is to do, unless another worker does it; return whether there is more.

        Where a share was given up while its worker was busy, two do the same, which harms nobody.
        """
        if not self._shares.holds_name(f"search {self._name}"):
            self._cursor = None
            return False
        now = asyncio.get_running_loop().time()
        if self._cursor is None or now >= self._read_again_at:
            async with self._db.acquire() as conn:
                self._cursor = await search_cursors.select_cursor(conn, self._name)
            self._read_again_at = now + READ_AGAIN_EVERY_S
        reached, more = await self._advance(self._cursor)
        if reached != self._cursor:
            async with self._db.acquire() as conn:
                await search_cursors.move(conn, self._name, reached)
            self._cursor = reached
        if more:
            self._look.set()
        return more


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
