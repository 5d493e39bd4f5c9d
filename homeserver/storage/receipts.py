"""Receipts: up to which event each user has read, per type and thread."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId, UserId
from homeserver.storage.db import Connection

READ = "m.read"
READ_PRIVATE = "m.read.private"
FULLY_READ = "m.fully_read"
UNTHREADED = ""
MAIN_THREAD = "main"

MAX_THREAD_HOPS = 3

# A backfilled event has no place in the stream: it is older than all that have. Among such the last counts.
UPSERT_RECEIPTS = """
INSERT INTO receipts AS r (room_nid, user_nid, type, thread, event_id, event_position, ts, position)
SELECT w.room, w.usr, w.type, w.thread, w.event, w.place, w.ts, $1
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
     AS w(room, usr, type, thread, event, place, ts)
ON CONFLICT (room_nid, user_nid, type, thread) DO UPDATE
SET event_id = excluded.event_id, event_position = excluded.event_position, ts = excluded.ts,
    position = excluded.position
WHERE excluded.event_position > r.event_position
   OR (excluded.event_position = 0 AND r.event_position = 0 AND excluded.event_id <> r.event_id)
RETURNING r.room_nid, r.user_nid, r.type, r.event_id
"""
SELECT_RECEIPTS = """
SELECT r.room_nid, u.user_id, r.type, r.thread, r.event_id, r.ts
FROM receipts r JOIN users u ON u.user_nid = r.user_nid
WHERE r.room_nid = ANY ($1::bigint[]) AND r.position > $2 AND r.position <= $3
AND (r.type = 'm.read' OR (r.type = 'm.read.private' AND r.user_nid = $4))
ORDER BY r.position
"""
SELECT_NEWEST_RECEIPTS = """
SELECT r.room_nid, u.user_id, r.type, r.thread, r.event_id, r.ts
FROM unnest($1::bigint[]) AS w(room_nid) CROSS JOIN LATERAL (
    (SELECT * FROM receipts n WHERE n.room_nid = w.room_nid AND n.position <= $2 AND n.type = 'm.read'
     ORDER BY n.position DESC LIMIT $4)
    UNION
    SELECT * FROM receipts o WHERE o.room_nid = w.room_nid AND o.user_nid = $3 AND o.position <= $2
    AND o.type IN ('m.read', 'm.read.private')
) AS r JOIN users u ON u.user_nid = r.user_nid
ORDER BY r.position
"""
SELECT_READ_POSITIONS = """
SELECT room_nid, thread, max(event_position) AS read FROM receipts
WHERE user_nid = $1 AND room_nid = ANY ($2::bigint[]) AND type IN ('m.read', 'm.read.private')
GROUP BY room_nid, thread
"""
SELECT_RELATED = """
WITH RECURSIVE up (event_id, rel_type, hops) AS (
    SELECT r.parent_id, r.rel_type, 1 FROM relations r WHERE r.event_nid = $1
    UNION ALL
    SELECT r.parent_id, r.rel_type, up.hops + 1 FROM up
    JOIN events e ON e.event_id = up.event_id AND e.room_nid = $2
    JOIN relations r ON r.event_nid = e.event_nid
    WHERE up.rel_type <> 'm.thread' AND up.hops < $3
)
SELECT event_id, rel_type FROM up ORDER BY hops
"""


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A receipt about to be written. `event_position` is 0 for an event that was backfilled."""

    room_nid: int
    user_nid: int
    type: str
    thread: str
    event_id: EventId
    event_position: int
    ts: int

    @property
    def key(self) -> tuple[int, int, str, str]:
        return self.room_nid, self.user_nid, self.type, self.thread


@dataclass(frozen=True, slots=True)
class Moved:
    """A receipt that the writing has moved forwards."""

    room_nid: int
    user_nid: int
    type: str
    event_id: EventId


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt as syncs show it; `ts` in milliseconds since the epoch."""

    user_id: UserId
    type: str
    thread: str
    event_id: EventId
    ts: int


@dataclass(frozen=True, slots=True)
class Relation:
    """An event that another one refers to, and how."""

    event_id: EventId
    rel_type: str


async def upsert_receipts(conn: Connection, position: int, new: Sequence[NewReceipt]) -> list[Moved]:
    """Write receipts, each key at most once, and return those that moved forwards."""
    columns = zip(
        *((r.room_nid, r.user_nid, r.type, r.thread, r.event_id, r.event_position, r.ts) for r in new),
        strict=True,
    )
    rows = await conn.fetch(UPSERT_RECEIPTS, position, *map(list, columns))
    return [Moved(r["room_nid"], r["user_nid"], r["type"], EventId(r["event_id"])) for r in rows]


async def select_receipts(
    conn: Connection, room_nids: Sequence[int], since: int, upto: int, viewer_nid: int
) -> dict[int, list[StoredReceipt]]:
    """Return the receipts of a span of positions by room, oldest first; of private ones the viewer's own."""
    rooms: dict[int, list[StoredReceipt]] = {}
    for room_nid, *receipt in await conn.fetch(SELECT_RECEIPTS, room_nids, since, upto, viewer_nid):
        rooms.setdefault(room_nid, []).append(StoredReceipt(*receipt))
    return rooms


async def select_newest_receipts(
    conn: Connection, room_nids: Sequence[int], upto: int, viewer_nid: int, limit: int
) -> dict[int, list[StoredReceipt]]:
    """Return the newest `limit` public receipts of each room, and all of the viewer's own."""
    rooms: dict[int, list[StoredReceipt]] = {}
    for room_nid, *receipt in await conn.fetch(SELECT_NEWEST_RECEIPTS, room_nids, upto, viewer_nid, limit):
        rooms.setdefault(room_nid, []).append(StoredReceipt(*receipt))
    return rooms


async def select_read_positions(
    conn: Connection, user_nid: int, room_nids: Sequence[int]
) -> dict[int, dict[str, int]]:
    """Return up to which position a user has read, by room and thread, publicly or privately."""
    rooms: dict[int, dict[str, int]] = {}
    for row in await conn.fetch(SELECT_READ_POSITIONS, user_nid, room_nids):
        rooms.setdefault(row["room_nid"], {})[row["thread"]] = row["read"]
    return rooms


async def select_related(conn: Connection, room_nid: int, event_nid: int) -> list[Relation]:
    """Return what an event refers to, then what that refers to, up to a thread's root or MAX_THREAD_HOPS."""
    rows = await conn.fetch(SELECT_RELATED, event_nid, room_nid, MAX_THREAD_HOPS + 1)
    return [Relation(EventId(r["event_id"]), r["rel_type"]) for r in rows]
