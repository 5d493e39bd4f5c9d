"""Rooms that are muted for a time are heard again when it is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from client_desktop.core.boundary import describe
from client_desktop.core.clock import Clock
from client_desktop.core.errors import ClientError
from client_desktop.core.rooms.summarize import MUTE_TYPE
from client_desktop.core.shapes import as_int
from client_desktop.core.store import Store
from client_desktop.core.store.mutes import select_in_rooms

log = logging.getLogger(__name__)

RETRY_S = 60.0
LONGEST_WAIT_S = 3600.0
"""The machine's clock may be changed, or sleep: look again at least this often."""


class Mutes:
    """Lifts mutes that are over. Every device of the account does; lifting one twice changes nothing."""

    def __init__(self, store: Store, clock: Clock, lift: Callable[[str], Awaitable[None]]) -> None:
        self._store = store
        self._clock = clock
        self._lift = lift
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    def look_again(self) -> None:
        """What is muted may have changed."""
        if self._task is None and self.times():
            self._task = asyncio.get_running_loop().create_task(self._run())
        self._changed.set()

    def times(self) -> dict[str, int]:
        """Give the rooms that are muted until a time, and the time."""
        contents = select_in_rooms(self._store.db, MUTE_TYPE)
        times = {room_id: as_int(content.get("until_ms")) for room_id, content in contents.items()}
        return {room_id: until for room_id, until in times.items() if until > 0}

    async def lift_due(self) -> float | None:
        """Lift what is over; give the seconds until there is something to do again, None for never."""
        now_ms = self._clock.now_ms()
        waits: list[float] = []
        for room_id, until_ms in self.times().items():
            if until_ms > now_ms:
                waits.append((until_ms - now_ms) / 1000)
            elif not await self._try_to_lift(room_id):
                waits.append(RETRY_S)
        return min((*waits, LONGEST_WAIT_S)) if waits else None

    async def close(self) -> None:
        """Stop, and wait for it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            wait_s = await self.lift_due()
            try:
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _try_to_lift(self, room_id: str) -> bool:
        try:
            await self._lift(room_id)
        except ClientError as error:
            log.info("push: a mute is not lifted: %s", describe(error))
            return False
        return True
