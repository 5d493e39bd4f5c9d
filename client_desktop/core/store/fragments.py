"""Runs of timelines and what stands in them: rows alone; how runs grow and join is `core.timeline.runs`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from client_desktop.core.store.events import json_list

SELECT_FRAGMENT = (
    "SELECT fragment, room_id, thread_root, older, back_token, forward_token, live "
    "FROM fragments WHERE fragment = ?"
)
SELECT_LIVE = (
    "SELECT fragment, room_id, thread_root, older, back_token, forward_token, live "
    "FROM fragments WHERE room_id = ? AND thread_root = ? AND live = 1"
)
SELECT_LIVE_THREADS = (
    "SELECT fragment, room_id, thread_root, older, back_token, forward_token, live "
    "FROM fragments WHERE room_id = ? AND thread_root != '' AND live = 1"
)
INSERT_FRAGMENT = (
    "INSERT INTO fragments (room_id, thread_root, older, back_token, forward_token, live) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
UPDATE_OLDER = "UPDATE fragments SET older = ? WHERE fragment = ?"
UPDATE_BACK_TOKEN = "UPDATE fragments SET back_token = ? WHERE fragment = ?"
UPDATE_FORWARD_TOKEN = "UPDATE fragments SET forward_token = ? WHERE fragment = ?"
UPDATE_LIVE = "UPDATE fragments SET live = ? WHERE fragment = ?"
UPDATE_OLDER_REFERENCES = "UPDATE fragments SET older = ? WHERE older = ?"
DELETE_FRAGMENT = "DELETE FROM fragments WHERE fragment = ?"
DELETE_ROOM_FRAGMENTS = "DELETE FROM fragments WHERE room_id = ?"
# Two questions: SQLite finds a minimum, or a maximum, by the index, but not both at once.
SELECT_BOUNDS = (
    "SELECT (SELECT min(place) FROM placements WHERE fragment = ?1), "
    "(SELECT max(place) FROM placements WHERE fragment = ?1)"
)
SELECT_PLACEMENT = (
    "SELECT p.fragment, p.place FROM placements p JOIN fragments f ON f.fragment = p.fragment "
    "WHERE p.event_nid = ? AND f.thread_root = ?"
)
INSERT_PLACEMENT = "INSERT INTO placements (fragment, place, event_nid, shown) VALUES (?, ?, ?, ?)"
UPDATE_SHOWN = (
    "UPDATE placements SET shown = ? WHERE event_nid = ? AND shown != ? "
    "AND fragment IN (SELECT fragment FROM fragments WHERE room_id = ? AND thread_root = ?)"
)
# Through a far range and back: places are unique, and rows are changed in no particular order.
UPDATE_MOVE = "UPDATE placements SET fragment = ?, place = place + ? WHERE fragment = ?"
UPDATE_SHIFT_UP = "UPDATE placements SET place = place + ? WHERE fragment = ? AND place > ?"
UPDATE_SHIFT_DOWN = "UPDATE placements SET place = place + ? WHERE fragment = ? AND place < ?"
SELECT_SHOWN_BACK = (
    "SELECT place, event_nid FROM placements WHERE fragment = ? AND shown = 1 AND place < ? "
    "ORDER BY place DESC LIMIT ?"
)
SELECT_SHOWN_FORWARD = (
    "SELECT place, event_nid FROM placements WHERE fragment = ? AND shown = 1 AND place > ? "
    "ORDER BY place LIMIT ?"
)
SELECT_SHOWN_BETWEEN = (
    "SELECT place, event_nid FROM placements WHERE fragment = ? AND shown = 1 AND place BETWEEN ? AND ? "
    "ORDER BY place"
)
SELECT_PLACED = "SELECT place, event_nid FROM placements WHERE fragment = ? ORDER BY place"
SELECT_MAIN_PLACEMENTS = (
    "SELECT e.event_id, p.fragment, p.place FROM events e "
    "JOIN placements p ON p.event_nid = e.event_nid JOIN fragments f ON f.fragment = p.fragment "
    "WHERE e.room_id = ? AND f.thread_root = '' AND e.event_id IN (SELECT value FROM json_each(?))"
)

SELECT_AROUND = """
SELECT e.event_id FROM placements p JOIN events e ON e.event_nid = p.event_nid
WHERE p.fragment = :fragment AND p.shown = 1 AND (
    p.place IN (SELECT place FROM placements WHERE fragment = :fragment AND shown = 1 AND place <= :place
                ORDER BY place DESC LIMIT :rows + 1)
    OR p.place IN (SELECT place FROM placements WHERE fragment = :fragment AND shown = 1 AND place > :place
                   ORDER BY place LIMIT :rows)
) ORDER BY p.place"""

FAR = 1 << 50
"""Beyond every place that counting one by one reaches."""
LOWEST = -(1 << 60)
HIGHEST = 1 << 60


@dataclass(frozen=True, slots=True)
class Fragment:
    """One contiguous run; see the schema for what its tokens mean."""

    number: int
    room_id: str
    thread_root: str
    older: int | None
    back_token: str | None
    forward_token: str | None
    live: bool


def select_fragment(db: sqlite3.Connection, number: int) -> Fragment | None:
    row = db.execute(SELECT_FRAGMENT, (number,)).fetchone()
    return _fragment(row) if row else None


def select_live(db: sqlite3.Connection, room_id: str, thread_root: str = "") -> Fragment | None:
    row = db.execute(SELECT_LIVE, (room_id, thread_root)).fetchone()
    return _fragment(row) if row else None


def select_live_threads(db: sqlite3.Connection, room_id: str) -> list[Fragment]:
    """Give the live runs of those threads of a room that were opened once."""
    return [_fragment(row) for row in db.execute(SELECT_LIVE_THREADS, (room_id,))]


def select_chain(db: sqlite3.Connection, room_id: str, thread_root: str = "") -> list[Fragment]:
    """Give the live run and those before it across gaps, newest first."""
    chain: list[Fragment] = []
    fragment = select_live(db, room_id, thread_root)
    while fragment is not None:
        chain.append(fragment)
        fragment = None if fragment.older is None else select_fragment(db, fragment.older)
    return chain


def insert_fragment(
    db: sqlite3.Connection,
    room_id: str,
    thread_root: str,
    *,
    older: int | None = None,
    back_token: str | None = None,
    forward_token: str | None = None,
    live: bool = False,
) -> int:
    cursor = db.execute(INSERT_FRAGMENT, (room_id, thread_root, older, back_token, forward_token, int(live)))
    return int(cursor.lastrowid or 0)


def set_older(db: sqlite3.Connection, number: int, older: int | None) -> None:
    db.execute(UPDATE_OLDER, (older, number))


def set_back_token(db: sqlite3.Connection, number: int, token: str | None) -> None:
    db.execute(UPDATE_BACK_TOKEN, (token, number))


def set_forward_token(db: sqlite3.Connection, number: int, token: str | None) -> None:
    db.execute(UPDATE_FORWARD_TOKEN, (token, number))


def set_live(db: sqlite3.Connection, number: int, live: bool) -> None:
    db.execute(UPDATE_LIVE, (int(live), number))


def replace_fragment(db: sqlite3.Connection, gone: int, by: int) -> None:
    """Let runs that came after `gone` come after `by`, and forget `gone`, which must be empty."""
    db.execute(UPDATE_OLDER_REFERENCES, (by, gone))
    db.execute(DELETE_FRAGMENT, (gone,))


def delete_room(db: sqlite3.Connection, room_id: str) -> None:
    db.execute(DELETE_ROOM_FRAGMENTS, (room_id,))


def select_bounds(db: sqlite3.Connection, number: int) -> tuple[int, int] | None:
    """Give the first and last place of a run; None while it is empty."""
    first, last = db.execute(SELECT_BOUNDS, (number,)).fetchone()
    return None if first is None else (first, last)


def select_placement(db: sqlite3.Connection, event_nid: int, thread_root: str = "") -> tuple[int, int] | None:
    """Tell where an event stands in the room's timeline, or in a thread's: run and place."""
    row = db.execute(SELECT_PLACEMENT, (event_nid, thread_root)).fetchone()
    return (row[0], row[1]) if row else None


def select_main_placements(
    db: sqlite3.Connection, room_id: str, event_ids: str
) -> dict[str, tuple[int, int]]:
    """Tell where events stand in the room's timeline; `event_ids` is a JSON list."""
    rows = db.execute(SELECT_MAIN_PLACEMENTS, (room_id, event_ids))
    return {event_id: (fragment, place) for event_id, fragment, place in rows}


def select_around(db: sqlite3.Connection, room_id: str, event_id: str, rows: int) -> list[str]:
    """Give a row of the room's timeline and up to `rows` before and after it; nothing where it is none."""
    placed = select_main_placements(db, room_id, json_list([event_id])).get(event_id)
    if placed is None:
        return []
    found = db.execute(SELECT_AROUND, {"fragment": placed[0], "place": placed[1], "rows": rows})
    return [around for (around,) in found]


def insert_placement(db: sqlite3.Connection, number: int, place: int, event_nid: int, shown: bool) -> None:
    db.execute(INSERT_PLACEMENT, (number, place, event_nid, int(shown)))


def set_shown(db: sqlite3.Connection, room_id: str, thread_root: str, event_nid: int, shown: bool) -> None:
    """Let an event be a row, or not, in the timeline of the room or of a thread."""
    db.execute(UPDATE_SHOWN, (int(shown), event_nid, int(shown), room_id, thread_root))


def move_placements(db: sqlite3.Connection, source: int, target: int, by: int) -> None:
    """Move everything of one run into another, `by` places on."""
    db.execute(UPDATE_MOVE, (target, by, source))


def shift_placements(db: sqlite3.Connection, number: int, place: int, step: int) -> None:
    """Make room: move what is after (`step` 1) or before (`step` -1) a place one further away."""
    if step > 0:
        db.execute(UPDATE_SHIFT_UP, (FAR + 1, number, place))
        db.execute(UPDATE_SHIFT_UP, (-FAR, number, FAR // 2))
    else:
        db.execute(UPDATE_SHIFT_DOWN, (-FAR - 1, number, place))
        db.execute(UPDATE_SHIFT_DOWN, (FAR, number, -FAR // 2))


def select_shown_back(db: sqlite3.Connection, number: int, before: int, limit: int) -> list[tuple[int, int]]:
    """Give up to `limit` rows before a place, newest first: (place, event)."""
    return db.execute(SELECT_SHOWN_BACK, (number, before, limit)).fetchall()


def select_shown_forward(
    db: sqlite3.Connection, number: int, after: int, limit: int
) -> list[tuple[int, int]]:
    """Give up to `limit` rows after a place, oldest first: (place, event)."""
    return db.execute(SELECT_SHOWN_FORWARD, (number, after, limit)).fetchall()


def select_shown_between(db: sqlite3.Connection, number: int, first: int, last: int) -> list[tuple[int, int]]:
    """Give the rows from one place to another, both included, oldest first."""
    return db.execute(SELECT_SHOWN_BETWEEN, (number, first, last)).fetchall()


def select_placed(db: sqlite3.Connection, number: int) -> Iterable[tuple[int, int]]:
    """Give everything of a run, oldest first: (place, event)."""
    return db.execute(SELECT_PLACED, (number,))


def _fragment(row: tuple[int, str, str, int | None, str | None, str | None, int]) -> Fragment:
    number, room_id, thread_root, older, back_token, forward_token, live = row
    return Fragment(number, room_id, thread_root, older, back_token, forward_token, bool(live))
