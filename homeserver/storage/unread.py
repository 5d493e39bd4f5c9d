"""Unread counts: cumulative counts, minus the counts where the user last read; per thread of a room.

No row is written per member and message: events carry how many of the room notify up to them, those in
threads also how many of these do, and mentions have rows of their own. For users whose push rules say
otherwise, unread events are read to be evaluated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row
from homeserver.storage.receipts import MAIN_THREAD
from homeserver.storage.text import from_text, to_text

MAX_THREAD_EVENTS = 1_000
"""How many of a room's newest unread events in threads are looked at; older ones stay uncounted."""

# An own event reads its own thread up to it: in the main timeline only what is there.
SELECT_UNREAD = """
SELECT w.room_nid, base.position AS base, read.position, coalesce(head.notify_count, 0) AS count,
    coalesce(head.notify_count, 0) - coalesce(at_read.notify_count, 0)
    - coalesce(newest.notify_count, 0) + coalesce(threads_at_read.notify_count, 0) AS notifying,
    coalesce(newest.position, 0) > base.position AS has_threads, mentioned.highlights, mentioned.uncounted
FROM unnest($2::bigint[]) AS w(room_nid)
CROSS JOIN LATERAL (
    SELECT greatest(
        (SELECT max(r.event_position) FROM receipts r
         WHERE r.room_nid = w.room_nid AND r.user_nid = $1 AND r.type IN ('m.read', 'm.read.private')
           AND r.thread = ''),
        (SELECT m.position FROM memberships m WHERE m.room_nid = w.room_nid AND m.user_nid = $1),
        0) AS position
) AS base
CROSS JOIN LATERAL (
    SELECT greatest(
        base.position,
        (SELECT max(r.event_position) FROM receipts r
         WHERE r.room_nid = w.room_nid AND r.user_nid = $1 AND r.type IN ('m.read', 'm.read.private')
           AND r.thread = 'main'),
        (SELECT o.position FROM (
            SELECT e.event_nid, e.position FROM events e
            WHERE e.room_nid = w.room_nid AND e.sender_nid = $1 AND e.position > base.position
            ORDER BY e.position DESC LIMIT $4
         ) AS o WHERE NOT EXISTS (SELECT 1 FROM thread_events t WHERE t.event_nid = o.event_nid)
         ORDER BY o.position DESC LIMIT 1)) AS position
) AS read
LEFT JOIN LATERAL (
    SELECT e.notify_count FROM events e WHERE e.room_nid = w.room_nid AND e.position <= read.position
    ORDER BY e.position DESC LIMIT 1
) AS at_read ON true
LEFT JOIN LATERAL (
    SELECT e.notify_count FROM events e WHERE e.room_nid = w.room_nid AND e.position <= $3
    ORDER BY e.position DESC LIMIT 1
) AS head ON true
LEFT JOIN LATERAL (
    SELECT t.position, t.notify_count FROM thread_events t WHERE t.room_nid = w.room_nid AND t.position <= $3
    ORDER BY t.position DESC LIMIT 1
) AS newest ON true
LEFT JOIN LATERAL (
    SELECT t.notify_count FROM thread_events t WHERE t.room_nid = w.room_nid AND t.position <= read.position
    ORDER BY t.position DESC LIMIT 1
) AS threads_at_read ON newest.position IS NOT NULL
CROSS JOIN LATERAL (
    SELECT count(*) AS highlights, count(*) FILTER (WHERE m.notify_count = m.before) AS uncounted
    FROM (
        SELECT DISTINCT e.event_nid, e.notify_count, coalesce(
            (SELECT p.notify_count FROM events p WHERE p.room_nid = e.room_nid AND p.position < e.position
             ORDER BY p.position DESC LIMIT 1), 0) AS before
        FROM mentions h JOIN events e ON e.event_nid = h.event_nid
        WHERE h.user_nid IN (0, $1) AND h.room_nid = w.room_nid AND h.event_nid > read.position
          AND e.position <= $3 AND e.sender_nid <> $1 AND e.redacted_by IS NULL
          AND NOT EXISTS (SELECT 1 FROM thread_events t WHERE t.event_nid = h.event_nid)
    ) AS m
) AS mentioned
"""
SELECT_UNREAD_THREADS = """
WITH recent AS (
    SELECT w.room_nid, w.base, n.*,
        EXISTS (SELECT 1 FROM mentions h JOIN events e ON e.event_nid = h.event_nid
                WHERE h.user_nid IN (0, $1) AND h.room_nid = w.room_nid AND h.event_nid = n.event_nid
                  AND e.redacted_by IS NULL) AS mentions
    FROM unnest($2::bigint[], $3::bigint[]) AS w(room_nid, base)
    CROSS JOIN LATERAL (
        SELECT t.position, t.event_nid, t.root_id, t.sender_nid, t.notifies FROM thread_events t
        WHERE t.room_nid = w.room_nid AND t.position > w.base AND t.position <= $4
        ORDER BY t.position DESC LIMIT $5
    ) AS n
), threads AS (
    SELECT r.room_nid, r.root_id, greatest(
        r.base, max(r.position) FILTER (WHERE r.sender_nid = $1),
        (SELECT max(c.event_position) FROM receipts c
         WHERE c.room_nid = r.room_nid AND c.user_nid = $1 AND c.type IN ('m.read', 'm.read.private')
           AND c.thread = r.root_id)) AS position
    FROM recent r GROUP BY r.room_nid, r.base, r.root_id
)
SELECT t.room_nid, t.root_id, t.position, count(*) FILTER (WHERE r.notifies) AS notifying,
    count(*) FILTER (WHERE r.mentions) AS highlights,
    count(*) FILTER (WHERE r.mentions AND NOT r.notifies) AS uncounted
FROM threads t
JOIN recent r ON r.room_nid = t.room_nid AND r.root_id = t.root_id AND r.position > t.position
GROUP BY t.room_nid, t.root_id, t.position
"""
SELECT_TO_EVALUATE = f"""
SELECT {EVENT_COLUMNS} FROM (
    SELECT c.event_nid FROM unnest($2::bigint[], $3::bigint[], $4::boolean[]) AS w(room_nid, since, any_type)
    CROSS JOIN LATERAL (
        (SELECT n.event_nid FROM (
            SELECT c.event_nid, c.position, c.type, c.sender_nid FROM events c
            WHERE c.room_nid = w.room_nid AND c.position > w.since AND c.position <= $5
            ORDER BY c.position DESC LIMIT $8
         ) AS n WHERE (w.any_type OR n.type = ANY ($6::text[])) AND n.sender_nid <> ALL ($7::bigint[])
         ORDER BY n.position DESC LIMIT $9)
        UNION
        (SELECT h.event_nid FROM mentions h
         WHERE h.user_nid IN (0, $1) AND h.room_nid = w.room_nid
           AND h.event_nid > w.since AND h.event_nid <= $5
         ORDER BY h.event_nid DESC LIMIT $9)
    ) AS c
    UNION
    SELECT t.event_nid
    FROM unnest($10::bigint[], $11::text[], $12::bigint[], $13::boolean[])
        AS w(room_nid, root_id, since, any_type)
    CROSS JOIN LATERAL (
        SELECT n.event_nid FROM thread_events n JOIN events c ON c.event_nid = n.event_nid
        WHERE n.room_nid = w.room_nid AND n.root_id = w.root_id AND n.position > w.since AND n.position <= $5
          AND (w.any_type OR c.type = ANY ($6::text[]) OR EXISTS (
              SELECT 1 FROM mentions h
              WHERE h.user_nid IN (0, $1) AND h.room_nid = w.room_nid AND h.event_nid = n.event_nid))
        ORDER BY n.position DESC LIMIT $9
    ) AS t
) AS candidate
JOIN events e ON e.event_nid = candidate.event_nid
WHERE e.redacted_by IS NULL AND e.position <= $5 AND e.sender_nid <> ALL ($7::bigint[])
ORDER BY e.position DESC
"""
SELECT_ROOTS = "SELECT event_nid, root_id FROM thread_events WHERE event_nid = ANY ($1::bigint[])"
COUNT_JOINED = """
SELECT count(*) FROM (SELECT 1 FROM memberships WHERE room_nid = $1 AND membership = 'join' LIMIT $2) AS m
"""


@dataclass(slots=True)
class Reading:
    """Up to where a user has read a thread, what of it notifies everybody since, and the mentions since.

    `uncounted` are those of the mentions that notify nobody else, so that `notifying` is without them.
    """

    position: int
    notifying: int = 0
    highlights: int = 0
    uncounted: int = 0

    @property
    def counts(self) -> "Counts":
        return Counts(self.notifying + self.uncounted, self.highlights)


@dataclass(slots=True)
class Unread:
    """What a user has not read in a room as of the position `upto`, when `count` is its cumulative count.

    `readings` are by thread: the main timeline is always there, other threads if anything in them is unread.
    """

    upto: int
    count: int
    readings: dict[str, Reading]

    def position_in(self, thread: str) -> int:
        """Return up to where a thread is read: one without a reading had nothing unread."""
        reading = self.readings.get(thread)
        return self.upto if reading is None else reading.position

    @property
    def counts(self) -> "CountsByThread":
        return {thread: reading.counts for thread, reading in self.readings.items()}


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of something is unread, and how much of that highlights."""

    notifications: int = 0
    highlights: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.notifications + other.notifications, self.highlights + other.highlights)


CountsByThread = Mapping[str, Counts]
"""By the id of a thread's root, or MAIN_THREAD."""


@dataclass(frozen=True, slots=True)
class ToEvaluate:
    """A room whose events after `since` are wanted: all, or those of some types and those with mentions.

    `threads` are read less far than `since`: by the root's id, up to where.
    """

    room_nid: int
    since: int
    any_type: bool
    threads: Mapping[str, int] = field(default_factory=dict)


async def select_unread(
    conn: Connection, user_nid: int, room_nids: Sequence[int], upto: int
) -> dict[int, Unread]:
    """Return what a user has not read in each of these rooms."""
    rows = await conn.fetch(SELECT_UNREAD, user_nid, room_nids, upto, MAX_THREAD_EVENTS)
    found = {
        r["room_nid"]: Unread(
            upto,
            r["count"],
            {MAIN_THREAD: Reading(r["position"], r["notifying"], r["highlights"], r["uncounted"])},
        )
        for r in rows
    }
    bases = {r["room_nid"]: r["base"] for r in rows if r["has_threads"]}
    if bases:
        await _add_threads(conn, user_nid, bases, upto, found)
    return found


async def _add_threads(
    conn: Connection, user_nid: int, bases: Mapping[int, int], upto: int, found: Mapping[int, Unread]
) -> None:
    """Add the readings of threads with events after the positions up to which everything is read."""
    rows = await conn.fetch(
        SELECT_UNREAD_THREADS, user_nid, list(bases), list(bases.values()), upto, MAX_THREAD_EVENTS
    )
    for row in rows:
        room_nid, root_id, *reading = row
        found[room_nid].readings[from_text(root_id)] = Reading(*reading)


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

    Of each room the newest `scanned` are looked at; of those, of the mentions, and of each thread that is
    read less far than its room, at most `limit` are returned.
    """
    threads = [
        (room.room_nid, to_text(root_id), since, room.any_type)
        for room in wanted
        for root_id, since in room.threads.items()
    ]
    rows = await conn.fetch(
        SELECT_TO_EVALUATE, user_nid, [room.room_nid for room in wanted], [room.since for room in wanted],
        [room.any_type for room in wanted], upto, types, without_senders, scanned, limit,
        *([thread[column] for thread in threads] for column in range(4)),
    )  # fmt: skip
    rooms: dict[int, list[StoredEvent]] = {}
    for row in rows:
        rooms.setdefault(row["room_nid"], []).append(event_from_row(row))
    return rooms


async def select_roots(conn: Connection, event_nids: Iterable[int]) -> dict[int, str]:
    """Return the roots of the threads that events are in; those of the main timeline are left out."""
    rows = await conn.fetch(SELECT_ROOTS, list(event_nids))
    return {row["event_nid"]: from_text(row["root_id"]) for row in rows}


async def count_joined(conn: Connection, room_nid: int, limit: int) -> int:
    """Return how many have joined a room, but no more than `limit`."""
    count: int = await conn.fetchval(COUNT_JOINED, room_nid, limit)
    return count
