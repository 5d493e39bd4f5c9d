"""Make a backup, while the server runs or not."""

import asyncio
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from homeserver.backup import manifest as names
from homeserver.backup.errors import BackupError
from homeserver.backup.manifest import Manifest, write_manifest
from homeserver.backup.media_files import DamagedFile, fetch_file, read_list, write_list
from homeserver.backup.programs import run_program
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.errors import NotFound
from homeserver.media.blob_store import BlobStore, key_of
from homeserver.media.open_media import media_url_of
from homeserver.pushers.vapid import vapid_key_path
from homeserver.signing_key_file import find_signing_key, signing_key_path
from homeserver.storage.backups import NOT_DUMPED, DatabaseEmpty, Moment, is_blob_there, view_of_moment
from homeserver.storage.db import Database

UNFINISHED: Final = ".unfinished"


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the bytes of uploads are there."""

    done_bytes: int
    of_bytes: int


Tell: TypeAlias = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a backup is to hold. `previous` is one whose uploads are not copied again."""

    with_media: bool = True
    previous: Path | None = None


async def make_backup(
    settings: Settings, url: str, folder: Path, wishes: Wishes, clock: Clock, tell: Tell
) -> Manifest:
    """Write the database, the uploads and the keys into a new folder, as they are when this begins.

    It has another name until it is complete. Nothing of the server waits for it.

    Raises: BackupError, Unavailable when the media store cannot be reached.
    """
    unfinished = folder.with_name(folder.name + UNFINISHED)
    try:
        _begin(folder, unfinished)
        manifest = await _write(settings, url, unfinished, wishes, clock.now_ms(), tell)
    except DatabaseEmpty:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise BackupError("the database is empty: there is nothing to back up") from None
    except OSError as error:
        raise BackupError(f"{unfinished} cannot be written: {error.strerror}") from error
    write_manifest(unfinished, manifest)
    await asyncio.to_thread(os.sync)
    unfinished.rename(folder)
    return manifest


def _begin(folder: Path, unfinished: Path) -> None:
    if folder.exists():
        raise BackupError(f"{folder} exists already: a backup is a folder of its own")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)


async def _write(
    settings: Settings,
    url: str,
    folder: Path,
    wishes: Wishes,
    began_ms: int,
    tell: Tell,
) -> Manifest:
    async with view_of_moment(url) as view:
        moment = view.moment
        files, size_bytes = await write_list(folder, view.blobs())
        await _dump(url, folder, moment)
    _copy_keys(settings, folder)
    missing: tuple[int, ...] = ()
    if wishes.with_media:
        missing = await _copy_media(settings, url, folder, wishes, size_bytes, tell)
    return Manifest(
        server_name=moment.server_name or settings.server_name, schema_version=moment.schema_version,
        began_ms=began_ms, position=moment.position, media_files=files, media_bytes=size_bytes,
        has_media=wishes.with_media, missing=missing,
    )  # fmt: skip


async def _dump(url: str, folder: Path, moment: Moment) -> None:
    left_out = [f"--exclude-table-data=public.{table}" for table in NOT_DUMPED]
    await run_program(
        "pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment.snapshot}",
        *left_out, f"--file={folder / names.DATABASE_FILE}",
    )  # fmt: skip


def _copy_keys(settings: Settings, folder: Path) -> None:
    keys = folder / names.KEYS_FOLDER
    keys.mkdir(mode=0o700)
    if find_signing_key(settings) is not None:
        shutil.copy(signing_key_path(settings), keys / names.SIGNING_KEY_FILE)
    vapid = vapid_key_path(settings)
    if vapid.exists():
        shutil.copy(vapid, keys / names.VAPID_KEY_FILE)


async def _copy_media(
    settings: Settings,
    url: str,
    folder: Path,
    wishes: Wishes,
    of_bytes: int,
    tell: Tell,
) -> tuple[int, ...]:
    """Copy what is listed; return the numbers of the files that were deleted before it was their turn."""
    store = BlobStore(media_url_of(settings))
    media = folder / names.MEDIA_FOLDER
    before = None if wishes.previous is None else wishes.previous / names.MEDIA_FOLDER
    missing: list[int] = []
    done_bytes = 0
    db = await Database.connect(url, max_connections=1)
    try:
        for blob in read_list(folder):
            key = key_of(blob)
            try:
                await fetch_file(store, blob, media / key, None if before is None else before / key)
            except NotFound:
                await _check_was_deleted(db, blob.blob_nid, key)
                missing.append(blob.blob_nid)
            except DamagedFile as error:
                raise BackupError(str(error)) from error
            done_bytes += blob.size_bytes
            tell(Progress(done_bytes, of_bytes))
    finally:
        await db.close()
    return tuple(missing)


async def _check_was_deleted(db: Database, blob_nid: int, key: str) -> None:
    async with db.acquire() as conn:
        if await is_blob_there(conn, blob_nid):
            raise BackupError(f"the media store lacks {key}, which the database knows")
