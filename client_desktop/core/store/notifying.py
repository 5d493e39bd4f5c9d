"""Events that notify, as far as they are not known to be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from client_desktop.core.store.events import json_list

SELECT_NOTIFYING = """
SELECT e.event_nid, e.event_id, e.thread_root, e.notify, e.at_ms, p.fragment, p.place FROM events e
JOIN placements p ON p.event_nid = e.event_nid JOIN fragments f ON f.fragment = p.fragment
WHERE e.room_id = ? AND e.notify > 0 AND e.notify IN (1, 2) AND f.thread_root = ''"""
UPDATE_SEEN = (
    "UPDATE events SET notify = notify + 2 "
    "WHERE notify IN (1, 2) AND event_nid IN (SELECT value FROM json_each(?))"
)


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
    """Give the events of a room's timeline that notify and were not found to be read yet."""
    return [NotifyingRow(*row) for row in db.execute(SELECT_NOTIFYING, (room_id,))]


def set_seen(db: sqlite3.Connection, nids: Iterable[int]) -> None:
    """Note that events have been read, so that they are not looked at again."""
    db.execute(UPDATE_SEEN, (json_list(nids),))
