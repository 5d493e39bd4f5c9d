"""Whom a user ignores, remembered and kept current by the tailer.

Spec: https://spec.matrix.org/v1.19/client-server-api/#ignoring-users
"""

from collections.abc import Iterable

import orjson

from federation.protocol.ids import InvalidIdentifier, UserId, parse_user_id
from homeserver.caches import LoadingCache
from homeserver.storage import users
from homeserver.storage.account_data import GLOBAL, select_content
from homeserver.storage.db import Connection, Database
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

MAX_USERS = 20_000
MAX_IGNORED = 5_000
"""How many entries of one list count."""


class IgnoredUsers:
    """Answers "whom does this user ignore" from memory, as numbers of users."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._ignored: LoadingCache[int, frozenset[int]] = LoadingCache(MAX_USERS, self._load)

    def peek(self, user_nid: int) -> frozenset[int] | None:
        """Return whom a user ignores, where that is in memory."""
        return self._ignored.peek(user_nid)

    async def of_user(self, user_nid: int) -> frozenset[int]:
        return await self._ignored.get(user_nid)

    async def read(self, conn: Connection, user_nid: int) -> frozenset[int]:
        """Return whom a user ignores, from memory or through this connection."""
        ignored = self.peek(user_nid)
        return await read_ignored(conn, user_nid) if ignored is None else ignored

    def apply(self, batch: Batch) -> None:
        if batch.entry.kinds & Stream.ACCOUNT_DATA:
            for user_nid in batch.entry.users:
                self._ignored.invalidate(user_nid)

    def clear(self) -> None:
        self._ignored.clear()

    async def _load(self, user_nid: int) -> frozenset[int]:
        async with self._db.acquire() as conn:
            return await read_ignored(conn, user_nid)


async def read_ignored(conn: Connection, user_nid: int) -> frozenset[int]:
    """Read whom a user ignores. Nobody ignores themselves."""
    content = await select_content(conn, user_nid, GLOBAL, "m.ignored_user_list")
    listed = orjson.loads(content).get("ignored_users") if content is not None else None
    if not isinstance(listed, dict) or not listed:
        return frozenset()
    # Interned even where unknown so far: what is remembered must hold for users who turn up later.
    return frozenset((await users.intern_users(conn, _valid(listed))).values()) - {user_nid}


def _valid(listed: Iterable[str]) -> list[UserId]:
    valid: list[UserId] = []
    for text in listed:
        try:
            valid.append(parse_user_id(text))
        except InvalidIdentifier:
            continue
        if len(valid) == MAX_IGNORED:
            break
    return valid
