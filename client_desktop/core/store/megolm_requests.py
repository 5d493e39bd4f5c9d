"""What surrounds room keys: encrypted rooms, keys withheld and asked for, shared history."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import orjson

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject

SELECT_ENCRYPTED_ROOM = "SELECT content FROM encrypted_rooms WHERE room_id = ?"
UPSERT_ENCRYPTED_ROOM = (
    "INSERT INTO encrypted_rooms (room_id, content) VALUES (?, ?)"
    " ON CONFLICT DO UPDATE SET content = excluded.content"
)
SELECT_SEND_TO = "SELECT send_to FROM encrypted_rooms WHERE room_id = ?"
UPDATE_SEND_TO = "UPDATE encrypted_rooms SET send_to = ? WHERE room_id = ?"

SELECT_WITHHELD = (
    "SELECT code, reason FROM withheld_keys WHERE room_id = ? AND session_id = ? AND sender IN (?, '')"
    " ORDER BY sender DESC"
)
COUNT_WITHHELD_OF_SENDER = "SELECT COUNT(*) FROM withheld_keys WHERE sender = ?"
UPSERT_WITHHELD = (
    "INSERT OR REPLACE INTO withheld_keys (room_id, session_id, sender, code, reason) VALUES (?, ?, ?, ?, ?)"
)
DELETE_WITHHELD = "DELETE FROM withheld_keys WHERE room_id = ? AND session_id = ?"

INSERT_REQUEST = (
    "INSERT OR IGNORE INTO key_requests (room_id, session_id, request_id, made_ms, sent_ms)"
    " VALUES (?, ?, ?, ?, 0)"
)
SELECT_REQUEST = (
    "SELECT room_id, session_id, request_id, made_ms, sent_ms FROM key_requests"
    " WHERE room_id = ? AND session_id = ?"
)
SELECT_UNSENT_REQUESTS = (
    "SELECT room_id, session_id, request_id, made_ms, sent_ms FROM key_requests"
    " WHERE sent_ms = 0 ORDER BY made_ms DESC LIMIT ?"
)
SELECT_ANSWERED_REQUESTS = (
    "SELECT room_id, session_id, request_id, made_ms, sent_ms FROM key_requests WHERE answered LIMIT ?"
)
DELETE_UNSENT_REQUEST = "DELETE FROM key_requests WHERE room_id = ? AND session_id = ? AND sent_ms = 0"
UPDATE_REQUEST_ANSWERED = "UPDATE key_requests SET answered = 1 WHERE room_id = ? AND session_id = ?"
UPDATE_REQUEST_SENT = "UPDATE key_requests SET sent_ms = ? WHERE request_id = ?"
DELETE_REQUEST = "DELETE FROM key_requests WHERE room_id = ? AND session_id = ?"
DELETE_REQUESTS_BEFORE = "DELETE FROM key_requests WHERE made_ms < ?"
COUNT_REQUESTS = "SELECT COUNT(*) FROM key_requests"

INSERT_RECEIVED = (
    "INSERT OR REPLACE INTO key_requests_received (device_id, request_id, room_id, session_id, received_ms)"
    " VALUES (?, ?, ?, ?, ?)"
)
COUNT_RECEIVED = "SELECT COUNT(*) FROM key_requests_received WHERE device_id = ?"
SELECT_RECEIVED = (
    "SELECT device_id, request_id, room_id, session_id, received_ms FROM key_requests_received"
    " ORDER BY received_ms LIMIT ?"
)
DELETE_RECEIVED = "DELETE FROM key_requests_received WHERE device_id = ? AND request_id = ?"
DELETE_RECEIVED_BEFORE = "DELETE FROM key_requests_received WHERE received_ms < ?"

UPSERT_BUNDLE = "INSERT OR REPLACE INTO key_bundles (room_id, sender, file, received_ms) VALUES (?, ?, ?, ?)"
COUNT_BUNDLES_OF_SENDER = "SELECT COUNT(*) FROM key_bundles WHERE sender = ?"
DELETE_BUNDLES_BEFORE = "DELETE FROM key_bundles WHERE received_ms < ?"
SELECT_DUE_BUNDLES = (
    "SELECT b.room_id, b.sender, b.file FROM key_bundles b JOIN accepted_invites i"
    " ON i.room_id = b.room_id AND i.inviter = b.sender WHERE i.accepted_ms >= ? LIMIT ?"
)
DELETE_BUNDLE = "DELETE FROM key_bundles WHERE room_id = ? AND sender = ?"
UPSERT_ACCEPTED = "INSERT OR REPLACE INTO accepted_invites (room_id, inviter, accepted_ms) VALUES (?, ?, ?)"
DELETE_ACCEPTED_BEFORE = "DELETE FROM accepted_invites WHERE accepted_ms < ?"


@dataclass(frozen=True, slots=True)
class KeyRequest:
    room_id: str
    session_id: str
    request_id: str
    made_ms: int
    sent_ms: int


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    device_id: str
    request_id: str
    room_id: str
    session_id: str
    received_ms: int


@dataclass(frozen=True, slots=True)
class Bundle:
    room_id: str
    sender: str
    file: JsonObject


def select_encrypted_room(db: sqlite3.Connection, room_id: str) -> JsonObject | None:
    """Return how a room is encrypted; None for one that never was."""
    row = db.execute(SELECT_ENCRYPTED_ROOM, (room_id,)).fetchone()
    return orjson.loads(row[0]) if row else None


def upsert_encrypted_room(db: sqlite3.Connection, room_id: str, content: ReadonlyJsonObject) -> None:
    db.execute(UPSERT_ENCRYPTED_ROOM, (room_id, orjson.dumps(content)))


def select_send_to(db: sqlite3.Connection, room_id: str) -> str:
    row = db.execute(SELECT_SEND_TO, (room_id,)).fetchone()
    return row[0] if row else ""


def update_send_to(db: sqlite3.Connection, room_id: str, send_to: str) -> None:
    db.execute(UPDATE_SEND_TO, (send_to, room_id))


def select_withheld(
    db: sqlite3.Connection, room_id: str, session_id: str, sender: str
) -> tuple[str, str] | None:
    """Return (code, reason) with which a user said that this key will not come."""
    row = db.execute(SELECT_WITHHELD, (room_id, session_id, sender)).fetchone()
    return (row[0], row[1]) if row else None


def count_withheld_of_sender(db: sqlite3.Connection, sender: str) -> int:
    (count,) = db.execute(COUNT_WITHHELD_OF_SENDER, (sender,)).fetchone()
    return int(count)


def upsert_withheld(
    db: sqlite3.Connection, room_id: str, session_id: str, sender: str, code: str, reason: str
) -> None:
    db.execute(UPSERT_WITHHELD, (room_id, session_id, sender, code, reason))


def delete_withheld(db: sqlite3.Connection, room_id: str, session_id: str) -> None:
    db.execute(DELETE_WITHHELD, (room_id, session_id))


def insert_request(
    db: sqlite3.Connection, room_id: str, session_id: str, request_id: str, now_ms: int
) -> bool:
    """Note that a key is wanted; tell whether that is new."""
    return db.execute(INSERT_REQUEST, (room_id, session_id, request_id, now_ms)).rowcount > 0


def select_request(db: sqlite3.Connection, room_id: str, session_id: str) -> KeyRequest | None:
    row = db.execute(SELECT_REQUEST, (room_id, session_id)).fetchone()
    return KeyRequest(*row) if row else None


def select_unsent_requests(db: sqlite3.Connection, limit: int) -> list[KeyRequest]:
    """Return what was not asked for yet, what was last missed first."""
    return [KeyRequest(*row) for row in db.execute(SELECT_UNSENT_REQUESTS, (limit,))]


def update_request_sent(db: sqlite3.Connection, request_id: str, now_ms: int) -> None:
    db.execute(UPDATE_REQUEST_SENT, (now_ms, request_id))


def select_answered_requests(db: sqlite3.Connection, limit: int) -> list[KeyRequest]:
    """Return what was asked for and has come: the others need not answer any more."""
    return [KeyRequest(*row) for row in db.execute(SELECT_ANSWERED_REQUESTS, (limit,))]


def finish_request(db: sqlite3.Connection, room_id: str, session_id: str) -> None:
    """Note that a key has come; where nobody was asked nothing is left to be done."""
    db.execute(DELETE_UNSENT_REQUEST, (room_id, session_id))
    db.execute(UPDATE_REQUEST_ANSWERED, (room_id, session_id))


def delete_request(db: sqlite3.Connection, room_id: str, session_id: str) -> None:
    db.execute(DELETE_REQUEST, (room_id, session_id))


def delete_requests_before(db: sqlite3.Connection, before_ms: int) -> None:
    db.execute(DELETE_REQUESTS_BEFORE, (before_ms,))


def count_requests(db: sqlite3.Connection) -> int:
    (count,) = db.execute(COUNT_REQUESTS).fetchone()
    return int(count)


def insert_received(db: sqlite3.Connection, request: ReceivedRequest) -> None:
    db.execute(
        INSERT_RECEIVED,
        (request.device_id, request.request_id, request.room_id, request.session_id, request.received_ms),
    )


def count_received(db: sqlite3.Connection, device_id: str) -> int:
    (count,) = db.execute(COUNT_RECEIVED, (device_id,)).fetchone()
    return int(count)


def select_received(db: sqlite3.Connection, limit: int) -> list[ReceivedRequest]:
    return [ReceivedRequest(*row) for row in db.execute(SELECT_RECEIVED, (limit,))]


def delete_received(db: sqlite3.Connection, device_id: str, request_id: str) -> None:
    db.execute(DELETE_RECEIVED, (device_id, request_id))


def delete_received_before(db: sqlite3.Connection, before_ms: int) -> None:
    db.execute(DELETE_RECEIVED_BEFORE, (before_ms,))


def upsert_bundle(
    db: sqlite3.Connection, room_id: str, sender: str, file: ReadonlyJsonObject, now_ms: int
) -> None:
    db.execute(UPSERT_BUNDLE, (room_id, sender, orjson.dumps(file), now_ms))


def count_bundles_of_sender(db: sqlite3.Connection, sender: str) -> int:
    (count,) = db.execute(COUNT_BUNDLES_OF_SENDER, (sender,)).fetchone()
    return int(count)


def select_due_bundles(db: sqlite3.Connection, accepted_since_ms: int, limit: int) -> list[Bundle]:
    """Return history of people whose invite was accepted, not too long ago."""
    rows = db.execute(SELECT_DUE_BUNDLES, (accepted_since_ms, limit))
    return [Bundle(room_id, sender, orjson.loads(file)) for room_id, sender, file in rows]


def delete_bundle(db: sqlite3.Connection, room_id: str, sender: str) -> None:
    db.execute(DELETE_BUNDLE, (room_id, sender))


def delete_bundles_before(db: sqlite3.Connection, before_ms: int) -> None:
    db.execute(DELETE_BUNDLES_BEFORE, (before_ms,))
    db.execute(DELETE_ACCEPTED_BEFORE, (before_ms,))


def upsert_accepted_invite(db: sqlite3.Connection, room_id: str, inviter: str, now_ms: int) -> None:
    db.execute(UPSERT_ACCEPTED, (room_id, inviter, now_ms))
