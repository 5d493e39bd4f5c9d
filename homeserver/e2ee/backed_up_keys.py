"""Room keys in a user's backup: only the newest version takes any.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
"""

from collections.abc import Sequence
from typing import Final

from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.key_backups import find_backup
from homeserver.errors import InvalidParam, NotFound, TooLarge, WrongRoomKeysVersion
from homeserver.json_types import JsonObject
from homeserver.storage import key_backups
from homeserver.storage.key_backups import BackedUpKey, Backup, Which

MAX_ID_BYTES: Final = 255
MAX_SESSION_DATA_BYTES: Final = 64 * 1024


async def put_keys(ctx: E2eeContext, user_nid: int, version: str, keys: Sequence[BackedUpKey]) -> JsonObject:
    """Store keys, where they are better than those that are there; return the count and etag of all.

    Raises: NotFound; WrongRoomKeysVersion for any version but the newest; InvalidParam, TooLarge.
    """
    for key in keys:
        _check_key(key)
    async with ctx.db.transaction() as conn:
        await key_backups.lock_backups(conn, user_nid)
        newest = await key_backups.select_newest_backup(conn, user_nid)
        if newest is None:
            raise NotFound("There is no backup")
        if version != str(newest.version):
            raise WrongRoomKeysVersion(current_version=str(newest.version))
        added, replaced = await key_backups.upsert_keys(conn, newest.backup_nid, keys)
        if not added + replaced:
            return render_contents(newest)
        count, etag = await key_backups.note_contents(conn, newest.backup_nid, added)
    return {"count": count, "etag": str(etag)}


async def get_keys(ctx: E2eeContext, user_nid: int, version: str, which: Which) -> list[BackedUpKey]:
    """Return keys of a version of the backup.

    Raises: NotFound for a version that is not there.
    """
    async with ctx.db.acquire() as conn:
        backup = await find_backup(conn, user_nid, version)
        return await key_backups.select_keys(conn, backup.backup_nid, which)


async def delete_keys(ctx: E2eeContext, user_nid: int, version: str, which: Which) -> JsonObject:
    """Delete keys of a version of the backup; return the count and etag of those that are left.

    Raises: NotFound for a version that is not there.
    """
    async with ctx.db.transaction() as conn:
        await key_backups.lock_backups(conn, user_nid)
        backup = await find_backup(conn, user_nid, version)
        deleted = await key_backups.delete_keys(conn, backup.backup_nid, which)
        if not deleted:
            return render_contents(backup)
        count, etag = await key_backups.note_contents(conn, backup.backup_nid, -deleted)
    return {"count": count, "etag": str(etag)}


def render_contents(backup: Backup) -> JsonObject:
    """Return how many keys a backup has, and the text that changes with them."""
    return {"count": backup.key_count, "etag": str(backup.etag)}


def _check_key(key: BackedUpKey) -> None:
    if any(not 1 <= len(each.encode()) <= MAX_ID_BYTES for each in (key.room_id, key.session_id)):
        raise InvalidParam(f"Ids of rooms and sessions have 1 to {MAX_ID_BYTES} bytes")
    if len(key.session_data) > MAX_SESSION_DATA_BYTES:
        raise TooLarge(f"The key of a session has at most {MAX_SESSION_DATA_BYTES} bytes")
