"""Taking events out of a room: which may go, and everything that refers to those that do.

State events never go, for the state of later events rests on them; nor do the forward extremities.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from federation.protocol.ids import EventId, ServerName
from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row

SELECT_BEFORE_PLACE = """
SELECT e.event_nid, e.topo, e.origin_server_ts, e.type FROM events e
WHERE e.room_nid = $1 AND (e.topo, e.event_nid) > ($2, $3) AND (e.topo, e.event_nid) < ($4, $5)
  AND e.key_nid IS NULL
  AND ($6::text IS NULL OR NOT EXISTS (
      SELECT FROM users u WHERE u.user_nid = e.sender_nid AND u.server = $6))
ORDER BY e.topo, e.event_nid LIMIT $7
"""
COUNT_BEFORE_PLACE = """
SELECT count(*) FROM events e
WHERE e.room_nid = $1 AND (e.topo, e.event_nid) < ($2, $3) AND e.key_nid IS NULL
  AND ($4::text IS NULL OR NOT EXISTS (
      SELECT FROM users u WHERE u.user_nid = e.sender_nid AND u.server = $4))
"""
SELECT_BEFORE_TIME = """
SELECT e.event_nid, e.topo, e.origin_server_ts, e.type FROM events e
WHERE e.room_nid = $1 AND (e.origin_server_ts, e.event_nid) > ($2, $3) AND e.origin_server_ts < $4
  AND e.key_nid IS NULL
ORDER BY e.origin_server_ts, e.event_nid LIMIT $5
"""
SELECT_KEPT_ENDS = """
SELECT coalesce(e.extremities, '{}') || e.event_nid AS ends FROM events e
WHERE e.room_nid = $1 AND e.position IS NOT NULL ORDER BY e.position DESC LIMIT 1
"""
SELECT_KEPT_REDACTIONS = """
SELECT DISTINCT r.redaction_nid FROM redactions r
JOIN events t ON t.event_id = r.target_id AND t.redacted_by = r.redaction_nid
WHERE r.redaction_nid = ANY ($1::bigint[]) AND t.event_nid <> ALL ($1)
"""
DELETE_EVENTS = """
DELETE FROM events WHERE event_nid = ANY ($1::bigint[]) RETURNING event_id, topo, position, notify_count
"""
DELETE_THREAD_EVENTS = """
DELETE FROM thread_events WHERE event_nid = ANY ($1::bigint[]) RETURNING position, notify_count
"""
DELETE_RELATIONS = "DELETE FROM relations WHERE event_nid = ANY ($1::bigint[])"
DELETE_REDACTIONS = "DELETE FROM redactions WHERE redaction_nid = ANY ($1::bigint[])"
DELETE_MENTIONS = "DELETE FROM mentions WHERE event_nid = ANY ($1::bigint[])"
DELETE_LACKING = "DELETE FROM backward_extremities WHERE child_nid = ANY ($1::bigint[])"
UPDATE_REPORTS = "UPDATE reports SET event_nid = NULL WHERE event_nid = ANY ($1::bigint[])"
DELETE_PUSHES = "DELETE FROM push_queue WHERE event_nid = ANY ($1::bigint[])"
DELETE_SEARCH_TEXTS = "DELETE FROM search_texts WHERE event_nid = ANY ($1::bigint[])"
REFERENCES_TO_EVENTS = (
    DELETE_RELATIONS, DELETE_REDACTIONS, DELETE_MENTIONS, DELETE_LACKING, UPDATE_REPORTS, DELETE_PUSHES,
    DELETE_SEARCH_TEXTS,
)  # fmt: skip
DELETE_REDACTIONS_OF = "DELETE FROM redactions WHERE target_id = ANY ($1::text[])"
# The event before each run of purged ones takes on what they counted: all of them are as good as read.
UPDATE_COUNTS_BEFORE = """
UPDATE events e SET notify_count = greatest(e.notify_count, k.notify_count)
FROM (
    SELECT l.event_nid, max(g.notify_count) AS notify_count
    FROM unnest($2::bigint[], $3::bigint[]) AS g(position, notify_count)
    CROSS JOIN LATERAL (
        SELECT b.event_nid FROM events b WHERE b.room_nid = $1 AND b.position < g.position
        ORDER BY b.position DESC LIMIT 1
    ) AS l
    GROUP BY l.event_nid
) AS k
WHERE e.event_nid = k.event_nid
"""
INSERT_THREAD_FLOOR = """
INSERT INTO thread_events (room_nid, position, root_id, hops, sender_nid, notifies, notify_count)
VALUES ($1, 0, '', 0, 0, false, 0) ON CONFLICT DO NOTHING
"""
UPDATE_THREAD_COUNTS_BEFORE = """
UPDATE thread_events t SET notify_count = greatest(t.notify_count, k.notify_count)
FROM (
    SELECT l.position, max(g.notify_count) AS notify_count
    FROM unnest($2::bigint[], $3::bigint[]) AS g(position, notify_count)
    CROSS JOIN LATERAL (
        SELECT b.position FROM thread_events b WHERE b.room_nid = $1 AND b.position < g.position
        ORDER BY b.position DESC LIMIT 1
    ) AS l
    GROUP BY l.position
) AS k
WHERE t.room_nid = $1 AND t.position = k.position
"""
# On the main line an event's prev events are the extremities after the event before it. So what follows a
# purged event in the stream may name it; all others that may are off the main line, or follow an event that
# left several extremities.
SELECT_FOLLOWING = f"""
SELECT DISTINCT ON (e.event_nid) {EVENT_COLUMNS} FROM unnest($2::bigint[]) AS g(position)
CROSS JOIN LATERAL (
    SELECT * FROM events n WHERE n.room_nid = $1 AND n.position > g.position ORDER BY n.position LIMIT 1
) AS e
"""
SELECT_FORKS = f"""
SELECT {EVENT_COLUMNS} FROM events e
WHERE e.room_nid = $1 AND (e.topo, e.event_nid) > ($2, $3)
  AND (e.state_base IS NOT NULL OR e.extremities IS NOT NULL)
ORDER BY e.topo, e.event_nid LIMIT $4
"""
SELECT_PLACED_IDS = """
SELECT event_id FROM events WHERE event_id = ANY ($1::text[]) AND room_nid = $2
AND (position IS NOT NULL OR state_base IS NOT NULL)
"""
UPDATE_EXTREMITIES_LEFT = """
UPDATE events e SET extremities = w.left_over
FROM (
    SELECT f.event_nid, ARRAY(
        SELECT x.nid FROM unnest(f.extremities) AS x(nid) WHERE EXISTS (
            SELECT FROM events o WHERE o.event_nid = x.nid)) AS left_over
    FROM events f WHERE f.event_nid = ANY ($1::bigint[]) AND f.extremities IS NOT NULL
) AS w
WHERE e.event_nid = w.event_nid AND cardinality(w.left_over) < cardinality(e.extremities)
"""
# Where those stand who may have unread events before the last purged one: what they join, read or said last.
UPDATE_COUNTS_OF_READERS = """
WITH members AS (
    SELECT m.user_nid, m.position FROM memberships m JOIN users u ON u.user_nid = m.user_nid
    WHERE m.room_nid = $1 AND m.membership = 'join' AND u.server = $4
), places AS (
    SELECT position FROM members
    UNION
    SELECT r.event_position FROM members m JOIN receipts r ON r.room_nid = $1 AND r.user_nid = m.user_nid
    UNION
    SELECT s.position FROM members m CROSS JOIN LATERAL (
        SELECT e.position FROM events e
        WHERE e.room_nid = $1 AND e.sender_nid = m.user_nid AND e.position < $2
        ORDER BY e.position DESC LIMIT 1
    ) AS s
)
UPDATE events e SET notify_count = $3
FROM (
    SELECT DISTINCT l.event_nid FROM places p CROSS JOIN LATERAL (
        SELECT b.event_nid FROM events b WHERE b.room_nid = $1 AND b.position <= p.position
        ORDER BY b.position DESC LIMIT 1
    ) AS l
    WHERE p.position < $2
) AS w
WHERE e.event_nid = w.event_nid AND e.notify_count < $3
"""
UPDATE_RECEIPTS_OF_NOTHING = """
UPDATE receipts r SET event_id = w.event_id, event_position = w.position
FROM (
    SELECT n.user_nid, n.type, n.thread, b.event_id, b.position FROM receipts n
    CROSS JOIN LATERAL (
        SELECT e.event_id, e.position FROM events e
        WHERE e.room_nid = $1 AND e.position <= n.event_position ORDER BY e.position DESC LIMIT 1
    ) AS b
    WHERE n.room_nid = $1 AND NOT EXISTS (
        SELECT FROM events e WHERE e.event_id = n.event_id AND e.room_nid = n.room_nid)
    LIMIT $2
) AS w
WHERE r.room_nid = $1 AND r.user_nid = w.user_nid AND r.type = w.type AND r.thread = w.thread
"""
DELETE_RECEIPTS_OF_NOTHING = """
DELETE FROM receipts r WHERE (r.room_nid, r.user_nid, r.type, r.thread) IN (
    SELECT n.room_nid, n.user_nid, n.type, n.thread FROM receipts n
    WHERE n.room_nid = $1 AND NOT EXISTS (
        SELECT FROM events e WHERE e.event_id = n.event_id AND e.room_nid = n.room_nid)
    LIMIT $2)
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An event that is old enough to go."""

    event_nid: int
    topo: int
    origin_server_ts: int
    type: str


@dataclass(frozen=True, slots=True)
class Gone:
    """An event that was deleted."""

    event_id: EventId
    topo: int
    position: int | None
    notify_count: int


async def select_before_place(
    conn: Connection,
    room_nid: int,
    after: tuple[int, int],
    place: tuple[int, int],
    limit: int,
    *,
    but_of: ServerName | None,
) -> list[Candidate]:
    """Return messages of a room between two places, oldest first; those of users of `but_of` left out."""
    return _candidates(await conn.fetch(SELECT_BEFORE_PLACE, room_nid, *after, *place, but_of, limit))


async def count_before_place(
    conn: Connection, room_nid: int, place: tuple[int, int], *, but_of: ServerName | None
) -> int:
    """Return how many messages of a room are before a place; those of users of `but_of` left out."""
    count: int = await conn.fetchval(COUNT_BEFORE_PLACE, room_nid, *place, but_of)
    return count


async def select_before_time(
    conn: Connection, room_nid: int, after: tuple[int, int], before_ms: int, limit: int
) -> list[Candidate]:
    """Return messages of a room by their time, from a (timestamp, event number) up to a time."""
    return _candidates(await conn.fetch(SELECT_BEFORE_TIME, room_nid, *after, before_ms, limit))


async def select_kept(conn: Connection, room_nid: int, candidates: Sequence[Candidate]) -> set[int]:
    """Return the events that have to stay: forward extremities, and what redacted an event that stays."""
    ends = await conn.fetchval(SELECT_KEPT_ENDS, room_nid)
    redactions = [c.event_nid for c in candidates if c.type == "m.room.redaction"]
    kept = set(ends or ())
    if redactions:
        going = [c.event_nid for c in candidates if c.event_nid not in kept]
        kept.update(r["redaction_nid"] for r in await conn.fetch(SELECT_KEPT_REDACTIONS, going))
    return kept


async def delete_messages(conn: Connection, room_nid: int, event_nids: Sequence[int]) -> list[Gone]:
    """Delete messages of a room with all that refers to them; unread counts count them no more.

    What their children need is for `select_following` and `select_forks` to find.
    """
    gone = [_gone(row) for row in await conn.fetch(DELETE_EVENTS, event_nids)]
    for statement in REFERENCES_TO_EVENTS:
        await conn.execute(statement, event_nids)
    await conn.execute(DELETE_REDACTIONS_OF, [event.event_id for event in gone])
    counted = [(e.position, e.notify_count) for e in gone if e.position is not None]
    if counted:
        await conn.execute(UPDATE_COUNTS_BEFORE, room_nid, *_columns(counted))
    threads = await conn.fetch(DELETE_THREAD_EVENTS, event_nids)
    if threads:
        await conn.execute(INSERT_THREAD_FLOOR, room_nid)
        await conn.execute(UPDATE_THREAD_COUNTS_BEFORE, room_nid, *_columns([tuple(row) for row in threads]))
    return gone


async def select_following(conn: Connection, room_nid: int, positions: Sequence[int]) -> list[StoredEvent]:
    """Return the events that come next in the stream after these positions."""
    return [event_from_row(row) for row in await conn.fetch(SELECT_FOLLOWING, room_nid, positions)]


async def select_forks(
    conn: Connection, room_nid: int, after: tuple[int, int], limit: int
) -> list[StoredEvent]:
    """Return events off the main line and those that left several extremities, in topological order."""
    return [event_from_row(row) for row in await conn.fetch(SELECT_FORKS, room_nid, *after, limit)]


async def select_placed_ids(conn: Connection, room_nid: int, event_ids: Sequence[EventId]) -> set[EventId]:
    """Return those of the events that are stored with a place in this room."""
    return {EventId(r["event_id"]) for r in await conn.fetch(SELECT_PLACED_IDS, event_ids, room_nid)}


async def trim_extremities(conn: Connection, event_nids: Sequence[int]) -> None:
    """Take from the noted extremities of events those that are stored no more."""
    await conn.execute(UPDATE_EXTREMITIES_LEFT, event_nids)


async def count_as_read(
    conn: Connection, room_nid: int, server: ServerName, position: int, notify_count: int
) -> None:
    """Let nobody of a server have unread events up to the last purged one, given by position and count."""
    await conn.execute(UPDATE_COUNTS_OF_READERS, room_nid, position, notify_count, server)


async def move_receipts(conn: Connection, room_nid: int, limit: int) -> int:
    """Move receipts for events that are not stored to what is before these, or delete them; return how many.

    As many as the limit mean that there may be more.
    """
    moved = await conn.execute(UPDATE_RECEIPTS_OF_NOTHING, room_nid, limit)
    deleted = (
        await conn.execute(DELETE_RECEIPTS_OF_NOTHING, room_nid, limit) if _count(moved) < limit else "0"
    )
    return max(_count(moved), _count(deleted))


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])


def _candidates(rows: Sequence[Any]) -> list[Candidate]:
    return [Candidate(r["event_nid"], r["topo"], r["origin_server_ts"], r["type"]) for r in rows]


def _gone(row: Any) -> Gone:
    return Gone(EventId(row["event_id"]), row["topo"], row["position"], row["notify_count"])


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
