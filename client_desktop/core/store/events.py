"""Events, by room and id."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

COLUMNS = (
    "e.event_nid, e.room_id, e.event_id, e.type, e.sender, e.at_ms, e.state_key, e.rel_type, e.rel_target, "
    "e.thread_root, e.session_id, e.redacted, e.notify, e.json, e.clear"
)
SELECT_EVENT = f"SELECT {COLUMNS} FROM events e WHERE e.room_id = ? AND e.event_id = ?"
SELECT_BY_NIDS = f"SELECT {COLUMNS} FROM events e WHERE e.event_nid IN (SELECT value FROM json_each(?))"
SELECT_BY_IDS = (
    f"SELECT {COLUMNS} FROM events e WHERE e.room_id = ? AND e.event_id IN (SELECT value FROM json_each(?))"
)
SELECT_WAITING = (
    f"SELECT {COLUMNS} FROM events e WHERE e.room_id = ? "
    "AND e.session_id IN (SELECT value FROM json_each(?)) ORDER BY e.event_nid LIMIT ?"
)
SELECT_NID = "SELECT event_nid FROM events WHERE room_id = ? AND event_id = ?"
SELECT_ID = "SELECT event_id FROM events WHERE event_nid = ?"
INSERT_EVENT = (
    "INSERT INTO events (room_id, event_id, type, sender, at_ms, state_key, rel_type, rel_target, "
    "thread_root, session_id, redacted, notify, json, clear) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
UPDATE_CLEAR = "UPDATE events SET type = ?, clear = ?, session_id = ?, notify = ? WHERE event_nid = ?"
UPDATE_REDACTED = (
    "UPDATE events SET redacted = 1, notify = 0, json = ?, clear = NULL, session_id = NULL "
    "WHERE event_nid = ?"
)
UPDATE_JSON = "UPDATE events SET json = ? WHERE event_nid = ?"
UPDATE_THREAD = (
    "UPDATE events SET thread_root = ? WHERE room_id = ? AND rel_target = ? AND thread_root = '' "
    "AND rel_type IN ('m.replace', 'm.annotation', 'm.reference')"
)
UPDATE_NOTIFY = "UPDATE events SET notify = ? WHERE event_nid = ?"
SELECT_THREAD_IN_RUN = (
    "SELECT e.event_nid, e.type, e.rel_type FROM events e JOIN placements p ON p.event_nid = e.event_nid "
    "WHERE e.room_id = ? AND e.thread_root = ? AND p.fragment = ? ORDER BY p.place"
)
SELECT_FIRST_ID = (
    "SELECT e.event_id FROM placements p JOIN events e ON e.event_nid = p.event_nid "
    "WHERE p.fragment = ? ORDER BY p.place LIMIT 1"
)
SELECT_LAST_ID = (
    "SELECT e.event_id FROM placements p JOIN events e ON e.event_nid = p.event_nid "
    "WHERE p.fragment = ? ORDER BY p.place DESC LIMIT 1"
)
SELECT_FIRST_TIME = (
    "SELECT e.at_ms FROM placements p JOIN events e ON e.event_nid = p.event_nid "
    "WHERE p.fragment = ? ORDER BY p.place LIMIT 1"
)
SELECT_IDS_OF_SENDER = (
    "SELECT event_id FROM events WHERE room_id = ? AND sender = ? AND state_key IS NULL AND redacted = 0 "
    "AND type NOT IN ('m.reaction', 'm.room.redaction') ORDER BY event_nid DESC LIMIT ?"
)
DELETE_ROOM_EVENTS = "DELETE FROM events WHERE room_id = ?"

MAX_WAITING = 2000
"""How many events that wait for one session are tried at once."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as it is stored; see the schema."""

    nid: int
    room_id: str
    event_id: str
    type: str
    sender: str
    at_ms: int
    state_key: str | None
    rel_type: str | None
    rel_target: str | None
    thread_root: str
    session_id: str | None
    redacted: int
    notify: int
    json: bytes
    clear: bytes | None


def select_ids_of_sender(db: sqlite3.Connection, room_id: str, sender: str, limit: int) -> list[str]:
    """Give what somebody wrote in a room and was not removed, the newest first."""
    return [str(event_id) for (event_id,) in db.execute(SELECT_IDS_OF_SENDER, (room_id, sender, limit))]


def select_event(db: sqlite3.Connection, room_id: str, event_id: str) -> EventRow | None:
    row = db.execute(SELECT_EVENT, (room_id, event_id)).fetchone()
    return EventRow(*row) if row else None


def select_by_nids(db: sqlite3.Connection, nids: Iterable[int]) -> list[EventRow]:
    """Give events by their numbers, in no particular order."""
    return [EventRow(*row) for row in db.execute(SELECT_BY_NIDS, (json_list(nids),))]


def select_by_ids(db: sqlite3.Connection, room_id: str, event_ids: Iterable[str]) -> list[EventRow]:
    """Give those of the events of a room that are known."""
    return [EventRow(*row) for row in db.execute(SELECT_BY_IDS, (room_id, json_list(event_ids)))]


def select_waiting(db: sqlite3.Connection, room_id: str, session_ids: Iterable[str]) -> list[EventRow]:
    """Give events that wait for keys of these sessions, at most MAX_WAITING."""
    rows = db.execute(SELECT_WAITING, (room_id, json_list(session_ids), MAX_WAITING))
    return [EventRow(*row) for row in rows]


def select_nid(db: sqlite3.Connection, room_id: str, event_id: str) -> int | None:
    row = db.execute(SELECT_NID, (room_id, event_id)).fetchone()
    return row[0] if row else None


def select_id(db: sqlite3.Connection, nid: int) -> str | None:
    row = db.execute(SELECT_ID, (nid,)).fetchone()
    return row[0] if row else None


def insert_event(db: sqlite3.Connection, row: EventRow) -> int:
    """Store an event that is not known yet; its `nid` is not used. Return the number it has now."""
    cursor = db.execute(
        INSERT_EVENT,
        (
            row.room_id,
            row.event_id,
            row.type,
            row.sender,
            row.at_ms,
            row.state_key,
            row.rel_type,
            row.rel_target,
            row.thread_root,
            row.session_id,
            row.redacted,
            row.notify,
            row.json,
            row.clear,
        ),
    )
    return int(cursor.lastrowid or 0)


def set_clear(
    db: sqlite3.Connection, nid: int, event_type: str, clear: bytes, session_id: str | None, notify: int
) -> None:
    """Note what an event says once decrypted, or why it still says nothing."""
    db.execute(UPDATE_CLEAR, (event_type, clear, session_id, notify, nid))


def set_redacted(db: sqlite3.Connection, nid: int, json: bytes) -> None:
    """Put the redacted form in the place of an event; what it said is gone."""
    db.execute(UPDATE_REDACTED, (json, nid))


def set_json(db: sqlite3.Connection, nid: int, json: bytes) -> None:
    db.execute(UPDATE_JSON, (json, nid))


def set_thread_of_children(db: sqlite3.Connection, room_id: str, event_id: str, thread_root: str) -> None:
    """Put what relates to an event of a thread, and came before it, into the thread."""
    db.execute(UPDATE_THREAD, (thread_root, room_id, event_id))


def set_notify(db: sqlite3.Connection, nid: int, notify: int) -> None:
    db.execute(UPDATE_NOTIFY, (notify, nid))


def select_thread_in_run(
    db: sqlite3.Connection, room_id: str, thread_root: str, fragment: int
) -> list[tuple[int, str, str | None]]:
    """Give what belongs to a thread within a run of the room, oldest first: event, type, relation."""
    return db.execute(SELECT_THREAD_IN_RUN, (room_id, thread_root, fragment)).fetchall()


def select_edge_id(db: sqlite3.Connection, fragment: int, *, newest: bool) -> str | None:
    """Give the id of a run's first or last event; None while it is empty."""
    row = db.execute(SELECT_LAST_ID if newest else SELECT_FIRST_ID, (fragment,)).fetchone()
    return row[0] if row else None


def select_first_time(db: sqlite3.Connection, fragment: int) -> int | None:
    """Tell when the first event of a run happened; None while it is empty."""
    row = db.execute(SELECT_FIRST_TIME, (fragment,)).fetchone()
    return row[0] if row else None


def delete_room(db: sqlite3.Connection, room_id: str) -> None:
    db.execute(DELETE_ROOM_EVENTS, (room_id,))


def json_list(values: Iterable[int] | Iterable[str] | Sequence[str]) -> str:
    """Write values for `json_each`, which binds any number of them as one."""
    return orjson.dumps(list(values)).decode()
