"""When and from where each device was last heard of: gathered in memory, written in batches."""

import asyncio
from contextlib import suppress
from typing import Final

import structlog

from homeserver.clock import Clock
from homeserver.storage.db import Database, DatabaseUnavailable
from homeserver.storage.devices import Seen, update_last_seen

log = structlog.get_logger(__name__)

NOTE_EVERY_S: Final = 60.0
WRITE_EVERY_S: Final = 30.0
MAX_WAITING: Final = 10_000
MAX_AGENT_LENGTH: Final = 256


class LastSeen:
    """The news since the last write, newest per device; what is above `MAX_WAITING` devices is dropped."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._waiting: dict[int, Seen] = {}
        self._task: asyncio.Task[None] | None = None

    def note(self, device_nid: int, address: str, agent: str | None) -> None:
        """Remember that a device was heard of just now."""
        if len(self._waiting) < MAX_WAITING or device_nid in self._waiting:
            short = None if agent is None else agent[:MAX_AGENT_LENGTH]
            self._waiting[device_nid] = Seen(device_nid, self._clock.now_ms(), address, short)

    def waiting(self, device_nid: int) -> Seen | None:
        """Return what was heard of a device and is not written yet."""
        return self._waiting.get(device_nid)

    async def write(self) -> None:
        """Write what has gathered; where the database is away, it waits for the next time."""
        batch = list(self._waiting.values())
        if not batch:
            return
        try:
            async with self._db.acquire() as conn:
                await update_last_seen(conn, batch)
        except DatabaseUnavailable:
            log.warning("last_seen_not_written", devices=len(batch))
            return
        for seen in batch:
            if self._waiting.get(seen.device_nid) is seen:
                del self._waiting[seen.device_nid]

    def start(self) -> None:
        """Begin to write every `WRITE_EVERY_S` seconds."""
        self._task = asyncio.create_task(self._run(), name="last-seen")

    async def stop(self) -> None:
        """Stop, and write what is left."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await self.write()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            await self.write()
