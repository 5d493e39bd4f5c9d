"""Who has read how far, by kind of receipt and thread."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

UPSERT_RECEIPT = (
    "INSERT INTO receipts (room_id, user_id, receipt_type, thread_id, event_id, at_ms) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (room_id, user_id, receipt_type, thread_id) "
    "DO UPDATE SET event_id = excluded.event_id, at_ms = excluded.at_ms"
)
SELECT_PUBLIC = (
    "SELECT user_id, receipt_type, thread_id, event_id, at_ms FROM receipts "
    "WHERE room_id = ? AND receipt_type = 'm.read' AND thread_id IN ('', ?)"
)
SELECT_OF_USER = (
    "SELECT user_id, receipt_type, thread_id, event_id, at_ms FROM receipts WHERE room_id = ? AND user_id = ?"
)
DELETE_ROOM_RECEIPTS = "DELETE FROM receipts WHERE room_id = ?"


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    user_id: str
    receipt_type: str
    """m.read or m.read.private."""
    thread_id: str
    """Empty: of the whole room; `main`; or a thread's root."""
    event_id: str
    at_ms: int


def upsert_receipt(db: sqlite3.Connection, room_id: str, receipt: ReceiptRow) -> None:
    """Note how far somebody has read, in the place of what was known of this kind and thread."""
    db.execute(
        UPSERT_RECEIPT,
        (
            room_id,
            receipt.user_id,
            receipt.receipt_type,
            receipt.thread_id,
            receipt.event_id,
            receipt.at_ms,
        ),
    )


def select_public(db: sqlite3.Connection, room_id: str, thread_id: str) -> list[ReceiptRow]:
    """Give everybody's receipts that count in one thread (`main` for the room's own timeline)."""
    return [ReceiptRow(*row) for row in db.execute(SELECT_PUBLIC, (room_id, thread_id))]


def select_of_user(db: sqlite3.Connection, room_id: str, user_id: str) -> list[ReceiptRow]:
    """Give all of one person's receipts in a room, private ones too."""
    return [ReceiptRow(*row) for row in db.execute(SELECT_OF_USER, (room_id, user_id))]


def delete_room(db: sqlite3.Connection, room_id: str) -> None:
    db.execute(DELETE_ROOM_RECEIPTS, (room_id,))
