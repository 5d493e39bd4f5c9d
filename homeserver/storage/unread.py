"""Unread counts: cumulative counts of the room, minus the count where the user last read.

No row is written per member and message: events carry how many of the room notify up to them, mentions have
rows of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.storage.db import Connection

SELECT_UNREAD = """
SELECT w.room_nid, read.position, coalesce(at_read.notify_count, 0) AS read_count,
coalesce(head.notify_count, 0) AS count,
    (SELECT count(*) FROM mentions h JOIN events e ON e.event_nid = h.event_nid
     WHERE h.user_nid IN (0, $1) AND h.room_nid = w.room_nid AND h.event_nid > read.position AND e.sender_nid
     <> $1
       AND e.redacted_by IS NULL) AS highlights
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
"""


@dataclass(slots=True)
class Unread:
    """Where a user has read up to in a room, the room's count there, and the mentions since."""

    position: int
    read_count: int
    count: int
    highlights: int

    @property
    def notifications(self) -> int:
        return max(0, self.count - self.read_count)


async def select_unread(
    conn: Connection, user_nid: int, room_nids: Sequence[int], upto: int
) -> dict[int, Unread]:
    """Return what a user has not read in each of these rooms."""
    rows = await conn.fetch(SELECT_UNREAD, user_nid, room_nids, upto)
    return {r["room_nid"]: Unread(r["position"], r["read_count"], r["count"], r["highlights"]) for r in rows}
