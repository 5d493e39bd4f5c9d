"""Unread counts: cumulative counts of the room, minus the count where the user last read.

No row is written per member and message: events carry how many of the room notify up to them, mentions have
rows of their own. For users whose push rules say otherwise, unread events are read to be evaluated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row

SELECT_UNREAD = """
SELECT w.room_nid, read.position, coalesce(at_read.notify_count, 0) AS read_count,
    coalesce(head.notify_count, 0) AS count, mentioned.highlights, mentioned.uncounted
FROM unnest($2::bigint[]) AS w(room_nid)
CROSS JOIN LATERAL (
    SELECT greatest(
        (SELECT max(r.event_position) FROM receipts r
         WHERE r.room_nid = w.room_nid AND r.user_nid = $1 AND r.type IN ('m.read', 'm.read.private')
           AND r.thread IN ('', 'main')),
        (SELECT m.position FROM memberships m WHERE m.room_nid = w.room_nid AND m.user_nid = $1),
        (SELECT max(o.position) FROM events o
         WHERE o.room_nid = w.room_nid AND o.sender_nid = $1 AND o.position IS NOT NULL),
        0) AS position
) AS read
LEFT JOIN LATERAL (
    SELECT e.notify_count FROM events e WHERE e.room_nid = w.room_nid AND e.position <= read.position
    ORDER BY e.position DESC LIMIT 1
) AS at_read ON true
LEFT JOIN LATERAL (
    SELECT e.notify_count FROM events e WHERE e.room_nid = w.room_nid AND e.position <= $3
    ORDER BY e.position DESC LIMIT 1
) AS head ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS highlights, count(*) FILTER (WHERE m.notify_count = m.before) AS uncounted
    FROM (
        SELECT DISTINCT e.event_nid, e.notify_count, coalesce(
            (SELECT p.notify_count FROM events p WHERE p.room_nid = e.room_nid AND p.position < e.position
             ORDER BY p.position DESC LIMIT 1), 0) AS before
        FROM mentions h JOIN events e ON e.event_nid = h.event_nid
        WHERE h.user_nid IN (0, $1) AND h.room_nid = w.room_nid AND h.event_nid > read.position
          AND e.sender_nid <> $1 AND e.redacted_by IS NULL
    ) AS m
) AS mentioned
"""
SELECT_TO_EVALUATE = f"""
SELECT {EVENT_COLUMNS} FROM unnest($2::bigint[], $3::bigint[], $4::boolean[]) AS w(room_nid, since, any_type)
CROSS JOIN LATERAL (
    (SELECT n.event_nid FROM (
        SELECT c.event_nid, c.position, c.type, c.sender_nid FROM events c
        WHERE c.room_nid = w.room_nid AND c.position > w.since AND c.position <= $5
        ORDER BY c.position DESC LIMIT $8
     ) AS n WHERE (w.any_type OR n.type = ANY ($6::text[])) AND n.sender_nid <> ALL ($7::bigint[])
     ORDER BY n.position DESC LIMIT $9)
    UNION
    (SELECT h.event_nid FROM mentions h
     WHERE h.user_nid IN (0, $1) AND h.room_nid = w.room_nid AND h.event_nid > w.since AND h.event_nid <= $5
     ORDER BY h.event_nid DESC LIMIT $9)
) AS candidate
JOIN events e ON e.event_nid = candidate.event_nid
WHERE e.redacted_by IS NULL AND e.position <= $5 AND e.sender_nid <> ALL ($7::bigint[])
ORDER BY e.position DESC
"""
COUNT_JOINED = """
SELECT count(*) FROM (SELECT 1 FROM memberships WHERE room_nid = $1 AND membership = 'join' LIMIT $2) AS m
"""


@dataclass(slots=True)
class Unread:
    """Where a user has read up to in a room, the room's count there, and the mentions since.

    `uncounted` are those of the mentions that notify nobody else, so that the room's count is without them.
    """

    position: int
    read_count: int
    count: int
    highlights: int
    uncounted: int

    @property
    def notifications(self) -> int:
        return max(0, self.count - self.read_count) + self.uncounted


@dataclass(frozen=True, slots=True)
class Counts:
    """Unread counts as a user's own push rules have them."""

    notifications: int = 0
    highlights: int = 0


@dataclass(frozen=True, slots=True)
class ToEvaluate:
    """A room whose events after `since` are wanted: all, or those of some types and those with mentions."""

    room_nid: int
    since: int
    any_type: bool


async def select_unread(
    conn: Connection, user_nid: int, room_nids: Sequence[int], upto: int
) -> dict[int, Unread]:
    """Return what a user has not read in each of these rooms."""
    rows = await conn.fetch(SELECT_UNREAD, user_nid, room_nids, upto)
    return {
        r["room_nid"]: Unread(r["position"], r["read_count"], r["count"], r["highlights"], r["uncounted"])
        for r in rows
    }


async def select_to_evaluate(
    conn: Connection,
    user_nid: int,
    wanted: Sequence[ToEvaluate],
    types: Sequence[str],
    upto: int,
    *,
    without_senders: Sequence[int],
    scanned: int,
    limit: int,
) -> dict[int, list[StoredEvent]]:
    """Return the events of rooms that may notify a user, newest first.

    Of each room the newest `scanned` are looked at; of those, and of the mentions, at most `limit` are
    returned.
    """
    rows = await conn.fetch(
        SELECT_TO_EVALUATE, user_nid, [room.room_nid for room in wanted], [room.since for room in wanted],
        [room.any_type for room in wanted], upto, types, without_senders, scanned, limit,
    )  # fmt: skip
    rooms: dict[int, list[StoredEvent]] = {}
    for row in rows:
        rooms.setdefault(row["room_nid"], []).append(event_from_row(row))
    return rooms


async def count_joined(conn: Connection, room_nid: int, limit: int) -> int:
    """Return how many have joined a room, but no more than `limit`."""
    count: int = await conn.fetchval(COUNT_JOINED, room_nid, limit)
    return count
