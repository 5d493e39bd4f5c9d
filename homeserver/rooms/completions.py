"""From which position on rooms joined with partial state are complete, remembered."""

import asyncio
from collections.abc import Mapping

from homeserver.errors import Unavailable
from homeserver.storage.db import Database
from homeserver.storage.partial_joins import select_completions
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch


class Completions:
    """Answers from memory; the tailer says which rooms to look up again. Most rooms never come up here."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._completed: dict[int, int | None] | None = None
        self._stale: set[int] = set()
        self._changed = asyncio.Event()

    async def load(self) -> Mapping[int, int | None]:
        """Return the rooms that were ever joined with partial state, and since when they are complete."""
        if self._completed is None:
            async with self._db.acquire() as conn:
                self._completed = await select_completions(conn, None)
        elif self._stale:
            stale = set(self._stale)
            async with self._db.acquire() as conn:
                found = await select_completions(conn, sorted(stale))
            self._completed.update(found)
            self._stale -= stale
        return self._completed

    async def wait_for(self, room_nid: int, timeout_s: float) -> int | None:
        """Return since when a room is complete, once it is; None for one that always was.

        Raises: Unavailable where that takes longer.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    changed = self._changed
                    completed = await self.load()
                    if room_nid not in completed:
                        return None
                    since = completed[room_nid]
                    if since is not None:
                        return since
                    await changed.wait()
        except TimeoutError:
            raise Unavailable("The members of this room are not all known yet; try again") from None

    def apply(self, batch: Batch) -> None:
        if batch.entry.kinds & Stream.ROOM_META and self._completed is not None:
            self._stale.update(batch.entry.rooms)
            self._wake()

    def clear(self) -> None:
        self._completed = None
        self._stale.clear()
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
