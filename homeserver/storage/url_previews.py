"""Previews of linked pages that were made before, and until when their pictures are kept."""

from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

HOUR_MS = 3_600_000

# The newest of the hour that is asked for or before; else the newest there is.
SELECT_PREVIEW = """
SELECT preview, expires_ms FROM url_previews WHERE url_hash = $1 AND expires_ms > $2
ORDER BY hour > $3, hour DESC LIMIT 1
"""
UPSERT_PREVIEW = """
INSERT INTO url_previews (url_hash, hour, url, fetched_ms, expires_ms, preview)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (url_hash, hour) DO UPDATE
SET fetched_ms = excluded.fetched_ms, expires_ms = excluded.expires_ms, preview = excluded.preview
"""
DELETE_EXPIRED_PREVIEWS = """
DELETE FROM url_previews WHERE (url_hash, hour) IN (
    SELECT url_hash, hour FROM url_previews WHERE expires_ms < $1 ORDER BY expires_ms LIMIT $2
    FOR UPDATE SKIP LOCKED)
"""
INSERT_IMAGE = """
INSERT INTO preview_images (media_nid, expires_ms)
SELECT media_nid, $3 FROM media WHERE origin = $1 AND media_id = $2
"""
DELETE_EXPIRED_IMAGES = """
DELETE FROM media WHERE media_nid IN (
    SELECT media_nid FROM preview_images WHERE expires_ms < $1 ORDER BY expires_ms LIMIT $2
    FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class StoredPreview:
    """What came of an earlier request: `json` is None where the page could not be had."""

    json: bytes | None
    expires_ms: int


async def select_preview(
    conn: Connection, url_hash: bytes, wanted_ms: int, now_ms: int
) -> StoredPreview | None:
    """Return what is kept of a page and has not expired, as of the time that is wanted if possible."""
    row = await conn.fetchrow(SELECT_PREVIEW, url_hash, now_ms, wanted_ms // HOUR_MS)
    return None if row is None else StoredPreview(row["preview"], row["expires_ms"])


async def upsert_preview(
    conn: Connection, url_hash: bytes, url: str, now_ms: int, preview: StoredPreview
) -> None:
    """Keep what came of a request until it expires."""
    hour = now_ms // HOUR_MS
    await conn.execute(UPSERT_PREVIEW, url_hash, hour, to_text(url), now_ms, preview.expires_ms, preview.json)


async def insert_image(conn: Connection, address: tuple[str, str], expires_ms: int) -> None:
    """Say that media was made for a preview, and until when it is kept."""
    await conn.execute(INSERT_IMAGE, *address, expires_ms)


async def delete_expired(conn: Connection, now_ms: int, limit: int) -> int:
    """Forget previews and the addresses of pictures whose time is over; return how many at most of each."""
    previews = await conn.execute(DELETE_EXPIRED_PREVIEWS, now_ms, limit)
    images = await conn.execute(DELETE_EXPIRED_IMAGES, now_ms, limit)
    return max(int(previews.rpartition(" ")[2]), int(images.rpartition(" ")[2]))
