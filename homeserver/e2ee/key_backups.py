"""Versions of a user's backup of room keys.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
"""

from typing import Final

from homeserver.e2ee.context import E2eeContext
from homeserver.errors import InvalidParam, NotFound
from homeserver.storage import key_backups
from homeserver.storage.db import Connection
from homeserver.storage.key_backups import Backup

MAX_ALGORITHM_BYTES: Final = 255
MAX_VERSION_DIGITS: Final = 18


async def create_backup(ctx: E2eeContext, user_nid: int, algorithm: str, auth_data: bytes) -> str:
    """Begin a new backup, which is then the newest; return its version.

    Raises: InvalidParam.
    """
    if not 1 <= len(algorithm.encode()) <= MAX_ALGORITHM_BYTES:
        raise InvalidParam(f"The name of an algorithm has 1 to {MAX_ALGORITHM_BYTES} bytes")
    async with ctx.db.transaction() as conn:
        return str(await key_backups.insert_backup(conn, user_nid, algorithm, auth_data))


async def get_backup(ctx: E2eeContext, user_nid: int, version: str | None = None) -> Backup:
    """Return a version of the backup, by default the newest.

    Raises: NotFound.
    """
    async with ctx.db.acquire() as conn:
        if version is not None:
            return await find_backup(conn, user_nid, version)
        newest = await key_backups.select_newest_backup(conn, user_nid)
    if newest is None:
        raise NotFound("There is no backup")
    return newest


async def update_backup(
    ctx: E2eeContext, user_nid: int, version: str, algorithm: str, auth_data: bytes
) -> None:
    """Change what a backup's keys are encrypted for.

    Raises: NotFound; InvalidParam for another algorithm.
    """
    async with ctx.db.transaction() as conn:
        await key_backups.lock_backups(conn, user_nid)
        backup = await find_backup(conn, user_nid, version)
        if backup.algorithm != algorithm:
            raise InvalidParam("The algorithm of a backup does not change")
        await key_backups.update_auth_data(conn, backup.backup_nid, auth_data)


async def delete_backup(ctx: E2eeContext, user_nid: int, version: str) -> None:
    """Delete a version of the backup with its keys; one that is deleted already stays so.

    Raises: NotFound for a version that never was.
    """
    async with ctx.db.transaction() as conn:
        await key_backups.lock_backups(conn, user_nid)
        backup = await _any_backup(conn, user_nid, version)
        if backup is None:
            raise NotFound("There is no such version of the backup")
        if not backup.deleted:
            await key_backups.delete_backup(conn, backup.backup_nid)


async def find_backup(conn: Connection, user_nid: int, version: str) -> Backup:
    """Return a version that was not deleted. Raises NotFound."""
    backup = await _any_backup(conn, user_nid, version)
    if backup is None or backup.deleted:
        raise NotFound("There is no such version of the backup")
    return backup


async def _any_backup(conn: Connection, user_nid: int, version: str) -> Backup | None:
    if not (version.isascii() and version.isdigit() and len(version) <= MAX_VERSION_DIGITS):
        return None
    return await key_backups.select_backup(conn, user_nid, int(version))
