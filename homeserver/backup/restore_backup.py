"""Restore a backup into an empty place."""

import asyncio
import shutil
from pathlib import Path

from homeserver.backup import manifest as names
from homeserver.backup.errors import BackupError
from homeserver.backup.make_backup import Progress, Tell
from homeserver.backup.manifest import Manifest, read_manifest
from homeserver.backup.media_files import DamagedFile, check_file, read_list
from homeserver.backup.restore_dump import restore_dump
from homeserver.config import Settings
from homeserver.media.blob_store import BlobStore, key_of
from homeserver.media.open_media import media_url_of
from homeserver.pushers.vapid import vapid_key_path
from homeserver.signing_key_file import find_signing_key, signing_key_path
from homeserver.storage.backups import begin_new_life, has_tables
from homeserver.storage.db import Database
from homeserver.storage.migrate import load_migrations, migrate


async def restore_backup(settings: Settings, url: str, folder: Path, tell: Tell) -> Manifest:
    """Fill an empty database, the media store and the files of the keys from a backup.

    All is looked at before anything is written. The database is last made one that goes on from here: clients
    fetch everything anew once, upload new one-time keys, and keep their sessions.

    Raises: BackupError, Unavailable when the media store cannot be reached.
    """
    manifest = read_manifest(folder)
    db = await Database.connect(url, max_connections=1)
    try:
        await _check(settings, db, folder, manifest)
        _restore_keys(settings, folder)
        if manifest.has_media:
            await _restore_media(settings, folder, manifest, tell)
        await restore_dump(url, folder / names.DATABASE_FILE)
        await migrate(db)  # the backup may be of an older version
        async with db.transaction() as conn:
            await begin_new_life(conn, manifest.missing)
    finally:
        await db.close()
    return manifest


async def _check(settings: Settings, db: Database, folder: Path, manifest: Manifest) -> None:
    if manifest.server_name != settings.server_name:
        raise BackupError(
            f"{folder} is a backup of {manifest.server_name}, and server_name is {settings.server_name}"
        )
    newest = load_migrations()[-1].version
    if manifest.schema_version > newest:
        raise BackupError(
            f"{folder} has schema version {manifest.schema_version}, this version of Parlour knows {newest}: "
            "restore it with the version that made it, or a newer one"
        )
    async with db.acquire() as conn:
        if await has_tables(conn):
            raise BackupError("the database is not empty: a backup is restored into a new one")
    _check_keys(settings, folder)


def _check_keys(settings: Settings, folder: Path) -> None:
    kept = folder / names.KEYS_FOLDER / names.SIGNING_KEY_FILE
    here = signing_key_path(settings)
    if kept.exists() and here.exists() and kept.read_bytes().split() != here.read_bytes().split():
        raise BackupError(f"{here} holds another key than the backup: move it away")
    if not kept.exists() and find_signing_key(settings) is None:
        raise BackupError(f"the backup has no signing key: put the server's into {here}")


def _restore_keys(settings: Settings, folder: Path) -> None:
    places = {
        names.SIGNING_KEY_FILE: signing_key_path(settings),
        names.VAPID_KEY_FILE: vapid_key_path(settings),
    }
    for name, target in places.items():
        source = folder / names.KEYS_FOLDER / name
        if source.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
            target.chmod(0o600)


async def _restore_media(settings: Settings, folder: Path, manifest: Manifest, tell: Tell) -> None:
    store = BlobStore(media_url_of(settings))
    gone = set(manifest.missing)
    done_bytes = 0
    for blob in read_list(folder):
        if blob.blob_nid in gone:
            continue
        source = folder / names.MEDIA_FOLDER / key_of(blob)
        try:
            await asyncio.to_thread(check_file, source, blob)
        except DamagedFile as error:
            raise BackupError(str(error)) from error
        await store.copy_in(blob, source)
        done_bytes += blob.size_bytes
        tell(Progress(done_bytes, manifest.media_bytes))
