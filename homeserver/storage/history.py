"""What reading a room's past needs: who might see what when, and the state as it was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row
from homeserver.storage.text import to_text

SELECT_VISIBILITY_CHANGES = """
SELECT w.room_nid, c.position, k.type, m.membership, e.topo,
       CASE WHEN k.type = 'm.room.history_visibility' THEN e.json END AS json
FROM unnest($1::bigint[], $2::bigint[]) AS w(room_nid, since)
CROSS JOIN state_keys k
CROSS JOIN LATERAL (
    SELECT s.position, s.new_event_nid FROM state_changes s
    WHERE s.room_nid = w.room_nid AND s.key_nid = k.key_nid AND s.position >= coalesce(
        (SELECT max(b.position) FROM state_changes b
         WHERE b.room_nid = w.room_nid AND b.key_nid = k.key_nid AND b.position < w.since), 0)
) AS c
LEFT JOIN events e ON e.event_nid = c.new_event_nid
LEFT JOIN member_events m ON m.event_nid = c.new_event_nid
WHERE (k.type, k.state_key) IN (('m.room.history_visibility', ''), ('m.room.member', $3))
ORDER BY c.position
"""
SELECT_BRANCH_VISIBILITY = """
WITH RECURSIVE layers AS (
    SELECT e.event_nid, b.branch_nid, b.parent_nid, 1 AS layer
    FROM events e JOIN state_branches b ON b.branch_nid = e.state_branch
    WHERE e.event_nid = ANY ($1::bigint[])
    UNION ALL
    SELECT l.event_nid, b.branch_nid, b.parent_nid, l.layer + 1
    FROM layers l JOIN state_branches b ON b.branch_nid = l.parent_nid
)
SELECT DISTINCT ON (l.event_nid, k.type) l.event_nid, k.type, m.membership,
       CASE WHEN k.type = 'm.room.history_visibility' THEN e.json END AS json
FROM layers l
JOIN state_branch_entries s ON s.branch_nid = l.branch_nid
JOIN state_keys k ON k.key_nid = s.key_nid
LEFT JOIN events e ON e.event_nid = s.event_nid
LEFT JOIN member_events m ON m.event_nid = s.event_nid
WHERE (k.type, k.state_key) IN (('m.room.history_visibility', ''), ('m.room.member', $2))
ORDER BY l.event_nid, k.type, l.layer
"""
SELECT_ERASED = "SELECT user_nid FROM accounts WHERE user_nid = ANY ($1::bigint[]) AND is_erased"
SELECT_LAST_DEPARTURE = """
SELECT max(c.position) FROM state_keys k
JOIN state_changes c ON c.room_nid = $1 AND c.key_nid = k.key_nid
JOIN member_events o ON o.event_nid = c.old_event_nid AND o.membership = 'join'
LEFT JOIN member_events n ON n.event_nid = c.new_event_nid
WHERE k.type = 'm.room.member' AND k.state_key = $2 AND n.membership IS DISTINCT FROM 'join'
AND NOT EXISTS (
    SELECT 1 FROM current_state s JOIN member_events m ON m.event_nid = s.event_nid
    WHERE s.room_nid = $1 AND s.key_nid = k.key_nid AND m.membership = 'join')
"""
SELECT_CURRENT_STATE_EVENT = f"""
SELECT {EVENT_COLUMNS} FROM state_keys k JOIN current_state s ON s.room_nid = $1 AND s.key_nid = k.key_nid
JOIN events e ON e.event_nid = s.event_nid WHERE k.type = $2 AND k.state_key = $3
"""
SELECT_STATE_EVENT_AT = f"""
SELECT {EVENT_COLUMNS} FROM state_keys k
CROSS JOIN LATERAL (
    SELECT s.new_event_nid FROM state_changes s
    WHERE s.room_nid = $1 AND s.key_nid = k.key_nid AND s.position <= $4 ORDER BY s.position DESC LIMIT 1
) AS c
JOIN events e ON e.event_nid = c.new_event_nid WHERE k.type = $2 AND k.state_key = $3
"""
SELECT_STATE_EVENTS_AT = f"""
WITH later AS (
    SELECT DISTINCT ON (s.key_nid) s.key_nid, s.old_event_nid FROM state_changes s
    WHERE s.room_nid = $1 AND s.position > $2 ORDER BY s.key_nid, s.position
)
SELECT {EVENT_COLUMNS} FROM (
    SELECT s.event_nid FROM current_state s
    WHERE s.room_nid = $1 AND NOT EXISTS (SELECT 1 FROM later l WHERE l.key_nid = s.key_nid)
    UNION ALL
    SELECT l.old_event_nid FROM later l
) AS c
JOIN events e ON e.event_nid = c.event_nid WHERE $3 OR e.type <> 'm.room.member' ORDER BY e.event_nid
"""
SELECT_BRANCH_STATE = f"""
WITH RECURSIVE layers AS (
    SELECT b.branch_nid, b.parent_nid, 1 AS layer
    FROM events e JOIN state_branches b ON b.branch_nid = e.state_branch WHERE e.event_nid = $1
    UNION ALL
    SELECT b.branch_nid, b.parent_nid, l.layer + 1
    FROM layers l JOIN state_branches b ON b.branch_nid = l.parent_nid
), entries AS (
    SELECT DISTINCT ON (s.key_nid) s.key_nid, s.event_nid
    FROM layers l JOIN state_branch_entries s ON s.branch_nid = l.branch_nid ORDER BY s.key_nid, l.layer
)
SELECT {EVENT_COLUMNS}, n.key_nid AS changed_key
FROM entries n LEFT JOIN events e ON e.event_nid = n.event_nid
"""
SELECT_MEMBERS_AT = f"""
SELECT {EVENT_COLUMNS} FROM users u
JOIN state_keys k ON k.type = 'm.room.member' AND k.state_key = u.user_id
CROSS JOIN LATERAL (
    SELECT s.new_event_nid FROM state_changes s
    WHERE s.room_nid = $1 AND s.key_nid = k.key_nid AND s.position <= $3 ORDER BY s.position DESC LIMIT 1
) AS c
JOIN events e ON e.event_nid = c.new_event_nid WHERE u.user_nid = ANY ($2::bigint[]) ORDER BY e.event_nid
"""
SELECT_ALL_MEMBERS = f"""
SELECT {EVENT_COLUMNS}, m.membership FROM memberships m JOIN events e ON e.event_nid = m.event_nid
WHERE m.room_nid = $1 ORDER BY e.event_nid
"""
SELECT_ALL_MEMBERS_AT = f"""
WITH later AS (
    SELECT DISTINCT ON (s.key_nid) s.key_nid, s.old_event_nid FROM state_changes s
    WHERE s.room_nid = $1 AND s.position > $2 ORDER BY s.key_nid, s.position
)
SELECT {EVENT_COLUMNS}, c.membership FROM (
    SELECT m.event_nid, m.membership FROM memberships m WHERE m.room_nid = $1 AND m.position <= $2
    UNION ALL
    SELECT o.event_nid, o.membership FROM later l JOIN member_events o ON o.event_nid = l.old_event_nid
) AS c
JOIN events e ON e.event_nid = c.event_nid ORDER BY e.event_nid
"""
SELECT_JOINED_MEMBERS = f"""
SELECT {EVENT_COLUMNS}, u.user_id FROM memberships m
JOIN users u ON u.user_nid = m.user_nid JOIN events e ON e.event_nid = m.event_nid
WHERE m.room_nid = $1 AND m.membership = 'join' ORDER BY m.event_nid
"""
SELECT_AFTER_TIME = f"""
SELECT {EVENT_COLUMNS} FROM events e
WHERE e.room_nid = $1 AND e.origin_server_ts >= $2
AND (e.origin_server_ts, e.topo, e.event_nid) > ($2, $3, $4)
AND e.status = 0 ORDER BY e.origin_server_ts, e.topo, e.event_nid LIMIT $5
"""
SELECT_BEFORE_TIME = f"""
SELECT {EVENT_COLUMNS} FROM events e
WHERE e.room_nid = $1 AND e.origin_server_ts <= $2
AND (e.origin_server_ts, e.topo, e.event_nid) < ($2, $3, $4)
AND e.status = 0 ORDER BY e.origin_server_ts DESC, e.topo DESC, e.event_nid DESC LIMIT $5
"""
SELECT_POSITION_BEFORE = """
SELECT e.position FROM events e
WHERE e.room_nid = $1 AND (e.topo, e.event_nid) < ($2, $3) AND e.position IS NOT NULL AND e.status = 0
ORDER BY e.topo DESC, e.event_nid DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class VisibilityChange:
    """One change of a room's history visibility (`json` is the event), or of the viewer's membership.

    Both are None where the entry was removed; `topo` orders the change among events without a position.
    """

    position: int
    type: str
    membership: str | None
    json: bytes | None
    topo: int | None


@dataclass(frozen=True, slots=True)
class BranchEntry:
    """What a state branch says of the history visibility, or of the viewer's membership."""

    type: str
    membership: str | None
    json: bytes | None


async def select_visibility_changes(
    conn: Connection, user_id: UserId, since: Mapping[int, int]
) -> dict[int, list[VisibilityChange]]:
    """Return the changes that decide on visibility, in order.

    Per room: those from a position on, and the last one before it.
    """
    rows = await conn.fetch(
        SELECT_VISIBILITY_CHANGES, list(since.keys()), list(since.values()), to_text(user_id)
    )
    changes: dict[int, list[VisibilityChange]] = {}
    for r in rows:
        change = VisibilityChange(r["position"], r["type"], r["membership"], r["json"], r["topo"])
        changes.setdefault(r["room_nid"], []).append(change)
    return changes


async def select_branch_visibility(
    conn: Connection, user_id: UserId, event_nids: Sequence[int]
) -> dict[int, list[BranchEntry]]:
    """Return, per event off the main line, how the state before it differs in what decides on visibility."""
    entries: dict[int, list[BranchEntry]] = {}
    for r in await conn.fetch(SELECT_BRANCH_VISIBILITY, event_nids, to_text(user_id)):
        entries.setdefault(r["event_nid"], []).append(BranchEntry(r["type"], r["membership"], r["json"]))
    return entries


async def select_erased(conn: Connection, user_nids: Iterable[int]) -> set[int]:
    """Return which of these users had their account erased."""
    return {r["user_nid"] for r in await conn.fetch(SELECT_ERASED, sorted(user_nids))}


async def select_last_departure(conn: Connection, room_nid: int, user_id: UserId) -> int | None:
    """Return the position at which a former member ceased to be joined; None for members and all others."""
    position: int | None = await conn.fetchval(SELECT_LAST_DEPARTURE, room_nid, to_text(user_id))
    return position


async def select_state_event(
    conn: Connection, room_nid: int, type_: str, state_key: str, position: int | None
) -> StoredEvent | None:
    """Return an entry of the state now (None), or after a position of the main line."""
    entry = (room_nid, to_text(type_), to_text(state_key))
    if position is None:
        row = await conn.fetchrow(SELECT_CURRENT_STATE_EVENT, *entry)
    else:
        row = await conn.fetchrow(SELECT_STATE_EVENT_AT, *entry, position)
    return event_from_row(row) if row else None


async def select_state_events_at(
    conn: Connection, room_nid: int, position: int, *, members: bool = True
) -> list[StoredEvent]:
    """Return the main line's state after a position, with or without the member events."""
    return [event_from_row(r) for r in await conn.fetch(SELECT_STATE_EVENTS_AT, room_nid, position, members)]


async def select_branch_state(conn: Connection, event_nid: int) -> dict[int, StoredEvent | None]:
    """Return, by state key, how the state before an event off the main line differs from its base."""
    rows = await conn.fetch(SELECT_BRANCH_STATE, event_nid)
    return {r["changed_key"]: event_from_row(r) if r["event_nid"] is not None else None for r in rows}


async def select_members_at(
    conn: Connection, room_nid: int, user_nids: Sequence[int], position: int
) -> list[StoredEvent]:
    """Return the member events that some users had after a position."""
    return [event_from_row(r) for r in await conn.fetch(SELECT_MEMBERS_AT, room_nid, user_nids, position)]


async def select_all_members(
    conn: Connection, room_nid: int, position: int | None
) -> list[tuple[str, StoredEvent]]:
    """Return every (membership, member event) of a room now (None), or after a position."""
    if position is None:
        rows = await conn.fetch(SELECT_ALL_MEMBERS, room_nid)
    else:
        rows = await conn.fetch(SELECT_ALL_MEMBERS_AT, room_nid, position)
    return [(r["membership"], event_from_row(r)) for r in rows]


async def select_joined_members(conn: Connection, room_nid: int) -> dict[UserId, StoredEvent]:
    """Return the member events of those who have joined a room now."""
    rows = await conn.fetch(SELECT_JOINED_MEMBERS, room_nid)
    return {UserId(r["user_id"]): event_from_row(r) for r in rows}


async def select_by_time(
    conn: Connection, room_nid: int, after: tuple[int, int, int], limit: int, *, forwards: bool
) -> list[StoredEvent]:
    """Return accepted events beyond a (timestamp, topo, event number), the nearest first."""
    query = SELECT_AFTER_TIME if forwards else SELECT_BEFORE_TIME
    return [event_from_row(r) for r in await conn.fetch(query, room_nid, *after, limit)]


async def select_position_before(conn: Connection, room_nid: int, place: tuple[int, int]) -> int | None:
    """Return the position of the newest event before a place that has one."""
    position: int | None = await conn.fetchval(SELECT_POSITION_BEFORE, room_nid, *place)
    return position
