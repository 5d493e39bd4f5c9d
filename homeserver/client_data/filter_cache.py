"""Stored filters, parsed and remembered: a filter never changes, so nothing here is ever invalidated."""

from typing import Final

import orjson

from homeserver.caches import LruCache
from homeserver.errors import NotFound
from homeserver.rooms.filters import Filter, parse_filter
from homeserver.storage.db import Database
from homeserver.storage.filters import select_filter

MAX_REMEMBERED: Final = 5_000
MAX_ID_DIGITS: Final = 18


class FilterCache:
    """Filters by owner and number."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._filters: LruCache[tuple[int, int], Filter] = LruCache(MAX_REMEMBERED)

    async def get(self, user_nid: int, filter_id: str) -> Filter:
        """Return a filter that the user has stored.

        Raises: NotFound.
        """
        filter_nid = parse_filter_id(filter_id)
        known = self._filters.get((user_nid, filter_nid))
        if known is not None:
            return known
        found = parse_filter(orjson.loads(await self.load_json(user_nid, filter_nid)))
        self._filters.put((user_nid, filter_nid), found)
        return found

    async def load_json(self, user_nid: int, filter_nid: int) -> bytes:
        """Return a filter's definition. Raises NotFound."""
        async with self._db.acquire() as conn:
            json = await select_filter(conn, user_nid, filter_nid)
        if json is None:
            raise NotFound("There is no such filter")
        return json


def parse_filter_id(filter_id: str) -> int:
    """Return the number in a filter id. Raises NotFound for what was never a filter id of ours."""
    if not (filter_id.isascii() and filter_id.isdigit() and len(filter_id) <= MAX_ID_DIGITS):
        raise NotFound("There is no such filter")
    return int(filter_id)
