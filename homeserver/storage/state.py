"""State of rooms: current, at a position of the main line, and the changes between two positions.

Nothing here ever copies a full state: `current_state` is changed in place, `state_changes` is its history,
and the state at an
earlier position is the current one with the later changes undone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId, ServerName
from homeserver.json_types import JsonObject
from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row, load_json
from homeserver.storage.state_keys import StateEntry
from homeserver.storage.text import from_text, to_text

SELECT_CURRENT_ENTRIES = """
SELECT k.type, k.state_key, e.event_id, e.event_nid, e.auth_height, e.json
FROM unnest($2::text[], $3::text[]) AS w(type, state_key)
JOIN state_keys k ON k.type = w.type AND k.state_key = w.state_key
JOIN current_state s ON s.room_nid = $1 AND s.key_nid = k.key_nid
JOIN events e ON e.event_nid = s.event_nid
"""
SELECT_CURRENT_STATE = f"""
SELECT {EVENT_COLUMNS} FROM current_state s JOIN events e ON e.event_nid = s.event_nid WHERE s.room_nid = $1
ORDER BY e.event_nid
"""
SELECT_CURRENT_STATE_OF_TYPE = f"""
SELECT {EVENT_COLUMNS} FROM state_keys k JOIN current_state s ON s.room_nid = $1 AND s.key_nid = k.key_nid
JOIN events e ON e.event_nid = s.event_nid WHERE k.type = $2 ORDER BY e.event_nid
"""
SELECT_CURRENT_STATE_OF_ROOMS = f"""
SELECT {EVENT_COLUMNS} FROM current_state s JOIN events e ON e.event_nid = s.event_nid
WHERE s.room_nid = ANY ($1::bigint[])
"""
SELECT_CURRENT_STATE_WITHOUT_MEMBERS = f"""
SELECT {EVENT_COLUMNS} FROM current_state s JOIN events e ON e.event_nid = s.event_nid
WHERE s.room_nid = ANY ($1::bigint[]) AND NOT s.is_member
"""
SELECT_CURRENT_ENTRIES_OF_ROOMS = """
SELECT s.room_nid, k.type, k.state_key, e.event_id, e.event_nid, e.auth_height, e.json
FROM unnest($2::text[], $3::text[]) AS w(type, state_key)
JOIN state_keys k ON k.type = w.type AND k.state_key = w.state_key
JOIN current_state s ON s.key_nid = k.key_nid AND s.room_nid = ANY ($1::bigint[])
JOIN events e ON e.event_nid = s.event_nid
"""
SELECT_CURRENT_MEMBERS = f"""
SELECT {EVENT_COLUMNS} FROM unnest($1::bigint[], $2::bigint[]) AS w(room_nid, user_nid)
JOIN memberships m ON m.room_nid = w.room_nid AND m.user_nid = w.user_nid
JOIN events e ON e.event_nid = m.event_nid
"""
SELECT_STATE_AT = """
WITH later AS (
    SELECT DISTINCT ON (key_nid) key_nid, old_event_nid FROM state_changes
    WHERE room_nid = $1 AND position > $2 ORDER BY key_nid, position
)
SELECT c.key_nid, c.event_nid FROM current_state c
WHERE c.room_nid = $1 AND NOT EXISTS (SELECT 1 FROM later l WHERE l.key_nid = c.key_nid)
UNION ALL
SELECT key_nid, old_event_nid FROM later WHERE old_event_nid IS NOT NULL
"""
SELECT_ENTRY_AT = """
SELECT new_event_nid FROM state_changes WHERE room_nid = $1 AND key_nid = $2 AND position <= $3
ORDER BY position DESC LIMIT 1
"""
SELECT_ENTRIES_AT = """
SELECT w.position, w.key_nid, c.new_event_nid
FROM unnest($2::bigint[], $3::bigint[]) AS w(position, key_nid)
CROSS JOIN LATERAL (
    SELECT s.new_event_nid FROM state_changes s
    WHERE s.room_nid = $1 AND s.key_nid = w.key_nid AND s.position <= w.position
    ORDER BY s.position DESC LIMIT 1
) AS c
WHERE c.new_event_nid IS NOT NULL
"""
SELECT_STATE_VERSIONS = """
SELECT w.position, coalesce((SELECT max(s.position) FROM state_changes s
                             WHERE s.room_nid = $1 AND s.position <= w.position), 0) AS version
FROM unnest($2::bigint[]) AS w(position)
"""
SELECT_CHANGED_KEYS = """
SELECT DISTINCT key_nid FROM state_changes WHERE room_nid = $1 AND position > $2 AND position <= $3 LIMIT $4
"""
SELECT_ENTRIES_OF_EVENTS = """
SELECT event_id, event_nid, key_nid, status = 2 AS is_rejected FROM events
WHERE event_id = ANY ($1::text[]) AND room_nid = $2
"""
SELECT_ENTRY_HISTORY = """
SELECT position, old_event_nid, new_event_nid FROM state_changes WHERE room_nid = $1 AND key_nid = $2 ORDER
BY position
"""
SELECT_STATE_CHANGES = """
SELECT DISTINCT ON (c.room_nid, c.key_nid) c.room_nid, c.key_nid, c.new_event_nid, c.position
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS w(room_nid, since, upto)
JOIN state_changes c ON c.room_nid = w.room_nid AND c.position > w.since AND c.position <= w.upto
ORDER BY c.room_nid, c.key_nid, c.position DESC
"""
SELECT_CHANGED_ENTRIES = """
SELECT DISTINCT ON (c.room_nid, c.key_nid) c.room_nid, c.key_nid, c.old_event_nid
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS w(room_nid, since, upto)
JOIN state_changes c ON c.room_nid = w.room_nid AND c.position > w.since AND c.position <= w.upto
ORDER BY c.room_nid, c.key_nid, c.position
"""
SELECT_LOCAL_MEMBERS_OF_ENTRIES = """
SELECT u.user_nid, k.key_nid FROM state_keys k JOIN users u ON u.user_id = k.state_key
WHERE k.key_nid = ANY ($1::bigint[]) AND k.type = 'm.room.member' AND u.server = $2
"""
SELECT_LOCAL_MEMBER_COUNT = """
SELECT count(*) FROM memberships m JOIN users u ON u.user_nid = m.user_nid
WHERE m.room_nid = $1 AND m.membership = 'join' AND u.server = $2
"""
SELECT_MEMBERS_OF_ENTRIES = """
SELECT u.user_nid FROM state_keys k JOIN users u ON u.user_id = k.state_key
WHERE k.key_nid = ANY ($1::bigint[]) AND k.type = 'm.room.member'
"""


EVENTS_PER_QUERY = 1_000
"""Of a state that is named as a whole: more at once would keep everybody else waiting."""


@dataclass(frozen=True, slots=True)
class StoredState:
    """A current state event with what authorisation needs of it."""

    event_id: EventId
    event_nid: int
    auth_height: int
    json: bytes

    def load(self) -> JsonObject:
        """Decode the PDU."""
        return load_json(self.json)


@dataclass(frozen=True, slots=True)
class StateChange:
    """The newest change of a key in a span of positions; `event_nid` is None where the key was removed."""

    room_nid: int
    key_nid: int
    event_nid: int | None
    position: int


@dataclass(frozen=True, slots=True)
class StateOfEvent:
    """An event as an entry of a state; `key_nid` is None for messages."""

    event_nid: int
    key_nid: int | None
    is_rejected: bool


async def select_current_entries(
    conn: Connection, room_nid: int, entries: Sequence[StateEntry]
) -> dict[StateEntry, StoredState]:
    """Return those of these entries that the room's current state has."""
    if not entries:
        return {}
    rows = await conn.fetch(SELECT_CURRENT_ENTRIES, room_nid, *_columns_of(entries))
    return {
        (from_text(r["type"]), from_text(r["state_key"])): StoredState(
            EventId(r["event_id"]), r["event_nid"], r["auth_height"], r["json"]
        )
        for r in rows
    }


async def select_current_entries_of_rooms(
    conn: Connection, room_nids: Sequence[int], entries: Sequence[StateEntry]
) -> dict[int, dict[StateEntry, StoredState]]:
    """Return, per room, those of these entries that its current state has."""
    found: dict[int, dict[StateEntry, StoredState]] = {}
    for r in await conn.fetch(SELECT_CURRENT_ENTRIES_OF_ROOMS, room_nids, *_columns_of(entries)):
        entry = (from_text(r["type"]), from_text(r["state_key"]))
        stored = StoredState(EventId(r["event_id"]), r["event_nid"], r["auth_height"], r["json"])
        found.setdefault(r["room_nid"], {})[entry] = stored
    return found


async def select_current_state(conn: Connection, room_nid: int) -> list[StoredEvent]:
    return [event_from_row(r) for r in await conn.fetch(SELECT_CURRENT_STATE, room_nid)]


async def select_current_state_of_type(conn: Connection, room_nid: int, type_: str) -> list[StoredEvent]:
    return [
        event_from_row(r) for r in await conn.fetch(SELECT_CURRENT_STATE_OF_TYPE, room_nid, to_text(type_))
    ]


async def select_current_state_of_rooms(
    conn: Connection, room_nids: Sequence[int], *, members: bool
) -> dict[int, list[StoredEvent]]:
    """Return the current state of several rooms, with or without their member events."""
    found: dict[int, list[StoredEvent]] = {}
    query = SELECT_CURRENT_STATE_OF_ROOMS if members else SELECT_CURRENT_STATE_WITHOUT_MEMBERS
    for row in await conn.fetch(query, room_nids):
        found.setdefault(row["room_nid"], []).append(event_from_row(row))
    return found


async def select_current_members(
    conn: Connection, members: Sequence[tuple[int, int]]
) -> dict[int, list[StoredEvent]]:
    """Return, per room, the current member events of these (room, user) pairs."""
    found: dict[int, list[StoredEvent]] = {}
    if members:
        for row in await conn.fetch(SELECT_CURRENT_MEMBERS, *map(list, zip(*members, strict=True))):
            found.setdefault(row["room_nid"], []).append(event_from_row(row))
    return found


async def select_state_at(conn: Connection, room_nid: int, position: int) -> dict[int, int]:
    """Return the main line's state after a position, as key -> event numbers."""
    return {r["key_nid"]: r["event_nid"] for r in await conn.fetch(SELECT_STATE_AT, room_nid, position)}


async def select_entry_at(conn: Connection, room_nid: int, key_nid: int, position: int) -> int | None:
    """Return the event that a key had on the main line after a position."""
    event_nid: int | None = await conn.fetchval(SELECT_ENTRY_AT, room_nid, key_nid, position)
    return event_nid


async def select_entries_at(
    conn: Connection, room_nid: int, wanted: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], int]:
    """Return the event of each (position, key) of the main line that has one."""
    if not wanted:
        return {}
    rows = await conn.fetch(SELECT_ENTRIES_AT, room_nid, *map(list, zip(*wanted, strict=True)))
    return {(r["position"], r["key_nid"]): r["new_event_nid"] for r in rows}


async def select_state_versions(conn: Connection, room_nid: int, positions: Sequence[int]) -> dict[int, int]:
    """Return, per position, the one of the last state change up to it: between them the state is the same."""
    rows = await conn.fetch(SELECT_STATE_VERSIONS, room_nid, positions)
    return {r["position"]: r["version"] for r in rows}


async def select_changed_keys(conn: Connection, room_nid: int, since: int, upto: int, limit: int) -> set[int]:
    """Return the keys that changed on the main line in a span of positions, at most `limit`."""
    return {r["key_nid"] for r in await conn.fetch(SELECT_CHANGED_KEYS, room_nid, since, upto, limit)}


async def select_entries_of_events(
    conn: Connection, room_nid: int, event_ids: Sequence[EventId]
) -> dict[EventId, StateOfEvent]:
    """Return those events that are stored in a room, as entries of its state."""
    found: dict[EventId, StateOfEvent] = {}
    for start in range(0, len(event_ids), EVENTS_PER_QUERY):
        batch = event_ids[start : start + EVENTS_PER_QUERY]
        for r in await conn.fetch(SELECT_ENTRIES_OF_EVENTS, batch, room_nid):
            found[EventId(r["event_id"])] = StateOfEvent(r["event_nid"], r["key_nid"], r["is_rejected"])
    return found


async def select_entry_history(
    conn: Connection, room_nid: int, key_nid: int
) -> list[tuple[int, int | None, int | None]]:
    """Return every change of a key: (position, old event, new event), oldest first."""
    rows = await conn.fetch(SELECT_ENTRY_HISTORY, room_nid, key_nid)
    return [(r["position"], r["old_event_nid"], r["new_event_nid"]) for r in rows]


async def select_state_changes(conn: Connection, spans: Sequence[tuple[int, int, int]]) -> list[StateChange]:
    """Return the newest change of every key in each (room, since, upto)."""
    if not spans:
        return []
    rows = await conn.fetch(SELECT_STATE_CHANGES, *[list(column) for column in zip(*spans, strict=True)])
    return [StateChange(r["room_nid"], r["key_nid"], r["new_event_nid"], r["position"]) for r in rows]


async def select_replaced_entries(
    conn: Connection, spans: Sequence[tuple[int, int, int]]
) -> dict[tuple[int, int], int | None]:
    """Return, for every key that changed in a (room, since, upto), the event that it had before the span."""
    if not spans:
        return {}
    rows = await conn.fetch(SELECT_CHANGED_ENTRIES, *[list(column) for column in zip(*spans, strict=True)])
    return {(r["room_nid"], r["key_nid"]): r["old_event_nid"] for r in rows}


async def select_members_of_entries(conn: Connection, key_nids: Sequence[int]) -> list[int]:
    """Return the users whose membership these keys are."""
    return [row["user_nid"] for row in await conn.fetch(SELECT_MEMBERS_OF_ENTRIES, key_nids)]


async def select_local_members_of_entries(
    conn: Connection, key_nids: Sequence[int], server: ServerName
) -> dict[int, int]:
    """Return, by user, those of these keys that are the memberships of a server's own users."""
    rows = await conn.fetch(SELECT_LOCAL_MEMBERS_OF_ENTRIES, key_nids, server)
    return {row["user_nid"]: row["key_nid"] for row in rows}


async def count_local_members(conn: Connection, room_nid: int, server: ServerName) -> int:
    """Return how many of a server's own users have joined a room."""
    count: int = await conn.fetchval(SELECT_LOCAL_MEMBER_COUNT, room_nid, server)
    return count


def _columns_of(entries: Sequence[StateEntry]) -> tuple[list[str], list[str]]:
    return [to_text(type_) for type_, _ in entries], [to_text(state_key) for _, state_key in entries]
