"""The shares of one of several workers: taken, kept and given up so that all have about as many.

Every two seconds, with the word that the worker is there, its shares are kept for six more. Whoever has more
than a fair part gives some up, once what it does for them has ended; whoever has fewer takes what is free.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from math import ceil
from typing import Final

import structlog

from homeserver.errors import MatrixError
from homeserver.fanout.company import Company
from homeserver.fanout.shares import COUNT, Shares, Shift
from homeserver.storage import shares as rows
from homeserver.storage.db import Connection, Database

log = structlog.get_logger(__name__)

HELD_FOR_S: Final = 6.0
END_WITHIN_S: Final = 5.0
"""How long what is being done for shares may take to end before they are left to others all the same."""
ASK_AFTER_S: Final = 0.02
"""So that work which is asked for all the time costs a few messages."""


class LeasedShares(Shares):
    """Takes part in the looks of the company. `worker` is a name that no other worker has or had."""

    def __init__(
        self, db: Database, company: Company, worker: str, tell: Callable[[list[str]], None]
    ) -> None:
        super().__init__()
        self._db = db
        self._company = company
        self._worker = worker
        self._tell = tell
        self._held: frozenset[int] = frozenset()
        self._leaving: frozenset[int] = frozenset()
        self._held_until = 0.0
        self._expiry: asyncio.TimerHandle | None = None
        self._giving_up: asyncio.Task[None] | None = None
        self._asked: set[str] = set()
        self._is_running = False

    @property
    def held(self) -> frozenset[int]:
        return self._held if asyncio.get_running_loop().time() < self._held_until else frozenset()

    async def fenced(self, conn: Connection, shares: Collection[int]) -> frozenset[int]:
        return await rows.select_own(conn, self._worker, shares)

    async def start(self) -> None:
        self._is_running = True
        self._company.takes_part(self._look)
        with suppress(MatrixError):  # the next look finds the database again
            await self._company.look()

    async def stop(self) -> None:
        if not self._is_running:
            return
        self._is_running = False
        self._company.takes_part(None)
        if self._giving_up is not None:
            await asyncio.gather(self._giving_up, return_exceptions=True)
        if self._held:
            await self._give_up(self._held)
        if self._expiry is not None:
            self._expiry.cancel()
        with suppress(MatrixError):
            await self._company.look()  # so that the others divide what there is among themselves

    def heard(self, kinds: list[str]) -> None:
        """Do what another worker asks for."""
        for kind in kinds:
            for call in self._calls.get(kind, ()):
                call.set()

    async def _look(self, conn: Connection, workers: int) -> None:
        """Keep what is held, and move towards a fair part of the whole among so many workers."""
        loop = asyncio.get_running_loop()
        asked_at = loop.time()
        leaving = self._leaving
        mine = await rows.renew(conn, self._worker, HELD_FOR_S) - leaving
        fair = ceil(COUNT / workers)
        taken: dict[int, bool] = {}
        if len(mine) < fair and self._is_running and not leaving:
            taken = await rows.take(conn, self._worker, HELD_FOR_S, fair - len(mine))
        self._held_until = asked_at + HELD_FOR_S
        if self._expiry is not None:
            self._expiry.cancel()
        self._expiry = loop.call_at(self._held_until, self._expire)
        held = mine.union(taken) - self._leaving
        self._hold(held, frozenset(share for share, was_abandoned in taken.items() if was_abandoned))
        if len(self._held) > fair and (self._giving_up is None or self._giving_up.done()):
            surplus = frozenset(sorted(self._held)[fair:])
            self._giving_up = asyncio.create_task(self._give_up(surplus), name="give up shares")

    def _hold(self, held: frozenset[int], abandoned: frozenset[int]) -> None:
        before, self._held = self._held, held
        if before != held:
            log.info("shares.changed", held=len(held))
            self._shift(Shift(held - before, abandoned, before - held))

    def _expire(self) -> None:
        """Stop: the database could not be asked for so long that others may have begun."""
        self._hold(frozenset(), frozenset())

    async def _give_up(self, shares: frozenset[int]) -> None:
        self._leaving = shares
        self._held -= shares
        try:
            for hook in self._before_release:
                try:
                    async with asyncio.timeout(END_WITHIN_S):
                        await hook(shares)
                except Exception:
                    log.exception("shares.work_not_ended")
            async with self._db.acquire() as conn:
                await rows.release(conn, self._worker, shares)
        except MatrixError:
            log.warning("shares.not_released")  # they run out by themselves
        finally:
            self._leaving = frozenset()

    def _ask(self, kind: str) -> None:
        if not self._asked:
            asyncio.get_running_loop().call_later(ASK_AFTER_S, self._send_asked)
        self._asked.add(kind)

    def _send_asked(self) -> None:
        kinds, self._asked = sorted(self._asked), set()
        self._tell(kinds)
