"""Whose devices are followed, and the devices."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import orjson

from client_desktop.core.crypto.device_keys import Device

COLUMNS = "user_id, device_id, curve25519, ed25519, signed, display_name, dehydrated, blocked, first_seen_ms"
INSERT_TRACKED = "INSERT OR IGNORE INTO tracked_users (user_id, outdated, marks) VALUES (?, 1, 1)"
SELECT_TRACKED = "SELECT 1 FROM tracked_users WHERE user_id = ?"
DELETE_TRACKED = "DELETE FROM tracked_users WHERE user_id = ?"
UPDATE_OUTDATED = "UPDATE tracked_users SET outdated = 1, marks = marks + 1 WHERE user_id = ?"
UPDATE_ALL_OUTDATED = "UPDATE tracked_users SET outdated = 1, marks = marks + 1"
SELECT_OUTDATED = "SELECT user_id, marks FROM tracked_users WHERE outdated ORDER BY user_id"
SELECT_OUTDATED_MARKS = "SELECT marks FROM tracked_users WHERE user_id = ? AND outdated"
UPDATE_CURRENT = "UPDATE tracked_users SET outdated = 0 WHERE user_id = ? AND marks = ?"

SELECT_DEVICES = f"SELECT {COLUMNS} FROM devices WHERE user_id = ? AND NOT deleted ORDER BY device_id"
SELECT_DEVICE = f"SELECT {COLUMNS} FROM devices WHERE user_id = ? AND device_id = ? AND NOT deleted"
SELECT_DEVICE_BY_KEYS = (
    f"SELECT {COLUMNS} FROM devices WHERE curve25519 = ? AND user_id = ? ORDER BY deleted, ed25519"
)
SELECT_OWNERS = "SELECT DISTINCT user_id FROM devices WHERE curve25519 = ? AND ed25519 = ?"
UPSERT_DEVICE = (
    f"INSERT INTO devices ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " signed = excluded.signed, display_name = excluded.display_name, dehydrated = excluded.dehydrated,"
    " deleted = 0"
)
INSERT_UNLISTED_DEVICE = (
    f"INSERT OR IGNORE INTO devices ({COLUMNS}, deleted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
)
UPDATE_DELETED = "UPDATE devices SET deleted = 1 WHERE user_id = ? AND ed25519 = ?"
DELETE_UNUSED = (
    "DELETE FROM devices WHERE user_id = ? AND deleted AND NOT EXISTS"
    " (SELECT 1 FROM inbound_group_sessions WHERE sender_key = curve25519)"
)
UPDATE_BLOCKED = "UPDATE devices SET blocked = ? WHERE user_id = ? AND device_id = ? AND NOT deleted"


def insert_tracked(db: sqlite3.Connection, user_id: str) -> bool:
    """Begin to follow a user, whose devices are to be asked for; tell whether that is new."""
    return db.execute(INSERT_TRACKED, (user_id,)).rowcount > 0


def is_tracked(db: sqlite3.Connection, user_id: str) -> bool:
    return db.execute(SELECT_TRACKED, (user_id,)).fetchone() is not None


def delete_tracked(db: sqlite3.Connection, user_id: str) -> None:
    db.execute(DELETE_TRACKED, (user_id,))


def mark_outdated(db: sqlite3.Connection, user_ids: Iterable[str]) -> None:
    """Note that the devices of those of them who are followed have changed."""
    db.executemany(UPDATE_OUTDATED, ((user_id,) for user_id in user_ids))


def mark_all_outdated(db: sqlite3.Connection) -> None:
    db.execute(UPDATE_ALL_OUTDATED)


def select_outdated(db: sqlite3.Connection) -> dict[str, int]:
    """Return users whose devices are to be asked for, each with the count that `mark_current` wants."""
    return dict(db.execute(SELECT_OUTDATED).fetchall())


def outdated_marks(db: sqlite3.Connection, user_id: str) -> int | None:
    """Return that count of one user; None while what we have is current."""
    row = db.execute(SELECT_OUTDATED_MARKS, (user_id,)).fetchone()
    return row[0] if row else None


def mark_current(db: sqlite3.Connection, user_id: str, marks: int) -> None:
    """Note that an answer was stored, unless the devices changed again since it was asked for."""
    db.execute(UPDATE_CURRENT, (user_id, marks))


def select_devices(db: sqlite3.Connection, user_id: str) -> list[Device]:
    return [_device(row) for row in db.execute(SELECT_DEVICES, (user_id,))]


def select_device(db: sqlite3.Connection, user_id: str, device_id: str) -> Device | None:
    row = db.execute(SELECT_DEVICE, (user_id, device_id)).fetchone()
    return _device(row) if row else None


def select_device_by_keys(
    db: sqlite3.Connection, user_id: str, curve25519: str, ed25519: str | None = None
) -> Device | None:
    """Return a user's device with these keys, also one that is gone since."""
    for row in db.execute(SELECT_DEVICE_BY_KEYS, (curve25519, user_id)):
        device = _device(row)
        if ed25519 is None or device.ed25519 == ed25519:
            return device
    return None


def select_owners(db: sqlite3.Connection, curve25519: str, ed25519: str) -> set[str]:
    """Return the users who have a device with both keys."""
    return {user_id for (user_id,) in db.execute(SELECT_OWNERS, (curve25519, ed25519))}


def upsert_device(db: sqlite3.Connection, device: Device) -> None:
    """Store a device; of a known one everything but its keys and what we think of it is replaced."""
    db.execute(UPSERT_DEVICE, _values(device))


def insert_unlisted_device(db: sqlite3.Connection, device: Device) -> None:
    """Remember a device that described itself, while its owner's server has not named it.

    Nothing is encrypted to it; who looks for it by its keys finds it.
    """
    db.execute(INSERT_UNLISTED_DEVICE, _values(device))


def delete_device(db: sqlite3.Connection, device: Device) -> None:
    """Note that a device is gone; forget it where no room key is of its making."""
    db.execute(UPDATE_DELETED, (device.user_id, device.ed25519))
    db.execute(DELETE_UNUSED, (device.user_id,))


def update_blocked(db: sqlite3.Connection, user_id: str, device_id: str, blocked: bool) -> None:
    db.execute(UPDATE_BLOCKED, (blocked, user_id, device_id))


def _values(device: Device) -> tuple[object, ...]:
    return (
        device.user_id,
        device.device_id,
        device.curve25519,
        device.ed25519,
        orjson.dumps(device.signed),
        device.display_name,
        device.dehydrated,
        device.blocked,
        device.first_seen_ms,
    )


def _device(row: tuple[Any, ...]) -> Device:
    user_id, device_id, curve25519, ed25519, signed, name, dehydrated, blocked, first_seen_ms = row
    keys = orjson.loads(signed)
    algorithms = tuple(name for name in keys.get("algorithms", ()) if isinstance(name, str))
    return Device(
        user_id,
        device_id,
        curve25519,
        ed25519,
        algorithms,
        keys,
        name,
        bool(dehydrated),
        bool(blocked),
        first_seen_ms,
    )
