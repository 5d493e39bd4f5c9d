"""Put the content repository together from the configuration."""

from pathlib import Path
from typing import Final

from federation.protocol.ids import ServerName
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.media.blob_store import BlobStore
from homeserver.media.context import MediaContext, NoRemoteMedia, RemoteMedia
from homeserver.media.limits import MediaLimits
from homeserver.media.spool import Spool
from homeserver.media.thumbnail_queue import ThumbnailQueue
from homeserver.storage.db import Database

SPOOL_FOLDER: Final = "incoming"


def open_media(
    settings: Settings, server_name: ServerName, db: Database, clock: Clock, remote: RemoteMedia | None = None
) -> MediaContext:
    """Return the content repository; no file, socket or library is opened before the first use.

    Raises: ValueError for a `media_url` of an unknown kind.
    """
    limits = limits_of(settings)
    blobs = BlobStore(_url(settings))
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


def limits_of(settings: Settings) -> MediaLimits:
    """Return the bounds as configured."""
    media = settings.media
    return MediaLimits(
        max_upload_bytes=media.max_upload,
        max_image_pixels=media.max_image_pixels,
        max_pending_uploads=media.pending_uploads,
        unused_expires_after_ms=int(media.pending_upload_lifetime.total_seconds() * 1000),
    )


def _url(settings: Settings) -> str:
    if settings.media_url is not None:
        return settings.media_url.get_secret_value()
    return (settings.data_dir.absolute() / "media").as_uri()


def _spool_folder(settings: Settings, blobs: BlobStore) -> Path:
    # Beside the stored files where these are local: a file is taken over by renaming it.
    root = blobs.local_root or settings.data_dir.absolute() / "media"
    return root / SPOOL_FOLDER
