"""Megolm sessions as they are stored: those we can read with, and those we write with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

INBOUND_COLUMNS = (
    "room_id, session_id, pickle, first_index, sender, sender_key, claimed_ed25519, origin, authentic,"
    " shared_history, chain, brought_by, received_ms"
)
SELECT_INBOUND = f"SELECT {INBOUND_COLUMNS} FROM inbound_group_sessions WHERE room_id = ? AND session_id = ?"
SELECT_ALL_INBOUND = f"SELECT {INBOUND_COLUMNS} FROM inbound_group_sessions ORDER BY room_id, session_id"
SELECT_INBOUND_OF_ROOM = (
    f"SELECT {INBOUND_COLUMNS} FROM inbound_group_sessions WHERE room_id = ? ORDER BY session_id"
)
SELECT_NOT_BACKED_UP = (
    f"SELECT {INBOUND_COLUMNS} FROM inbound_group_sessions WHERE backup_version IS NOT ?"
    " ORDER BY room_id, session_id LIMIT ?"
)
COUNT_NOT_BACKED_UP = "SELECT COUNT(*) FROM inbound_group_sessions WHERE backup_version IS NOT ?"
UPDATE_BACKED_UP = (
    "UPDATE inbound_group_sessions SET backup_version = ?"
    " WHERE room_id = ? AND session_id = ? AND received_ms = ?"
)
COUNT_OF_SENDER_KEY = (
    "SELECT COUNT(*) FROM (SELECT 1 FROM inbound_group_sessions WHERE sender_key = ? LIMIT ?)"
)
COUNT_INBOUND = "SELECT COUNT(*) FROM inbound_group_sessions"
UPSERT_INBOUND = (
    f"INSERT OR REPLACE INTO inbound_group_sessions ({INBOUND_COLUMNS}, backup_version)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

SELECT_INDEX = "SELECT event_id FROM megolm_indexes WHERE session_id = ? AND message_index = ?"
INSERT_INDEX = "INSERT OR IGNORE INTO megolm_indexes (session_id, message_index, event_id) VALUES (?, ?, ?)"

SELECT_OUTBOUND = (
    "SELECT room_id, session_id, pickle, created_ms, messages, shared_history, discarded"
    " FROM outbound_group_sessions WHERE room_id = ?"
)
UPSERT_OUTBOUND = (
    "INSERT OR REPLACE INTO outbound_group_sessions"
    " (room_id, session_id, pickle, created_ms, messages, shared_history, discarded)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
UPDATE_DISCARDED = "UPDATE outbound_group_sessions SET discarded = 1 WHERE room_id = ?"
DELETE_RECIPIENTS_OF_ROOM = (
    "DELETE FROM outbound_recipients WHERE session_id IN"
    " (SELECT session_id FROM outbound_group_sessions WHERE room_id = ?)"
)
SELECT_RECIPIENTS = (
    "SELECT user_id, ed25519, message_index, withheld FROM outbound_recipients WHERE session_id = ?"
)
UPSERT_RECIPIENT = (
    "INSERT OR REPLACE INTO outbound_recipients (session_id, user_id, ed25519, message_index, withheld)"
    " VALUES (?, ?, ?, ?, ?)"
)
SELECT_SHARED_INDEX = (
    "SELECT message_index FROM outbound_recipients"
    " WHERE session_id = ? AND user_id = ? AND ed25519 = ? AND withheld = ''"
)


class Origin(StrEnum):
    """How a room key came here."""

    OWN = "own"
    DIRECT = "direct"
    FORWARDED = "forwarded"
    BACKUP = "backup"
    IMPORT = "import"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True)
class InboundSession:
    """A room key with all we know of its origin; the pickle is encrypted."""

    room_id: str
    session_id: str
    pickle: str
    first_index: int
    sender: str | None
    """Who made it; None where nobody who could know said so."""
    sender_key: str
    claimed_ed25519: str
    origin: Origin
    authentic: bool
    """It came from the device with `sender_key` itself, or is proven to be the same as one that did."""
    shared_history: bool
    chain: tuple[str, ...]
    """Curve25519 keys of those who forwarded it, first the one nearest to its maker."""
    brought_by: str
    """User who shared or forwarded it, where that was not its maker."""
    received_ms: int


@dataclass(frozen=True, slots=True)
class OutboundSession:
    room_id: str
    session_id: str
    pickle: str
    created_ms: int
    messages: int
    shared_history: bool
    discarded: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """A device that was given a session, or was told by `withheld`, a code, that it will not be."""

    user_id: str
    ed25519: str
    message_index: int
    withheld: str = ""


def select_inbound(db: sqlite3.Connection, room_id: str, session_id: str) -> InboundSession | None:
    row = db.execute(SELECT_INBOUND, (room_id, session_id)).fetchone()
    return _inbound(row) if row else None


def iterate_inbound(db: sqlite3.Connection) -> Iterator[InboundSession]:
    """Yield every room key, by room; nothing may be written meanwhile."""
    for row in db.execute(SELECT_ALL_INBOUND):
        yield _inbound(row)


def select_inbound_of_room(db: sqlite3.Connection, room_id: str) -> list[InboundSession]:
    return [_inbound(row) for row in db.execute(SELECT_INBOUND_OF_ROOM, (room_id,))]


def count_inbound(db: sqlite3.Connection) -> int:
    (count,) = db.execute(COUNT_INBOUND).fetchone()
    return int(count)


def count_of_sender_key(db: sqlite3.Connection, sender_key: str, limit: int) -> int:
    """Count the sessions of one device, up to `limit`."""
    (count,) = db.execute(COUNT_OF_SENDER_KEY, (sender_key, limit)).fetchone()
    return int(count)


def select_not_backed_up(db: sqlite3.Connection, version: str, limit: int) -> list[InboundSession]:
    """Return room keys that this version of the backup does not hold as they are here."""
    return [_inbound(row) for row in db.execute(SELECT_NOT_BACKED_UP, (version, limit))]


def count_not_backed_up(db: sqlite3.Connection, version: str) -> int:
    (count,) = db.execute(COUNT_NOT_BACKED_UP, (version,)).fetchone()
    return int(count)


def mark_backed_up(db: sqlite3.Connection, version: str, sessions: Iterable[InboundSession]) -> None:
    """Note that the backup holds these; one that was replaced by a better one meanwhile stays unmarked."""
    db.executemany(UPDATE_BACKED_UP, ((version, s.room_id, s.session_id, s.received_ms) for s in sessions))


def upsert_inbound(
    db: sqlite3.Connection, session: InboundSession, backup_version: str | None = None
) -> None:
    """Store a room key; the backup does not hold it as it is now, unless told otherwise."""
    db.execute(
        UPSERT_INBOUND,
        (
            session.room_id,
            session.session_id,
            session.pickle,
            session.first_index,
            session.sender,
            session.sender_key,
            session.claimed_ed25519,
            session.origin,
            session.authentic,
            session.shared_history,
            orjson.dumps(session.chain).decode(),
            session.brought_by,
            session.received_ms,
            backup_version,
        ),
    )


def claim_index(db: sqlite3.Connection, session_id: str, index: int, event_id: str) -> bool:
    """Bind an index to an event; tell whether it belongs to this one and to no other."""
    db.execute(INSERT_INDEX, (session_id, index, event_id))
    (known,) = db.execute(SELECT_INDEX, (session_id, index)).fetchone()
    return bool(known == event_id)


def select_outbound(db: sqlite3.Connection, room_id: str) -> OutboundSession | None:
    row = db.execute(SELECT_OUTBOUND, (room_id,)).fetchone()
    if row is None:
        return None
    return OutboundSession(row[0], row[1], row[2], row[3], row[4], bool(row[5]), bool(row[6]))


def replace_outbound(db: sqlite3.Connection, session: OutboundSession) -> None:
    """Store a new session of a room; who had the one before does not matter any more."""
    db.execute(DELETE_RECIPIENTS_OF_ROOM, (session.room_id,))
    update_outbound(db, session)


def update_outbound(db: sqlite3.Connection, session: OutboundSession) -> None:
    db.execute(
        UPSERT_OUTBOUND,
        (
            session.room_id,
            session.session_id,
            session.pickle,
            session.created_ms,
            session.messages,
            session.shared_history,
            session.discarded,
        ),
    )


def discard_outbound(db: sqlite3.Connection, room_id: str) -> None:
    """Never encrypt with this room's session again."""
    db.execute(UPDATE_DISCARDED, (room_id,))


def select_recipients(db: sqlite3.Connection, session_id: str) -> list[Recipient]:
    return [Recipient(*row) for row in db.execute(SELECT_RECIPIENTS, (session_id,))]


def upsert_recipients(db: sqlite3.Connection, session_id: str, recipients: Sequence[Recipient]) -> None:
    db.executemany(
        UPSERT_RECIPIENT,
        ((session_id, r.user_id, r.ed25519, r.message_index, r.withheld) for r in recipients),
    )


def shared_index(db: sqlite3.Connection, session_id: str, user_id: str, ed25519: str) -> int | None:
    """Tell from which index on a device was given our session; None where it was not."""
    row = db.execute(SELECT_SHARED_INDEX, (session_id, user_id, ed25519)).fetchone()
    return row[0] if row else None


def _inbound(row: tuple[Any, ...]) -> InboundSession:
    room_id, session_id, pickle, first_index, sender, sender_key, ed25519, origin, authentic = row[:9]
    shared_history, chain, brought_by, received_ms = row[9:]
    return InboundSession(
        room_id,
        session_id,
        pickle,
        first_index,
        sender,
        sender_key,
        ed25519,
        Origin(origin),
        bool(authentic),
        bool(shared_history),
        tuple(orjson.loads(chain)),
        brought_by,
        received_ms,
    )
