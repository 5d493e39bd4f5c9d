"""Every bound of the content repository in one record, each with its unit in the name."""

from dataclasses import dataclass

MIB = 1024 * 1024
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What one upload, one user and one picture may cost.

    The deprecated endpoints without authentication serve only what was uploaded before
    `unauthenticated_before_ms` (milliseconds since the epoch; 0 freezes them altogether).
    `max_user_files_per_day` and `max_user_bytes_per_day` count a rolling 24 hours; `max_user_bytes`, where
    set, counts all that a user ever uploaded. `min_free_disk_bytes` is kept free on the local disk, which the
    database shares.
    """

    max_upload_bytes: int = 100 * MIB
    unauthenticated_before_ms: int = 0
    max_user_files_per_day: int = 10_000
    max_user_bytes_per_day: int = 10 * 1024 * MIB
    max_user_bytes: int | None = None
    min_free_disk_bytes: int = 256 * MIB
    max_pending_uploads: int = 10
    unused_expires_after_ms: int = DAY_MS
    max_wait_for_upload_ms: int = 60_000
    max_waiting_downloads: int = 500
    upload_idle_timeout_s: float = 60.0
    max_upload_name_bytes: int = 1024
    max_content_type_chars: int = 255

    thumbnails_at_once: int = 2
    thumbnails_queued: int = 100
    thumbnail_timeout_s: float = 20.0
    thumbnail_memory_bytes: int = 1024 * MIB
    max_thumbnail_source_bytes: int = 64 * MIB
    max_image_pixels: int = 50_000_000
    max_animation_pixels: int = 200_000_000
    max_thumbnails_per_source: int = 32

    blob_grace_ms: int = DAY_MS
    spool_grace_ms: int = DAY_MS
