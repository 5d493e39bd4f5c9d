"""Who has read how far, by kind of receipt and thread."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

SENT = "io.parlour.sent"
"""Kind of receipt, kept here alone, for what the account itself sent: who wrote has read until there."""

UPSERT_RECEIPT = (
    "INSERT INTO receipts (room_id, user_id, receipt_type, thread_id, event_id, at_ms) "
    "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (room_id, user_id, receipt_type, thread_id) "
    "DO UPDATE SET event_id = excluded.event_id, at_ms = excluded.at_ms"
)
SELECT_PLACED_PUBLIC = """
SELECT r.user_id, r.at_ms, p.fragment, p.place FROM receipts r
JOIN events e ON e.room_id = r.room_id AND e.event_id = r.event_id
JOIN placements p ON p.event_nid = e.event_nid
JOIN fragments f ON f.fragment = p.fragment
WHERE r.room_id = ? AND r.receipt_type = 'm.read' AND r.thread_id IN ('', ?) AND f.thread_root = ?"""
SELECT_OF_USER = (
    "SELECT user_id, receipt_type, thread_id, event_id, at_ms FROM receipts WHERE room_id = ? AND user_id = ?"
)
DELETE_ROOM_RECEIPTS = "DELETE FROM receipts WHERE room_id = ?"


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    user_id: str
    receipt_type: str
    """m.read, m.read.private or SENT."""
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


def select_placed(db: sqlite3.Connection, room_id: str, thread_root: str) -> list[tuple[str, int, int, int]]:
    """Give everybody's public receipts that count in one timeline, where they point into it.

    Each is who, when, and where: run and place. One person may have several; the last place counts.
    """
    thread_id = thread_root or "main"
    return db.execute(SELECT_PLACED_PUBLIC, (room_id, thread_id, thread_root)).fetchall()


def select_of_user(db: sqlite3.Connection, room_id: str, user_id: str) -> list[ReceiptRow]:
    """Give all of one person's receipts in a room, private ones too."""
    return [ReceiptRow(*row) for row in db.execute(SELECT_OF_USER, (room_id, user_id))]


def delete_room(db: sqlite3.Connection, room_id: str) -> None:
    db.execute(DELETE_ROOM_RECEIPTS, (room_id,))
