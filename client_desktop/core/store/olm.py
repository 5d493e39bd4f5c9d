"""The Olm account and its sessions as they are stored; whoever writes them holds a durable transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from client_desktop.core.store.database import Store

SELECT_ACCOUNT = (
    "SELECT user_id, device_id, pickle, device_keys_uploaded, fallback_made_ms, fallback_before_kept"
    " FROM olm_account"
)
INSERT_ACCOUNT = "INSERT INTO olm_account (id, user_id, device_id, pickle) VALUES (1, ?, ?, ?)"
UPDATE_ACCOUNT_PICKLE = "UPDATE olm_account SET pickle = ?"
UPDATE_DEVICE_KEYS_UPLOADED = "UPDATE olm_account SET device_keys_uploaded = ?"
UPDATE_FALLBACK = "UPDATE olm_account SET fallback_made_ms = ?, fallback_before_kept = ?"

SELECT_SESSION = "SELECT session_id, sender_key, pickle FROM olm_sessions WHERE session_id = ?"
SELECT_SESSIONS = (
    "SELECT session_id, sender_key, pickle FROM olm_sessions WHERE sender_key = ?"
    " ORDER BY last_received_ms DESC, session_id"
)
SELECT_KEYS_WITH_SESSION = "SELECT DISTINCT sender_key FROM olm_sessions WHERE sender_key IN ({})"
UPSERT_SESSION = (
    "INSERT INTO olm_sessions (session_id, sender_key, pickle, last_received_ms) VALUES (?1, ?2, ?3, MAX(?4,"
    " (SELECT COALESCE(MAX(last_received_ms) + 1, 0) FROM olm_sessions"
    " WHERE sender_key = ?2 AND session_id != ?1)))"
    " ON CONFLICT DO UPDATE SET pickle = excluded.pickle, last_received_ms = excluded.last_received_ms"
)
UPDATE_SESSION_PICKLE = "UPDATE olm_sessions SET pickle = ? WHERE session_id = ?"
DELETE_OLD_SESSIONS = (
    "DELETE FROM olm_sessions WHERE sender_key = ?1 AND session_id NOT IN"
    " (SELECT session_id FROM olm_sessions WHERE sender_key = ?1"
    " ORDER BY last_received_ms DESC, session_id LIMIT ?2)"
)

SELECT_SEEN = "SELECT 1 FROM olm_messages_seen WHERE hash = ?"
INSERT_SEEN = "INSERT OR IGNORE INTO olm_messages_seen (hash, seen_ms) VALUES (?, ?)"
DELETE_SEEN_BEFORE = "DELETE FROM olm_messages_seen WHERE seen_ms < ?"

SELECT_REPAIR_MS = "SELECT last_ms FROM olm_repairs WHERE sender_key = ?"
UPSERT_REPAIR = (
    "INSERT INTO olm_repairs (sender_key, user_id, pending, last_ms) VALUES (?, ?, 1, ?)"
    " ON CONFLICT DO UPDATE SET user_id = excluded.user_id, pending = 1, last_ms = excluded.last_ms"
)
SELECT_PENDING_REPAIRS = "SELECT user_id, sender_key FROM olm_repairs WHERE pending ORDER BY last_ms LIMIT ?"
UPDATE_REPAIR_DONE = "UPDATE olm_repairs SET pending = 0 WHERE sender_key = ?"

INSERT_FAILURE_TOLD = "INSERT OR IGNORE INTO olm_failures_told (user_id, device_id) VALUES (?, ?)"
DELETE_FAILURE_TOLD = "DELETE FROM olm_failures_told WHERE user_id = ? AND device_id = ?"


@dataclass(frozen=True, slots=True)
class AccountRow:
    user_id: str
    device_id: str
    pickle: str
    device_keys_uploaded: bool
    fallback_made_ms: int
    fallback_before_kept: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    session_id: str
    sender_key: str
    pickle: str


@contextmanager
def durable_transaction(store: Store) -> Iterator[sqlite3.Connection]:
    """Write what may not be lost once it left us, even when the power fails: a ratchet that goes back repeats
    its keys, a private key that is gone cannot be asked for again.
    """
    store.db.execute("PRAGMA synchronous = FULL")
    try:
        with store.transaction() as db:
            yield db
    finally:
        store.db.execute("PRAGMA synchronous = NORMAL")


def select_account(db: sqlite3.Connection) -> AccountRow | None:
    row = db.execute(SELECT_ACCOUNT).fetchone()
    return AccountRow(row[0], row[1], row[2], bool(row[3]), row[4], bool(row[5])) if row else None


def insert_account(db: sqlite3.Connection, user_id: str, device_id: str, pickle: str) -> None:
    db.execute(INSERT_ACCOUNT, (user_id, device_id, pickle))


def update_account_pickle(db: sqlite3.Connection, pickle: str) -> None:
    db.execute(UPDATE_ACCOUNT_PICKLE, (pickle,))


def update_device_keys_uploaded(db: sqlite3.Connection, uploaded: bool) -> None:
    db.execute(UPDATE_DEVICE_KEYS_UPLOADED, (uploaded,))


def update_fallback(db: sqlite3.Connection, made_ms: int, before_kept: bool) -> None:
    db.execute(UPDATE_FALLBACK, (made_ms, before_kept))


def select_session(db: sqlite3.Connection, session_id: str) -> SessionRow | None:
    row = db.execute(SELECT_SESSION, (session_id,)).fetchone()
    return SessionRow(*row) if row else None


def select_sessions(db: sqlite3.Connection, sender_key: str) -> list[SessionRow]:
    """Return a device's sessions, the one that was last received from first."""
    return [SessionRow(*row) for row in db.execute(SELECT_SESSIONS, (sender_key,))]


def select_keys_with_session(db: sqlite3.Connection, sender_keys: list[str]) -> set[str]:
    """Tell which of these devices a session exists with; at most some hundreds at once."""
    statement = SELECT_KEYS_WITH_SESSION.format(",".join("?" * len(sender_keys)))
    return {key for (key,) in db.execute(statement, sender_keys)}


def upsert_session(db: sqlite3.Connection, session: SessionRow, received_ms: int, keep: int) -> None:
    """Store a session that was made or received from; of its device's others only the newest stay.

    It is the newest now, whatever the clock says.
    """
    db.execute(UPSERT_SESSION, (session.session_id, session.sender_key, session.pickle, received_ms))
    db.execute(DELETE_OLD_SESSIONS, (session.sender_key, keep))


def update_session_pickle(db: sqlite3.Connection, session: SessionRow) -> None:
    """Store a session that was sent with."""
    db.execute(UPDATE_SESSION_PICKLE, (session.pickle, session.session_id))


def select_seen(db: sqlite3.Connection, message_hash: bytes) -> bool:
    return db.execute(SELECT_SEEN, (message_hash,)).fetchone() is not None


def insert_seen(db: sqlite3.Connection, message_hash: bytes, now_ms: int) -> None:
    db.execute(INSERT_SEEN, (message_hash, now_ms))


def delete_seen_before(db: sqlite3.Connection, before_ms: int) -> None:
    db.execute(DELETE_SEEN_BEFORE, (before_ms,))


def select_repair_ms(db: sqlite3.Connection, sender_key: str) -> int | None:
    """Tell when a device's sessions were last found broken."""
    row = db.execute(SELECT_REPAIR_MS, (sender_key,)).fetchone()
    return row[0] if row else None


def upsert_repair(db: sqlite3.Connection, sender_key: str, user_id: str, now_ms: int) -> None:
    db.execute(UPSERT_REPAIR, (sender_key, user_id, now_ms))


def select_pending_repairs(db: sqlite3.Connection, limit: int) -> list[tuple[str, str]]:
    """Return (user id, Curve25519 key) of devices that need a new session."""
    return [(user_id, key) for user_id, key in db.execute(SELECT_PENDING_REPAIRS, (limit,))]


def update_repair_done(db: sqlite3.Connection, sender_key: str) -> None:
    db.execute(UPDATE_REPAIR_DONE, (sender_key,))


def insert_failure_told(db: sqlite3.Connection, user_id: str, device_id: str) -> bool:
    """Note that a device was told of missing Olm sessions; tell whether that is new."""
    return db.execute(INSERT_FAILURE_TOLD, (user_id, device_id)).rowcount > 0


def delete_failure_told(db: sqlite3.Connection, user_id: str, device_id: str) -> None:
    db.execute(DELETE_FAILURE_TOLD, (user_id, device_id))
