"""The rooms of an account, each with its summary, ready to be shown."""

from __future__ import annotations

from sqlite3 import Connection

SELECT_SUMMARIES = "SELECT summary FROM rooms WHERE summary <> x''"
SELECT_ROOM_IDS = "SELECT room_id FROM rooms"
SELECT_RECORD = "SELECT record FROM rooms WHERE room_id = ?"
UPSERT_RECORD = "INSERT INTO rooms VALUES (?, x'', ?) ON CONFLICT DO UPDATE SET record = excluded.record"
UPDATE_SUMMARY = "UPDATE rooms SET summary = ? WHERE room_id = ?"
DELETE_ROOM = "DELETE FROM rooms WHERE room_id = ?"


def select_summaries(db: Connection) -> list[bytes]:
    """Give the summaries of all rooms that have one."""
    return [summary for (summary,) in db.execute(SELECT_SUMMARIES)]


def select_room_ids(db: Connection) -> list[str]:
    return [str(room_id) for (room_id,) in db.execute(SELECT_ROOM_IDS)]


def select_record(db: Connection, room_id: str) -> bytes | None:
    row = db.execute(SELECT_RECORD, (room_id,)).fetchone()
    return None if row is None else row[0]


def upsert_record(db: Connection, room_id: str, record: bytes) -> None:
    """Write a room's record; a room that is new has no summary yet."""
    db.execute(UPSERT_RECORD, (room_id, record))


def update_summary(db: Connection, room_id: str, summary: bytes) -> None:
    db.execute(UPDATE_SUMMARY, (summary, room_id))


def delete_room(db: Connection, room_id: str) -> None:
    db.execute(DELETE_ROOM, (room_id,))
