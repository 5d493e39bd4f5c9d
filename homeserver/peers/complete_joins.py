"""Completes rooms that were joined before their members were known, in the background and across restarts."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

import structlog

from federation.context import FederationContext
from federation.handshakes.fetch_join_state import JoinOf, StateNotHad, fetch_join_state
from federation.ports.rooms import TryLater
from homeserver.errors import MatrixError
from homeserver.fanout.shares import COUNT, Shift
from homeserver.rooms.complete_partial_state import complete_partial_state
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.join_progress import JoinProgress
from homeserver.rooms.receive_after_gap import StateEventsMissing
from homeserver.rooms.resolve_state import ResolutionImpossible
from homeserver.storage.db import level_of
from homeserver.storage.events import select_events_by_nid
from homeserver.storage.partial_joins import PartialRoom, select_partial_rooms
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)

AT_ONCE: Final = 2
MAX_SERVERS: Final = 10
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 600.0
LOG_EVERY_S: Final = 10.0
LOOK_EVERY_S: Final = 15.0
"""For rooms of which nobody told."""

FAILURES: Final = (StateNotHad, TryLater, StateEventsMissing, ResolutionImpossible, MatrixError)


class JoinCompleter:
    """Owns a task for each room that is not complete."""

    def __init__(
        self,
        ctx: FederationContext,
        rooms: RoomsContext,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._ctx = ctx
        self._rooms = rooms
        self._pause = pause
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._under_way = rooms.gateway.joins
        self._shares = rooms.shares
        self._asked = rooms.shares.call("joins to complete")
        self._watcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Go on with what the last process left of this one's shares."""
        await self._look()
        self._shares.on_shift(self._shift)
        self._shares.before_release(self._let_go)
        self._watcher = asyncio.create_task(self._watch(), name="joins to complete")

    async def stop(self) -> None:
        """Give up for now: what was fetched stays."""
        tasks = [*self._tasks.values(), *([self._watcher] if self._watcher else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def complete(self, room: Room) -> None:
        """Have a room completed that was just joined, by whichever worker has its share."""
        if self._shares.holds(room.nid):
            await self._look(room.nid)
        else:
            self._asked.ask()

    async def _watch(self) -> None:
        """Begin with rooms that others have joined, or whose shares were taken, for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._asked.wait()
            self._asked.clear()
            try:
                await self._look()
            except MatrixError as error:
                log.log(level_of(error), "join.waiting_for_database", error=str(error))
            except Exception:
                log.exception("join.look_failed")

    def _shift(self, shift: Shift) -> None:
        self._break_off(shift.lost)

    def _break_off(self, shares: frozenset[int]) -> list[asyncio.Task[None]]:
        tasks = [task for room_nid, task in self._tasks.items() if room_nid % COUNT in shares]
        for task in tasks:
            task.cancel()
        return tasks

    async def _let_go(self, shares: frozenset[int]) -> None:
        await asyncio.gather(*self._break_off(shares), return_exceptions=True)

    async def _look(self, room_nid: int | None = None) -> None:
        async with self._rooms.db.acquire() as conn:
            found = await select_partial_rooms(conn, room_nid)
        for partial_room in found:
            if partial_room.room_nid not in self._tasks and self._shares.holds(partial_room.room_nid):
                task = asyncio.create_task(self._run(partial_room), name=f"complete {partial_room.room_nid}")
                self._tasks[partial_room.room_nid] = task
                task.add_done_callback(partial(self._forget, partial_room.room_nid))

    def _forget(self, room_nid: int, task: asyncio.Task[None]) -> None:
        self._tasks.pop(room_nid, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("join.completion_broke", room_nid=room_nid, exc_info=task.exception())

    async def _run(self, partial_room: PartialRoom) -> None:
        """Try until the room is complete."""
        room = (await self._rooms.names.rooms([partial_room.room_nid]))[partial_room.room_nid]
        progress = self._under_way.progress.setdefault(room.room_id, JoinProgress())
        started = time.monotonic()
        try:
            while not await self._try(room, partial_room, progress):
                progress.failures += 1
                pause_s = min(FIRST_PAUSE_S * 2 ** min(progress.failures - 1, 20), LONGEST_PAUSE_S)
                await self._pause(pause_s)
        finally:
            self._under_way.progress.pop(room.room_id, None)
        self._under_way.completed += 1
        seconds = round(time.monotonic() - started, 1)
        log.info("join.completed", room_id=room.room_id, events=progress.total, seconds=seconds)

    async def _try(self, room: Room, partial_room: PartialRoom, progress: JoinProgress) -> bool:
        async with self._turns:
            try:
                state = await fetch_join_state(
                    self._ctx, await self._join_of(room, partial_room), _reporter(room, progress)
                )
                await complete_partial_state(self._rooms, room, state)
            except FAILURES as failure:
                log.warning("join.not_complete_yet", room_id=room.room_id, reason=str(failure)[:500])
                return False
        return True

    async def _join_of(self, room: Room, partial_room: PartialRoom) -> JoinOf:
        async with self._rooms.db.acquire() as conn:
            join = (await select_events_by_nid(conn, [partial_room.join_nid]))[partial_room.join_nid]
        servers = dict.fromkeys([partial_room.joined_via, *partial_room.servers])
        servers.pop(self._rooms.server_name, None)
        return JoinOf(room.room_id, room.version, join.event_id, list(servers)[:MAX_SERVERS])


def _reporter(room: Room, progress: JoinProgress) -> Callable[[int, int], None]:
    """Return what keeps the progress of a room, and logs it now and then."""
    logged_at = time.monotonic()

    def report(events: int, total: int) -> None:
        nonlocal logged_at
        progress.events, progress.total = events, total
        if time.monotonic() - logged_at > LOG_EVERY_S:
            logged_at = time.monotonic()
            log.info("join.completing", room_id=room.room_id, events=events, total=total)

    return report
