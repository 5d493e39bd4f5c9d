"""What waits to be read, by our own count: of encrypted rooms the server cannot tell.

Spec: https://spec.matrix.org/v1.19/client-server-api/#receiving-notifications
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from client_desktop.core.store import fragments, notifying
from client_desktop.core.store import receipts as receipt_store
from client_desktop.core.store.events import json_list
from client_desktop.core.store.notifying import NotifyingRow


@dataclass(frozen=True, slots=True)
class _ReadUntil:
    """How far the account has read, by one receipt."""

    position: tuple[int, int] | None
    """Rank of the run and place in it; None where the event stands in no run that we know."""
    at_ms: int

    def covers(self, row: NotifyingRow, ranks: Mapping[int, int]) -> bool:
        if self.position is None:
            return row.at_ms <= self.at_ms
        return (ranks.get(row.fragment, -1), row.place) <= self.position


def unread_rows(db: sqlite3.Connection, room_id: str, me: str) -> list[NotifyingRow]:
    """Give the events of a room that notify and were not read, here or elsewhere."""
    return _unread(db, room_id, me, notifying.select_notifying(db, room_id))


def unread_among(db: sqlite3.Connection, room_id: str, me: str, event_ids: set[str]) -> set[str]:
    """Give those of some events that notify and were not read."""
    rows = notifying.select_among(db, room_id, event_ids) if event_ids else []
    return {row.event_id for row in _unread(db, room_id, me, rows)}


def unread_in_threads(db: sqlite3.Connection, room_id: str, me: str) -> dict[str, tuple[int, int]]:
    """Count by thread what notifies and was not read; the main timeline is left out."""
    return count_threads(_unread(db, room_id, me, notifying.select_in_threads(db, room_id)))


def _unread(db: sqlite3.Connection, room_id: str, me: str, rows: list[NotifyingRow]) -> list[NotifyingRow]:
    """Leave out what was read. Within a transaction that is noted, so that nobody looks at it again."""
    if not rows:
        return []
    chain = fragments.select_chain(db, room_id)
    ranks = {run.number: -index for index, run in enumerate(chain)}
    ranks = {number: rank + len(chain) for number, rank in ranks.items()}
    read = _read_until(db, room_id, me, ranks)
    unread = [row for row in rows if row.fragment in ranks and not _is_read(row, read, ranks)]
    if db.in_transaction and len(unread) < len(rows):
        seen = {row.nid for row in rows} - {row.nid for row in unread}
        notifying.set_seen(db, [row.nid for row in rows if row.nid in seen and row.fragment in ranks])
    return unread


def count(rows: list[NotifyingRow]) -> tuple[int, int]:
    """Count notifications, and highlights among them."""
    return len(rows), sum(row.notify == 2 for row in rows)


def count_threads(rows: list[NotifyingRow]) -> dict[str, tuple[int, int]]:
    """Count by thread."""
    by_root: dict[str, list[NotifyingRow]] = {}
    for row in rows:
        by_root.setdefault(row.thread_root, []).append(row)
    return {root: count(of_thread) for root, of_thread in by_root.items()}


def _read_until(
    db: sqlite3.Connection, room_id: str, me: str, ranks: Mapping[int, int]
) -> dict[str, list[_ReadUntil]]:
    """Give the account's receipts by thread: `main`, a root, or empty for all."""
    receipts = receipt_store.select_of_user(db, room_id, me)
    placed = fragments.select_main_placements(db, room_id, json_list(each.event_id for each in receipts))
    read: dict[str, list[_ReadUntil]] = {}
    for receipt in receipts:
        place = placed.get(receipt.event_id)
        position = None if place is None or place[0] not in ranks else (ranks[place[0]], place[1])
        read.setdefault(receipt.thread_id, []).append(_ReadUntil(position, receipt.at_ms))
    return read


def _is_read(row: NotifyingRow, read: Mapping[str, list[_ReadUntil]], ranks: Mapping[int, int]) -> bool:
    counting = (*read.get("", ()), *read.get(row.thread_root or "main", ()))
    return any(until.covers(row, ranks) for until in counting)
