"""Identities of people, and devices that were verified by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection

import orjson

from client_desktop.core.json_types import ReadonlyJsonObject

SELECT_IDENTITY = "SELECT keys, pinned_master, verified_master FROM identities WHERE user_id = ?"
INSERT_IDENTITY = "INSERT INTO identities (user_id, keys, pinned_master) VALUES (?, ?, ?)"
UPDATE_KEYS = "UPDATE identities SET keys = ? WHERE user_id = ?"
UPDATE_PINNED = "UPDATE identities SET pinned_master = ?2, verified_master = ?3 WHERE user_id = ?1"
UPDATE_OTHERS_UNVERIFIED = "UPDATE identities SET verified_master = NULL WHERE user_id != ?"

SELECT_VERIFIED_DEVICE = "SELECT 1 FROM verified_devices WHERE user_id = ? AND ed25519 = ?"
INSERT_VERIFIED_DEVICE = "INSERT OR IGNORE INTO verified_devices (user_id, ed25519) VALUES (?, ?)"
DELETE_VERIFIED_DEVICES = "DELETE FROM verified_devices WHERE user_id = ?"


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """`keys` is JSON: key objects by usage."""

    keys: bytes
    pinned_master: str
    verified_master: str | None


def select_identity(db: Connection, user_id: str) -> IdentityRow | None:
    row = db.execute(SELECT_IDENTITY, (user_id,)).fetchone()
    return IdentityRow(*row) if row else None


def insert_identity(db: Connection, user_id: str, keys: ReadonlyJsonObject, master: str) -> None:
    """Store an identity that is new; its master key is the one we go by from now on."""
    db.execute(INSERT_IDENTITY, (user_id, orjson.dumps(keys), master))


def update_identity_keys(db: Connection, user_id: str, keys: ReadonlyJsonObject) -> None:
    db.execute(UPDATE_KEYS, (orjson.dumps(keys), user_id))


def update_pinned(db: Connection, user_id: str, master: str, verified_master: str | None) -> None:
    """Go by this master key from now on; `verified_master`: the one that was verified, if any."""
    db.execute(UPDATE_PINNED, (user_id, master, verified_master))


def update_others_unverified(db: Connection, own_user_id: str) -> None:
    """Forget that people were verified: our own identity, which said so, is another."""
    db.execute(UPDATE_OTHERS_UNVERIFIED, (own_user_id,))


def select_verified_device(db: Connection, user_id: str, ed25519: str) -> bool:
    return db.execute(SELECT_VERIFIED_DEVICE, (user_id, ed25519)).fetchone() is not None


def insert_verified_device(db: Connection, user_id: str, ed25519: str) -> None:
    db.execute(INSERT_VERIFIED_DEVICE, (user_id, ed25519))


def delete_verified_devices(db: Connection, user_id: str) -> None:
    db.execute(DELETE_VERIFIED_DEVICES, (user_id,))
