"""Put the content repository together from the configuration."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

from federation.protocol.ids import ServerName
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.errors import Unavailable
from homeserver.fanout.shares import Shares
from homeserver.media.blob_store import BlobStore
from homeserver.media.context import MediaContext, NoRemoteMedia, RemoteMedia
from homeserver.media.janitor import run_janitor, write_access_times
from homeserver.media.limits import MediaLimits
from homeserver.media.spool import Spool
from homeserver.media.thumbnail_queue import ThumbnailQueue
from homeserver.storage.db import Database

log = structlog.get_logger(__name__)

SPOOL_FOLDER: Final = "incoming"
FOREVER_MS: Final = 2**63 - 1


@asynccontextmanager
async def open_media(
    settings: Settings,
    server_name: ServerName,
    db: Database,
    clock: Clock,
    remote: RemoteMedia | None = None,
    shares: Shares | None = None,
) -> AsyncIterator[MediaContext]:
    """Run the content repository, janitor included, for the length of the block.

    No file is touched and no library imported before the first use.

    Raises: ValueError for a `media_url` of an unknown kind.
    """
    ctx = build_media(settings, server_name, db, clock, remote)
    janitor = asyncio.create_task(run_janitor(ctx, shares or Shares()), name="media janitor")
    try:
        yield ctx
    finally:
        janitor.cancel()
        with suppress(asyncio.CancelledError):
            await janitor
        await _write_last_access_times(ctx)


def build_media(
    settings: Settings, server_name: ServerName, db: Database, clock: Clock, remote: RemoteMedia | None = None
) -> MediaContext:
    """Return the content repository without its janitor.

    Raises: ValueError for a `media_url` of an unknown kind.
    """
    limits = limits_of(settings)
    blobs = BlobStore(media_url_of(settings))
    return MediaContext(
        server_name=server_name,
        db=db,
        clock=clock,
        blobs=blobs,
        spool=Spool(_spool_folder(settings, blobs), limits.min_free_disk_bytes),
        limits=limits,
        thumbnails=ThumbnailQueue(limits.thumbnails_at_once, limits.thumbnails_queued),
        remote=remote or NoRemoteMedia(),
    )


async def _write_last_access_times(ctx: MediaContext) -> None:
    try:
        await write_access_times(ctx)
    except Unavailable as error:
        log.warning("media_access_times_lost", error=str(error))


def limits_of(settings: Settings) -> MediaLimits:
    """Return the bounds as configured."""
    media = settings.media
    return MediaLimits(
        max_upload_bytes=media.max_upload,
        unauthenticated_before_ms=FOREVER_MS if media.allow_unauthenticated else 0,
        max_user_bytes_per_day=media.user_daily_quota,
        max_user_bytes=media.user_quota,
        max_image_pixels=media.max_image_pixels,
        max_pending_uploads=media.pending_uploads,
        unused_expires_after_ms=int(media.pending_upload_lifetime.total_seconds() * 1000),
    )


def media_url_of(settings: Settings) -> str:
    """Return where uploads are kept: what is configured, or a folder beside the rest."""
    if settings.media_url is not None:
        return settings.media_url.get_secret_value()
    return (settings.data_dir.absolute() / "media").as_uri()


def _spool_folder(settings: Settings, blobs: BlobStore) -> Path:
    # Beside the stored files where these are local: a file is taken over by renaming it.
    root = blobs.local_root or settings.data_dir.absolute() / "media"
    return root / SPOOL_FOLDER
