"""What was being written."""

from __future__ import annotations

from sqlite3 import Connection

SELECT_DRAFT = "SELECT text FROM drafts WHERE room_id = ? AND thread_root = ?"
SELECT_DRAFT_ROOMS = "SELECT DISTINCT room_id FROM drafts"
UPSERT_DRAFT = """
    INSERT INTO drafts (room_id, thread_root, text, changed_at_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET text = excluded.text, changed_at_ms = excluded.changed_at_ms
"""
DELETE_DRAFT = "DELETE FROM drafts WHERE room_id = ? AND thread_root = ?"
DELETE_DRAFTS_OF_ROOM = "DELETE FROM drafts WHERE room_id = ?"


def read_draft(db: Connection, room_id: str, thread_root: str) -> str:
    row = db.execute(SELECT_DRAFT, (room_id, thread_root)).fetchone()
    return "" if row is None else str(row[0])


def read_draft_rooms(db: Connection) -> set[str]:
    """Return the rooms in which something waits to be finished, in the room or one of its threads."""
    return {str(room_id) for (room_id,) in db.execute(SELECT_DRAFT_ROOMS)}


def write_draft(db: Connection, room_id: str, thread_root: str, text: str, now_ms: int) -> None:
    db.execute(UPSERT_DRAFT, (room_id, thread_root, text, now_ms))


def delete_draft(db: Connection, room_id: str, thread_root: str) -> None:
    db.execute(DELETE_DRAFT, (room_id, thread_root))


def delete_drafts_of_room(db: Connection, room_id: str) -> None:
    db.execute(DELETE_DRAFTS_OF_ROOM, (room_id,))
