"""Backups of room keys: versions of a user's backup, and the sessions in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

SELECT_LOCK_ACCOUNT = "SELECT 1 FROM accounts WHERE user_nid = $1 FOR UPDATE"
INSERT_BACKUP = """
INSERT INTO key_backups (user_nid, version, algorithm, auth_data)
SELECT $1, coalesce(max(version), 0) + 1, $2, $3 FROM key_backups WHERE user_nid = $1
RETURNING version
"""
SELECT_BACKUP = """
SELECT backup_nid, version, algorithm, auth_data, etag, key_count, deleted FROM key_backups
WHERE user_nid = $1 AND version = $2
"""
SELECT_NEWEST_BACKUP = """
SELECT backup_nid, version, algorithm, auth_data, etag, key_count, deleted FROM key_backups
WHERE user_nid = $1 AND NOT deleted ORDER BY version DESC LIMIT 1
"""
UPDATE_AUTH_DATA = "UPDATE key_backups SET auth_data = $2 WHERE backup_nid = $1"
UPDATE_DELETED = """
UPDATE key_backups SET deleted = true, auth_data = '{}', key_count = 0 WHERE backup_nid = $1
"""
DELETE_ALL_KEYS = "DELETE FROM backed_up_keys WHERE backup_nid = $1"
UPSERT_KEYS = """
INSERT INTO backed_up_keys AS k
(backup_nid, room_id, session_id, is_verified, first_message_index, forwarded_count, session_data)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::boolean[], $5::bigint[], $6::bigint[], $7::bytea[])
ON CONFLICT (backup_nid, room_id, session_id) DO UPDATE
SET is_verified = excluded.is_verified, first_message_index = excluded.first_message_index,
    forwarded_count = excluded.forwarded_count, session_data = excluded.session_data
WHERE (NOT excluded.is_verified, excluded.first_message_index, excluded.forwarded_count)
    < (NOT k.is_verified, k.first_message_index, k.forwarded_count)
RETURNING xmax = 0 AS added
"""
DELETE_KEYS = """
DELETE FROM backed_up_keys WHERE backup_nid = $1
AND ($2::text IS NULL OR room_id = $2) AND ($3::text IS NULL OR session_id = $3)
"""
SELECT_KEYS = """
SELECT room_id, session_id, is_verified, first_message_index, forwarded_count, session_data
FROM backed_up_keys WHERE backup_nid = $1
AND ($2::text IS NULL OR room_id = $2) AND ($3::text IS NULL OR session_id = $3)
ORDER BY room_id, session_id
"""
UPDATE_CONTENTS = """
UPDATE key_backups SET key_count = key_count + $2, etag = etag + 1 WHERE backup_nid = $1
RETURNING key_count, etag
"""


@dataclass(frozen=True, slots=True)
class Backup:
    """One version of a user's backup; `etag` changes with its keys."""

    backup_nid: int
    version: int
    algorithm: str
    auth_data: bytes
    etag: int
    key_count: int
    deleted: bool


@dataclass(frozen=True, slots=True)
class BackedUpKey:
    """The key of a session, encrypted; `session_data` is JSON."""

    room_id: str
    session_id: str
    is_verified: bool
    first_message_index: int
    forwarded_count: int
    session_data: bytes


@dataclass(frozen=True, slots=True)
class Which:
    """Which keys of a backup: all, those of a room, or that of a session in a room."""

    room_id: str | None = None
    session_id: str | None = None


async def insert_backup(conn: Connection, user_nid: int, algorithm: str, auth_data: bytes) -> int:
    """Begin a new version of a user's backup, in the caller's transaction; return its number."""
    await lock_backups(conn, user_nid)
    version: int = await conn.fetchval(INSERT_BACKUP, user_nid, to_text(algorithm), auth_data)
    return version


async def lock_backups(conn: Connection, user_nid: int) -> None:
    """Keep others from changing a user's backups until the transaction ends."""
    await conn.execute(SELECT_LOCK_ACCOUNT, user_nid)


async def select_backup(conn: Connection, user_nid: int, version: int) -> Backup | None:
    """Return a version of a user's backup, also one that was deleted."""
    return _backup(await conn.fetchrow(SELECT_BACKUP, user_nid, version))


async def select_newest_backup(conn: Connection, user_nid: int) -> Backup | None:
    """Return the newest version of a user's backup that was not deleted."""
    return _backup(await conn.fetchrow(SELECT_NEWEST_BACKUP, user_nid))


async def update_auth_data(conn: Connection, backup_nid: int, auth_data: bytes) -> None:
    await conn.execute(UPDATE_AUTH_DATA, backup_nid, auth_data)


async def delete_backup(conn: Connection, backup_nid: int) -> None:
    """Delete a version with its keys; that it existed stays known."""
    await conn.execute(DELETE_ALL_KEYS, backup_nid)
    await conn.execute(UPDATE_DELETED, backup_nid)


async def upsert_keys(conn: Connection, backup_nid: int, keys: Sequence[BackedUpKey]) -> tuple[int, int]:
    """Store keys that are better than those that are there; return how many were new, and replaced."""
    rows = await conn.fetch(
        UPSERT_KEYS,
        backup_nid,
        [to_text(key.room_id) for key in keys],
        [to_text(key.session_id) for key in keys],
        [key.is_verified for key in keys],
        [key.first_message_index for key in keys],
        [key.forwarded_count for key in keys],
        [key.session_data for key in keys],
    )
    added = sum(row["added"] for row in rows)
    return added, len(rows) - added


async def delete_keys(conn: Connection, backup_nid: int, which: Which) -> int:
    """Delete keys of a backup; return how many there were."""
    status = await conn.execute(DELETE_KEYS, backup_nid, *_which(which))
    return int(status.split()[-1])


async def select_keys(conn: Connection, backup_nid: int, which: Which) -> list[BackedUpKey]:
    """Return keys of a backup, by room and session."""
    rows = await conn.fetch(SELECT_KEYS, backup_nid, *_which(which))
    return [
        BackedUpKey(
            **{**row, "room_id": from_text(row["room_id"]), "session_id": from_text(row["session_id"])}
        )
        for row in rows
    ]


async def note_contents(conn: Connection, backup_nid: int, more: int) -> tuple[int, int]:
    """Note that a backup's keys have changed, and are so many more; return their number and the new etag."""
    row = await conn.fetchrow(UPDATE_CONTENTS, backup_nid, more)
    assert row is not None, "the backup is locked"
    return row["key_count"], row["etag"]


def _backup(row: asyncpg.Record | None) -> Backup | None:
    return None if row is None else Backup(**{**row, "algorithm": from_text(row["algorithm"])})


def _which(which: Which) -> tuple[str | None, str | None]:
    room_id, session_id = which.room_id, which.session_id
    return (
        None if room_id is None else to_text(room_id),
        None if session_id is None else to_text(session_id),
    )
