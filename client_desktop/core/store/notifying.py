"""Events that notify, as far as they are not known to be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from client_desktop.core.store.events import json_list

_SELECT = """
SELECT e.event_nid, e.event_id, e.thread_root, e.notify, e.at_ms, p.fragment, p.place FROM events e
JOIN placements p ON p.event_nid = e.event_nid JOIN fragments f ON f.fragment = p.fragment
WHERE f.thread_root = '' AND e.event_nid IN """
SELECT_NOTIFYING = f"""{_SELECT}(
    SELECT event_nid FROM events WHERE room_id = ? AND notify > 0 AND notify IN (1, 2)
    ORDER BY event_nid DESC LIMIT ?)"""
SELECT_IN_THREADS = f"""{_SELECT}(
    SELECT event_nid FROM events WHERE room_id = ? AND thread_root != '' AND notify IN (1, 2)
    ORDER BY event_nid DESC LIMIT ?)"""
SELECT_AMONG = f"""{_SELECT}(
    SELECT event_nid FROM events
    WHERE room_id = ? AND event_id IN (SELECT value FROM json_each(?)) AND notify IN (1, 2))"""
UPDATE_SEEN = (
    "UPDATE events SET notify = notify + 2 "
    "WHERE notify IN (1, 2) AND event_nid IN (SELECT value FROM json_each(?))"
)


MAX_ROWS = 500
"""More unread messages than this count as so many: nobody counts on, and every sync would."""


@dataclass(frozen=True, slots=True)
class NotifyingRow:
    nid: int
    event_id: str
    thread_root: str
    notify: int
    """1 a notification, 2 a highlight."""
    at_ms: int
    fragment: int
    place: int


def select_notifying(db: sqlite3.Connection, room_id: str) -> list[NotifyingRow]:
    """Give the events of a room's timeline that notify and were not found to be read yet: the newest."""
    return [NotifyingRow(*row) for row in db.execute(SELECT_NOTIFYING, (room_id, MAX_ROWS))]


def select_in_threads(db: sqlite3.Connection, room_id: str) -> list[NotifyingRow]:
    """Give those of them that are in threads."""
    return [NotifyingRow(*row) for row in db.execute(SELECT_IN_THREADS, (room_id, MAX_ROWS))]


def select_among(db: sqlite3.Connection, room_id: str, event_ids: Iterable[str]) -> list[NotifyingRow]:
    """Give those of them that are among some events."""
    return [NotifyingRow(*row) for row in db.execute(SELECT_AMONG, (room_id, json_list(event_ids)))]


def set_seen(db: sqlite3.Connection, nids: Iterable[int]) -> None:
    """Note that events have been read, so that they are not looked at again."""
    db.execute(UPDATE_SEEN, (json_list(nids),))
