"""How many one-time keys each device has left, remembered: every sync says it."""

from collections.abc import Mapping
from typing import Final

from homeserver.caches import LoadingCache
from homeserver.storage import one_time_keys
from homeserver.storage.db import Database
from homeserver.storage.one_time_keys import KeyCounts
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

MAX_USERS: Final = 50_000
USUAL_ALGORITHM: Final = "signed_curve25519"
NO_KEYS: Final = KeyCounts()


class RememberedKeyCounts:
    """The counts of users' devices; the tailer says when they changed."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._counts: LoadingCache[int, Mapping[int, KeyCounts]] = LoadingCache(MAX_USERS, self._load)

    async def of_device(self, user_nid: int, device_nid: int | None) -> KeyCounts:
        """Return what a device has left."""
        if device_nid is None:
            return NO_KEYS
        return (await self._counts.get(user_nid)).get(device_nid, NO_KEYS)

    def apply(self, batch: Batch) -> None:
        if batch.entry.kinds & Stream.KEY_COUNTS:
            for user_nid in batch.entry.users:
                self._counts.invalidate(user_nid)

    def clear(self) -> None:
        self._counts.clear()

    async def _load(self, user_nid: int) -> Mapping[int, KeyCounts]:
        async with self._db.acquire() as conn:
            return await one_time_keys.count_keys(conn, user_nid)


def render_counts(counts: KeyCounts) -> dict[str, int]:
    """Return the counts by algorithm. The usual one is there even at 0, where clients must upload new keys.

    COMPAT: clients take an algorithm that is left out for "nothing new", not for "none left".
    """
    return {USUAL_ALGORITHM: 0, **counts.one_time_keys}
