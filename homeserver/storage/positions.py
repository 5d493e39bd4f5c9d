"""Positions: the one order in which everything durable that a sync can show becomes visible.

Every writer takes the positions lock first and holds it to its commit, so commit order is position order and
a reader never skips a late commit. The position log has one row per such commit: what moved, in which rooms,
for whom.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from homeserver.storage.db import Connection, Database

LOCK_POSITIONS = "SELECT lock_positions()"
NEXT_POSITION = "SELECT nextval('positions')"
LOG_POSITIONS = "SELECT log_positions($1, $2, $3, $4)"
SELECT_LAST_POSITION = "SELECT coalesce(max(position), 0) FROM position_log"
SELECT_LOG = """
SELECT position, previous, kinds, rooms, users FROM position_log
WHERE position > $1 ORDER BY position LIMIT $2
"""
DELETE_LOG_BEFORE = """
DELETE FROM position_log WHERE written < now() - $1::bigint * interval '1 millisecond'
AND position < (SELECT max(position) FROM position_log)
"""

LOCK_TIMEOUT_MS = 5_000


class Stream:
    """What a row of the position log says has moved: bits, as plain integers, which every sync tests."""

    EVENTS: Final = 1
    RECEIPTS: Final = 2
    ACCOUNT_DATA: Final = 4
    TO_DEVICE: Final = 8
    DEVICE_LISTS: Final = 16
    SESSIONS: Final = 32
    PROFILES: Final = 64
    ROOM_META: Final = 128
    PUSH_RULES: Final = 256
    KEY_COUNTS: Final = 512
    PUSHERS: Final = 1024
    THREAD_SUBSCRIPTIONS: Final = 2048

    EACH: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit: its position, the commit before it, and whom it concerns."""

    position: int
    previous: int
    kinds: int
    rooms: tuple[int, ...]
    users: tuple[int, ...]


@dataclass(slots=True)
class Change:
    """A transaction that holds the positions lock, with the position of what it writes."""

    conn: Connection
    position: int
    kinds: int = 0
    rooms: set[int] = field(default_factory=set)
    users: set[int] = field(default_factory=set)

    def touch(self, kind: int, *, rooms: Iterable[int] = (), users: Iterable[int] = ()) -> None:
        """Say what moved, so that syncs of these rooms' members and these users look."""
        self.kinds |= kind
        self.rooms.update(rooms)
        self.users.update(users)


class Positions:
    """Opens transactions that move streams, and tells of each after its commit."""

    def __init__(self, db: Database, publish: Callable[[LogEntry], None]) -> None:
        self._db = db
        self._publish = publish

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Change]:
        """Open a transaction under the positions lock; await nothing in it but its own queries.

        Nothing is logged or published where the block touched nothing.
        """
        entry: LogEntry | None = None
        async with self._db.transaction(lock_timeout_ms=LOCK_TIMEOUT_MS) as conn:
            await conn.execute(LOCK_POSITIONS)
            change = Change(conn, await conn.fetchval(NEXT_POSITION))
            yield change
            if change.kinds:
                entry = await log_change(change)
        if entry is not None:
            self._publish(entry)


async def log_change(change: Change) -> LogEntry:
    """Append a change to the position log, inside its transaction."""
    rooms, users = sorted(change.rooms), sorted(change.users)
    previous = await change.conn.fetchval(LOG_POSITIONS, change.position, change.kinds, rooms, users)
    return LogEntry(change.position, previous, change.kinds, tuple(rooms), tuple(users))


async def select_last_position(conn: Connection) -> int:
    """Return the position of the newest commit, 0 in a new database."""
    last: int = await conn.fetchval(SELECT_LAST_POSITION)
    return last


async def select_log(conn: Connection, after: int, limit: int) -> Sequence[LogEntry]:
    """Return the commits after a position, oldest first."""
    return [
        LogEntry(r["position"], r["previous"], r["kinds"], tuple(r["rooms"]), tuple(r["users"]))
        for r in await conn.fetch(SELECT_LOG, after, limit)
    ]


async def delete_log_before(conn: Connection, age_ms: int) -> None:
    """Forget commits older than `age_ms`, but never the newest."""
    await conn.execute(DELETE_LOG_BEFORE, age_ms)
