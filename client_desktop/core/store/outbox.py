"""The send queue: what waits, in order, and the files that go with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection

import orjson

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.values import SendState

COLUMNS = (
    "place, txn_id, room_id, type, content, redacts, depends_on, created_at_ms, state, error_word,"
    " tried_since_ms, event_id"
)
SELECT_ENTRY = f"SELECT {COLUMNS} FROM outbox WHERE txn_id = ?"
SELECT_ENTRIES_OF_ROOM = f"SELECT {COLUMNS} FROM outbox WHERE room_id = ? ORDER BY place"
SELECT_SENT = f"SELECT {COLUMNS} FROM outbox WHERE state = 'sent' ORDER BY place"
SELECT_ROOMS = "SELECT DISTINCT room_id FROM outbox"
SELECT_TXN_IDS = "SELECT txn_id FROM outbox"
INSERT_ENTRY = """
    INSERT INTO outbox (txn_id, room_id, type, content, redacts, depends_on, created_at_ms, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, 'queued')
"""
UPDATE_STATE = "UPDATE outbox SET state = ?, error_word = ? WHERE txn_id = ?"
UPDATE_QUEUED_AGAIN = """
    UPDATE outbox SET state = 'queued', error_word = '', tried_since_ms = NULL WHERE txn_id = ?
"""
UPDATE_TRIED = "UPDATE outbox SET tried_since_ms = coalesce(tried_since_ms, ?) WHERE txn_id = ?"
UPDATE_SENT = "UPDATE outbox SET state = 'sent', error_word = '', event_id = ? WHERE txn_id = ?"
UPDATE_CONTENT = "UPDATE outbox SET content = ?, redacts = ?, depends_on = ? WHERE txn_id = ?"
DELETE_ENTRY = "DELETE FROM outbox WHERE txn_id = ?"

SELECT_FILES = """
    SELECT slot, path, name, mime_type, size, url, encrypted_file FROM outbox_files
    WHERE txn_id = ? ORDER BY slot DESC
"""
INSERT_FILE = """
    INSERT INTO outbox_files (txn_id, slot, path, name, mime_type, size) VALUES (?, ?, ?, ?, ?, ?)
"""
UPDATE_UPLOADED = "UPDATE outbox_files SET url = ?, encrypted_file = ? WHERE txn_id = ? AND slot = ?"


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One event on its way."""

    place: int
    txn_id: str
    room_id: str
    type: str
    content: ReadonlyJsonObject
    """In clear."""
    redacts: str | None
    depends_on: str | None
    created_at_ms: int
    state: SendState
    """QUEUED, FAILED or SENT; what is being sent at this moment is not written down."""
    error_word: str
    tried_since_ms: int | None
    event_id: str | None


@dataclass(frozen=True, slots=True)
class OutboxFile:
    """A file that goes up before its event."""

    slot: str
    """file or thumbnail."""
    path: str
    name: str
    mime_type: str
    size: int
    url: str | None = None
    encrypted_file: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    txn_id: str
    room_id: str
    type: str
    content: ReadonlyJsonObject
    created_at_ms: int
    redacts: str | None = None
    depends_on: str | None = None


def read_entry(db: Connection, txn_id: str) -> OutboxEntry | None:
    row = db.execute(SELECT_ENTRY, (txn_id,)).fetchone()
    return None if row is None else _entry(row)


def read_entries(db: Connection, room_id: str) -> list[OutboxEntry]:
    """Return a room's entries in their order, those that were sent and have not come back too."""
    return [_entry(row) for row in db.execute(SELECT_ENTRIES_OF_ROOM, (room_id,))]


def read_sent(db: Connection) -> list[OutboxEntry]:
    """Return what the server has taken and sync has not shown."""
    return [_entry(row) for row in db.execute(SELECT_SENT)]


def read_outbox_rooms(db: Connection) -> list[str]:
    return [str(room_id) for (room_id,) in db.execute(SELECT_ROOMS)]


def read_txn_ids(db: Connection) -> set[str]:
    return {str(txn_id) for (txn_id,) in db.execute(SELECT_TXN_IDS)}


def insert_entry(db: Connection, entry: NewEntry, files: Iterable[OutboxFile] = ()) -> None:
    """Put an entry at the end of its room's queue."""
    content = orjson.dumps(entry.content)
    db.execute(
        INSERT_ENTRY,
        (
            entry.txn_id,
            entry.room_id,
            entry.type,
            content,
            entry.redacts,
            entry.depends_on,
            entry.created_at_ms,
        ),
    )
    for file in files:
        db.execute(INSERT_FILE, (entry.txn_id, file.slot, file.path, file.name, file.mime_type, file.size))


def write_failed(db: Connection, txn_id: str, error_word: str) -> None:
    db.execute(UPDATE_STATE, (SendState.FAILED, error_word, txn_id))


def write_queued_again(db: Connection, txn_id: str) -> None:
    db.execute(UPDATE_QUEUED_AGAIN, (txn_id,))


def write_tried(db: Connection, txn_id: str, now_ms: int) -> None:
    """Note that from now on the event may have arrived without our knowing."""
    db.execute(UPDATE_TRIED, (now_ms, txn_id))


def write_sent(db: Connection, txn_id: str, event_id: str) -> None:
    db.execute(UPDATE_SENT, (event_id, txn_id))


def write_content(
    db: Connection, txn_id: str, content: ReadonlyJsonObject, redacts: str | None, depends_on: str | None
) -> None:
    db.execute(UPDATE_CONTENT, (orjson.dumps(content), redacts, depends_on, txn_id))


def delete_entry(db: Connection, txn_id: str) -> None:
    """Delete an entry, and what is known of its files."""
    db.execute(DELETE_ENTRY, (txn_id,))


def read_files(db: Connection, txn_id: str) -> list[OutboxFile]:
    """Return what has to be uploaded, the thumbnail first: it is shown first."""
    return [_file(row) for row in db.execute(SELECT_FILES, (txn_id,))]


def write_uploaded(
    db: Connection, txn_id: str, slot: str, url: str, encrypted_file: JsonObject | None
) -> None:
    db.execute(
        UPDATE_UPLOADED,
        (url, None if encrypted_file is None else orjson.dumps(encrypted_file), txn_id, slot),
    )


def _file(row: tuple[str, str, str, str, int, str | None, bytes | None]) -> OutboxFile:
    slot, path, name, mime_type, size, url, encrypted = row
    return OutboxFile(
        slot, path, name, mime_type, size, url, None if encrypted is None else orjson.loads(encrypted)
    )


def _entry(row: tuple[object, ...]) -> OutboxEntry:
    (
        place,
        txn_id,
        room_id,
        event_type,
        content,
        redacts,
        depends_on,
        created,
        state,
        word,
        tried,
        event_id,
    ) = row
    assert isinstance(content, bytes)
    assert isinstance(place, int)
    assert isinstance(created, int)
    return OutboxEntry(
        place=place,
        txn_id=str(txn_id),
        room_id=str(room_id),
        type=str(event_type),
        content=orjson.loads(content),
        redacts=_text(redacts),
        depends_on=_text(depends_on),
        created_at_ms=created,
        state=SendState(str(state)),
        error_word=str(word),
        tried_since_ms=tried if isinstance(tried, int) else None,
        event_id=_text(event_id),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
