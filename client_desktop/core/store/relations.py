"""What relates to what, and what a thread holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from client_desktop.core.store.events import COLUMNS, EventRow, json_list

SELECT_CHILDREN = (
    f"SELECT {COLUMNS} FROM events e WHERE e.room_id = ? AND e.redacted = 0 "
    "AND e.rel_target IN (SELECT value FROM json_each(?)) "
    "AND e.rel_type IN ('m.replace', 'm.annotation', 'm.reference') "
    "ORDER BY e.at_ms, e.event_id"
)
SELECT_EDITS = (
    f"SELECT {COLUMNS} FROM events e WHERE e.room_id = ? AND e.redacted = 0 "
    "AND e.rel_target = ? AND e.rel_type = 'm.replace' ORDER BY e.at_ms, e.event_id"
)
SELECT_REDACTION = (
    f"SELECT {COLUMNS} FROM events e WHERE e.room_id = ? AND e.rel_target = ? "
    "AND e.rel_type = 'm.redaction' ORDER BY e.event_nid LIMIT 1"
)
SELECT_REPLIES = (
    "SELECT rel_target, count(*) FROM events WHERE room_id = ? AND rel_type = 'm.thread' AND redacted = 0 "
    "AND rel_target IN (SELECT value FROM json_each(?)) GROUP BY rel_target"
)
SELECT_LATEST_IN_THREAD = (
    f"SELECT {COLUMNS} FROM events e WHERE e.room_id = ? AND e.rel_target = ? AND e.rel_type = 'm.thread' "
    "AND e.redacted = 0 ORDER BY e.at_ms DESC, e.event_nid DESC LIMIT ?"
)
SELECT_THREAD_ROOTS = (
    "SELECT rel_target FROM events WHERE room_id = ? AND rel_type = 'm.thread' AND redacted = 0 "
    "GROUP BY rel_target ORDER BY max(at_ms) DESC LIMIT ?"
)

PARTICIPANTS_AMONG = 50
"""How many of a thread's newest events are looked at for who takes part."""


@dataclass(frozen=True, slots=True)
class ThreadRows:
    """What the store knows of one thread."""

    root_id: str
    known: int
    newest: tuple[EventRow, ...]
    """The newest first."""


def select_children(db: sqlite3.Connection, room_id: str, targets: Iterable[str]) -> list[EventRow]:
    """Give edits, reactions and references of events, the oldest first, without redacted ones."""
    return [EventRow(*row) for row in db.execute(SELECT_CHILDREN, (room_id, json_list(targets)))]


def select_edits(db: sqlite3.Connection, room_id: str, target: str) -> list[EventRow]:
    """Give the edits of an event, valid or not, the oldest first."""
    return [EventRow(*row) for row in db.execute(SELECT_EDITS, (room_id, target))]


def select_redaction(db: sqlite3.Connection, room_id: str, target: str) -> EventRow | None:
    """Give the first redaction of an event that we know."""
    row = db.execute(SELECT_REDACTION, (room_id, target)).fetchone()
    return EventRow(*row) if row else None


def select_threads(db: sqlite3.Connection, room_id: str, roots: Iterable[str]) -> dict[str, ThreadRows]:
    """Give what is known of the threads that hang on these events, for those that have any."""
    counts = db.execute(SELECT_REPLIES, (room_id, json_list(roots))).fetchall()
    return {
        root: ThreadRows(root, known, tuple(select_newest_in_thread(db, room_id, root)))
        for root, known in counts
    }


def select_newest_in_thread(db: sqlite3.Connection, room_id: str, root: str) -> list[EventRow]:
    """Give a thread's newest events, the newest first."""
    rows = db.execute(SELECT_LATEST_IN_THREAD, (room_id, root, PARTICIPANTS_AMONG))
    return [EventRow(*row) for row in rows]


def select_thread_roots(db: sqlite3.Connection, room_id: str, limit: int) -> list[str]:
    """Give the roots of a room's threads, the one with the newest message first."""
    return [root for (root,) in db.execute(SELECT_THREAD_ROOTS, (room_id, limit))]
