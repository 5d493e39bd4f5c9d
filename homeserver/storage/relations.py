"""Which events relate to which: aggregations, pages of children, threads.

A child that was redacted, or is not accepted, relates to nothing; neither does one in another room than its
parent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId
from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row
from homeserver.storage.text import to_text

MAX_REFERENCES = 1_000
MAX_RECURSION = 3

SELECT_RELATED_TYPES = """
SELECT w.event_nid, t.rel_type
FROM unnest($1::text[], $2::bigint[]) AS w(event_id, event_nid) CROSS JOIN unnest($3::text[]) AS t(rel_type)
WHERE EXISTS (SELECT 1 FROM relations r WHERE r.parent_id = w.event_id AND r.rel_type = t.rel_type)
"""
# In canonical JSON a key is followed by a colon at once, and quotes in texts are escaped: the bytes looked
# for stand nowhere but where a key of that name is. What an encrypted event replaces is not to be seen.
SELECT_EDITS = f"""
SELECT {EVENT_COLUMNS}, w.event_nid AS parent_nid
FROM unnest($1::bigint[], $2::bigint[]) AS w(event_nid, upto)
JOIN events p ON p.event_nid = w.event_nid
CROSS JOIN LATERAL (
    SELECT c.* FROM relations r JOIN events c ON c.event_nid = r.event_nid
    WHERE r.parent_id = p.event_id AND r.rel_type = 'm.replace' AND r.room_nid = p.room_nid
    AND c.status = 0 AND c.redacted_by IS NULL AND coalesce(c.position, 0) <= w.upto
    AND c.sender_nid = p.sender_nid AND c.type = p.type AND c.key_nid IS NULL
    AND (c.type = 'm.room.encrypted' OR position('"m.new_content":'::bytea IN c.json) > 0)
    ORDER BY c.origin_server_ts DESC, c.event_id DESC LIMIT 1
) AS e
WHERE p.redacted_by IS NULL AND p.key_nid IS NULL
AND NOT EXISTS (SELECT 1 FROM relations x WHERE x.event_nid = p.event_nid AND x.rel_type = 'm.replace')
"""
SELECT_THREAD_SUMMARIES = """
SELECT p.event_nid, t.events, t.latest_nid, t.participated OR p.sender_nid = $3 AS participated
FROM unnest($1::bigint[], $2::bigint[]) AS w(event_nid, upto)
JOIN events p ON p.event_nid = w.event_nid
CROSS JOIN LATERAL (
    SELECT count(*) AS events, bool_or(c.sender_nid = $3) AS participated,
           (array_agg(c.event_nid ORDER BY c.topo DESC, c.event_nid DESC))[1] AS latest_nid
    FROM relations r JOIN events c ON c.event_nid = r.event_nid
    WHERE r.parent_id = p.event_id AND r.rel_type = 'm.thread' AND r.room_nid = p.room_nid
    AND c.status = 0 AND c.redacted_by IS NULL AND coalesce(c.position, 0) <= w.upto
    AND c.sender_nid <> ALL ($4::bigint[])
) AS t
WHERE t.events > 0 AND NOT EXISTS (SELECT 1 FROM relations x WHERE x.event_nid = p.event_nid)
"""
SELECT_REFERENCES = f"""
SELECT p.event_nid, c.event_id
FROM unnest($1::bigint[], $2::bigint[]) AS w(event_nid, upto)
JOIN events p ON p.event_nid = w.event_nid
CROSS JOIN LATERAL (
    SELECT e.event_id, e.topo, e.event_nid FROM relations r JOIN events e ON e.event_nid = r.event_nid
    WHERE r.parent_id = p.event_id AND r.rel_type = 'm.reference' AND r.room_nid = p.room_nid
    AND e.status = 0 AND e.redacted_by IS NULL AND coalesce(e.position, 0) <= w.upto
    AND (e.key_nid IS NOT NULL OR e.sender_nid <> ALL ($3::bigint[]))
    ORDER BY e.topo, e.event_nid LIMIT {MAX_REFERENCES}
) AS c
ORDER BY p.event_nid, c.topo, c.event_nid
"""
_RELATED = f"""
WITH RECURSIVE related AS (
    SELECT e.event_nid, e.event_id, 1 AS depth FROM relations r JOIN events e ON e.event_nid = r.event_nid
    WHERE r.parent_id = $1 AND r.room_nid = $2 AND ($3::text IS NULL OR r.rel_type = $3)
    AND ($4::text IS NULL OR e.type = $4) AND e.status = 0 AND e.redacted_by IS NULL
    UNION ALL
    SELECT e.event_nid, e.event_id, d.depth + 1 FROM related d
    JOIN relations r ON r.parent_id = d.event_id JOIN events e ON e.event_nid = r.event_nid
    WHERE d.depth < $5 AND r.room_nid = $2 AND ($3::text IS NULL OR r.rel_type = $3)
    AND ($4::text IS NULL OR e.type = $4) AND e.status = 0 AND e.redacted_by IS NULL AND e.event_id <> $1
)
SELECT {EVENT_COLUMNS} FROM related d JOIN events e ON e.event_nid = d.event_nid
"""
SELECT_RELATED_BEFORE = f"""{_RELATED.lstrip()}
WHERE (e.topo, e.event_nid) < ($6, $7) ORDER BY e.topo DESC, e.event_nid DESC LIMIT $8
"""
SELECT_RELATED_AFTER = f"""{_RELATED.lstrip()}
WHERE (e.topo, e.event_nid) >= ($6, $7) ORDER BY e.topo, e.event_nid LIMIT $8
"""
SELECT_THREADS = """
SELECT p.event_nid, r.topo, r.event_nid AS latest_nid
FROM relations r
JOIN events e ON e.event_nid = r.event_nid AND e.status = 0 AND e.redacted_by IS NULL
    AND e.sender_nid <> ALL ($2::bigint[]) AND coalesce(e.position, 0) <= $3
JOIN events p ON p.event_id = r.parent_id AND p.room_nid = $1 AND p.status = 0
WHERE r.room_nid = $1 AND r.rel_type = 'm.thread' AND (r.topo, r.event_nid) < ($4, $5)
AND NOT EXISTS (
    SELECT 1 FROM relations n JOIN events l ON l.event_nid = n.event_nid
    WHERE n.parent_id = r.parent_id AND n.rel_type = 'm.thread' AND n.room_nid = $1
    AND (n.topo, n.event_nid) > (r.topo, r.event_nid) AND l.status = 0 AND l.redacted_by IS NULL
    AND l.sender_nid <> ALL ($2::bigint[]) AND coalesce(l.position, 0) <= $3)
AND NOT EXISTS (SELECT 1 FROM relations x WHERE x.event_nid = p.event_nid)
AND ($6::bigint IS NULL OR p.sender_nid = $6 OR EXISTS (
    SELECT 1 FROM relations o JOIN events m ON m.event_nid = o.event_nid
    WHERE o.parent_id = p.event_id AND o.rel_type = 'm.thread' AND o.room_nid = $1
    AND m.sender_nid = $6 AND m.status = 0 AND m.redacted_by IS NULL))
ORDER BY r.topo DESC, r.event_nid DESC LIMIT $7
"""
SELECT_HAS_RELATION = """
SELECT EXISTS (
    SELECT 1 FROM events e JOIN relations r ON r.event_nid = e.event_nid
    WHERE e.event_id = $1 AND e.room_nid = $2)
"""
SELECT_HAS_ANNOTATION = """
SELECT EXISTS (
    SELECT 1 FROM relations r JOIN events e ON e.event_nid = r.event_nid
    WHERE r.parent_id = $1 AND r.room_nid = $2 AND r.rel_type = 'm.annotation' AND r.rel_key = $3
    AND e.sender_nid = $4 AND e.type = $5 AND e.status = 0 AND e.redacted_by IS NULL
    AND (e.device_nid, e.txn_id) IS DISTINCT FROM ($6, $7))
"""


@dataclass(frozen=True, slots=True)
class Parent:
    """An event whose children are asked for, and the position after which they do not count."""

    event_nid: int
    event_id: EventId
    upto: int


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """What is bundled with the root of a thread."""

    root_nid: int
    count: int
    latest_nid: int
    participated: bool


@dataclass(frozen=True, slots=True)
class Related:
    """Which children of an event are asked for; None lets all through, `depth` 1 only direct children."""

    parent_id: EventId
    room_nid: int
    rel_type: str | None
    type: str | None
    depth: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """Somebody's annotation of an event, and the transaction in which it is sent."""

    parent_id: EventId
    room_nid: int
    key: str
    sender_nid: int
    type: str
    device_nid: int | None
    txn_id: str


@dataclass(frozen=True, slots=True)
class Thread:
    """The root of a thread, and the place of its newest event, by which threads are ordered."""

    root_nid: int
    latest: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ThreadsWanted:
    """Which threads of a room are asked for; `participant_nid` None asks for everybody's."""

    room_nid: int
    ignored: Sequence[int]
    upto: int
    participant_nid: int | None


async def select_related_types(
    conn: Connection, parents: Sequence[Parent], rel_types: Sequence[str]
) -> dict[str, set[int]]:
    """Return, per type of relation, the parents that anything relates to in this way, counting or not."""
    ids, nids = [parent.event_id for parent in parents], [parent.event_nid for parent in parents]
    related: dict[str, set[int]] = {}
    for row in await conn.fetch(SELECT_RELATED_TYPES, ids, nids, rel_types):
        related.setdefault(row["rel_type"], set()).add(row["event_nid"])
    return related


async def select_edits(conn: Connection, parents: Sequence[Parent]) -> dict[int, StoredEvent]:
    """Return the newest valid replacement of each event that has one.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-aggregation-of-mreplace-relationships
    """
    rows = await conn.fetch(SELECT_EDITS, *_columns(parents))
    return {row["parent_nid"]: event_from_row(row) for row in rows}


async def select_thread_summaries(
    conn: Connection, parents: Sequence[Parent], viewer_nid: int, ignored: Sequence[int]
) -> list[ThreadSummary]:
    """Return what each thread root's thread looks like to a viewer."""
    rows = await conn.fetch(SELECT_THREAD_SUMMARIES, *_columns(parents), viewer_nid, ignored)
    return [ThreadSummary(*row) for row in rows]


async def select_references(
    conn: Connection, parents: Sequence[Parent], ignored: Sequence[int]
) -> dict[int, list[EventId]]:
    """Return which events reference each event, oldest first, at most MAX_REFERENCES of them."""
    references: dict[int, list[EventId]] = {}
    for row in await conn.fetch(SELECT_REFERENCES, *_columns(parents), ignored):
        references.setdefault(row["event_nid"], []).append(EventId(row["event_id"]))
    return references


async def select_related(
    conn: Connection, wanted: Related, place: tuple[int, int], limit: int, *, backwards: bool
) -> list[StoredEvent]:
    """Return children before a place (newest first), or from it on (oldest first)."""
    query = SELECT_RELATED_BEFORE if backwards else SELECT_RELATED_AFTER
    rel_type = None if wanted.rel_type is None else to_text(wanted.rel_type)
    type_ = None if wanted.type is None else to_text(wanted.type)
    rows = await conn.fetch(
        query, to_text(wanted.parent_id), wanted.room_nid, rel_type, type_, wanted.depth, *place, limit
    )
    return [event_from_row(row) for row in rows]


async def select_threads(
    conn: Connection, wanted: ThreadsWanted, before: tuple[int, int], limit: int
) -> list[Thread]:
    """Return the threads whose newest event stands before a place, the most recent first."""
    rows = await conn.fetch(
        SELECT_THREADS, wanted.room_nid, wanted.ignored, wanted.upto, *before, wanted.participant_nid, limit
    )
    return [Thread(row["event_nid"], (row["topo"], row["latest_nid"])) for row in rows]


async def select_has_relation(conn: Connection, room_nid: int, event_id: EventId) -> bool:
    """Tell whether an event of a room relates to another one itself."""
    found: bool = await conn.fetchval(SELECT_HAS_RELATION, to_text(event_id), room_nid)
    return found


async def select_has_annotation(conn: Connection, annotation: Annotation) -> bool:
    """Tell whether somebody has made an annotation already, in another transaction than this one."""
    found: bool = await conn.fetchval(
        SELECT_HAS_ANNOTATION,
        to_text(annotation.parent_id),
        annotation.room_nid,
        to_text(annotation.key),
        annotation.sender_nid,
        to_text(annotation.type),
        annotation.device_nid,
        annotation.txn_id,
    )
    return found


def _columns(parents: Sequence[Parent]) -> tuple[list[int], list[int]]:
    return [parent.event_nid for parent in parents], [parent.upto for parent in parents]
