"""Rows of the content repository: addresses, the bytes they name, thumbnails.

A blob row is claimed before its bytes are written and released only after its bytes are deleted. Whoever
makes something refer to a blob updates the blob's row in the same transaction, which is what stops the
janitor from collecting it at that moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from homeserver.storage.db import Connection

# ---------------------------------------------------------------- addresses

SELECT_MEDIA = """
SELECT m.media_nid, m.origin, m.media_id, m.user_nid, m.blob_nid, b.sha256, m.content_type, m.upload_name,
       m.size_bytes, m.uploaded_ms, m.unused_expires_ms, m.last_access_ms,
       m.quarantined OR coalesce(b.quarantined, false) AS quarantined
FROM media m LEFT JOIN media_blobs b USING (blob_nid)
WHERE m.origin = $1 AND m.media_id = $2
"""

INSERT_MEDIA = """
INSERT INTO media (origin, media_id, user_nid, blob_nid, content_type, upload_name, size_bytes, created_ms,
                   uploaded_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
"""

INSERT_PENDING_MEDIA = """
INSERT INTO media (origin, media_id, user_nid, created_ms, unused_expires_ms) VALUES ($1, $2, $3, $4, $5)
"""

UPDATE_PENDING_MEDIA = """
UPDATE media SET blob_nid = $2, content_type = $3, upload_name = $4, size_bytes = $5, uploaded_ms = $6
WHERE media_nid = $1 AND blob_nid IS NULL
"""

UPDATE_LAST_ACCESS = """
UPDATE media m SET last_access_ms = a.last_access_ms
FROM unnest($1::bigint[], $2::bigint[]) AS a (media_nid, last_access_ms)
WHERE m.media_nid = a.media_nid AND coalesce(m.last_access_ms, 0) < a.last_access_ms
"""

UPDATE_QUARANTINE = """
WITH marked AS (
    UPDATE media SET quarantined = $3 WHERE origin = $1 AND media_id = $2 RETURNING blob_nid
), bytes AS (
    UPDATE media_blobs SET quarantined = $3 WHERE blob_nid IN (SELECT blob_nid FROM marked)
)
SELECT count(*) FROM marked
"""

DELETE_EXPIRED_PENDING = """
DELETE FROM media WHERE media_nid IN (
    SELECT media_nid FROM media WHERE blob_nid IS NULL AND unused_expires_ms < $1
    ORDER BY unused_expires_ms LIMIT $2 FOR UPDATE SKIP LOCKED
)
"""

# ---------------------------------------------------------------- what one user holds

SELECT_USER_FOR_UPDATE = "SELECT user_nid FROM users WHERE user_nid = $1 FOR NO KEY UPDATE"

SELECT_PENDING_USAGE = """
SELECT count(*) AS files, min(unused_expires_ms) AS first_expires_ms
FROM media WHERE user_nid = $1 AND blob_nid IS NULL AND unused_expires_ms > $2
"""

SELECT_UPLOAD_USAGE = """
SELECT count(*) AS files, coalesce(sum(size_bytes), 0)::bigint AS size_bytes
FROM media WHERE user_nid = $1 AND blob_nid IS NOT NULL AND uploaded_ms > $2
"""

# ---------------------------------------------------------------- bytes

INSERT_BLOB = """
INSERT INTO media_blobs (sha256, size_bytes, touched_ms) VALUES ($1, $2, $3)
ON CONFLICT (sha256) WHERE NOT deleting DO UPDATE SET touched_ms = excluded.touched_ms
RETURNING blob_nid, stored
"""

UPDATE_BLOB_STORED = """
UPDATE media_blobs SET stored = true, touched_ms = $2 WHERE blob_nid = $1 AND NOT deleting
"""

SELECT_BLOBS_AFTER = "SELECT blob_nid FROM media_blobs WHERE blob_nid > $1 ORDER BY blob_nid LIMIT $2"

UPDATE_UNREFERENCED_BLOBS = """
UPDATE media_blobs b SET deleting = true
WHERE b.blob_nid = ANY ($1) AND b.touched_ms < $2 AND NOT b.deleting AND NOT b.quarantined
  AND NOT EXISTS (SELECT FROM media m WHERE m.blob_nid = b.blob_nid)
  AND NOT EXISTS (SELECT FROM media_thumbnails t
                  WHERE t.blob_nid = b.blob_nid AND t.source_blob_nid <> b.blob_nid)
RETURNING b.blob_nid
"""

DELETE_THUMBNAILS_OF = "DELETE FROM media_thumbnails WHERE source_blob_nid = ANY ($1)"

SELECT_DELETING_BLOBS = """
SELECT blob_nid, sha256, size_bytes FROM media_blobs WHERE deleting ORDER BY blob_nid LIMIT $1
"""

DELETE_BLOBS = "DELETE FROM media_blobs WHERE blob_nid = ANY ($1) AND deleting"

# ---------------------------------------------------------------- thumbnails

SELECT_THUMBNAILS = """
SELECT t.width, t.height, t.method, t.animated, t.content_type, t.blob_nid, b.sha256, b.size_bytes
FROM media_thumbnails t JOIN media_blobs b ON b.blob_nid = t.blob_nid
WHERE t.source_blob_nid = $1
"""

INSERT_THUMBNAIL = """
INSERT INTO media_thumbnails (source_blob_nid, width, height, method, animated, blob_nid, content_type)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes in the object store, named by their hash."""

    blob_nid: int
    sha256: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Media:
    """What an mxc:// address names; `blob` is None while its content is awaited."""

    media_nid: int
    origin: str
    media_id: str
    user_nid: int | None
    blob: Blob | None
    content_type: str | None
    upload_name: str | None
    uploaded_ms: int | None
    unused_expires_ms: int | None
    last_access_ms: int | None
    quarantined: bool


@dataclass(frozen=True, slots=True)
class NewMedia:
    """What is known of a file when its bytes are durable."""

    blob: Blob
    content_type: str
    upload_name: str | None


@dataclass(frozen=True, slots=True)
class StoredThumbnail:
    """A thumbnail that was made before."""

    width: int
    height: int
    method: str
    animated: bool
    content_type: str
    blob: Blob


@dataclass(frozen=True, slots=True)
class PendingUsage:
    """A user's created addresses that still await their content."""

    files: int
    first_expires_ms: int | None


@dataclass(frozen=True, slots=True)
class UploadUsage:
    """What a user uploaded since a moment."""

    files: int
    size_bytes: int


async def select_media(conn: Connection, origin: str, media_id: str) -> Media | None:
    """Load what an address names, or None."""
    row = await conn.fetchrow(SELECT_MEDIA, origin, media_id)
    return None if row is None else _media(row)


async def insert_media(
    conn: Connection, address: tuple[str, str], user_nid: int | None, new: NewMedia, now_ms: int
) -> None:
    """Name stored bytes with a new (origin, media id). `complete_blob` belongs into the same transaction."""
    await conn.execute(
        INSERT_MEDIA,
        *address,
        user_nid,
        new.blob.blob_nid,
        new.content_type,
        _encode_name(new.upload_name),
        new.blob.size_bytes,
        now_ms,
    )


async def insert_pending_media(
    conn: Connection, address: tuple[str, str], user_nid: int, now_ms: int, unused_expires_ms: int
) -> None:
    """Reserve an (origin, media id) for content that comes later."""
    await conn.execute(INSERT_PENDING_MEDIA, *address, user_nid, now_ms, unused_expires_ms)


async def complete_pending_media(conn: Connection, media_nid: int, new: NewMedia, now_ms: int) -> bool:
    """Give a reserved address its content; False if it has one already or is gone."""
    status = await conn.execute(
        UPDATE_PENDING_MEDIA,
        media_nid,
        new.blob.blob_nid,
        new.content_type,
        _encode_name(new.upload_name),
        new.blob.size_bytes,
        now_ms,
    )
    return _row_count(status) == 1


async def update_last_access(conn: Connection, accesses: Mapping[int, int]) -> None:
    """Record when each media_nid was last served, in milliseconds; never moves a time back."""
    media_nids = sorted(accesses)
    await conn.execute(UPDATE_LAST_ACCESS, media_nids, [accesses[nid] for nid in media_nids])


async def update_quarantine(conn: Connection, origin: str, media_id: str, *, quarantined: bool) -> bool:
    """Quarantine or release an address and its bytes; False if there is no such address."""
    return bool(await conn.fetchval(UPDATE_QUARANTINE, origin, media_id, quarantined))


async def delete_expired_pending(conn: Connection, expired_before_ms: int, limit: int) -> int:
    """Forget reserved addresses that nobody used in time; return how many."""
    return _row_count(await conn.execute(DELETE_EXPIRED_PENDING, expired_before_ms, limit))


async def lock_uploader(conn: Connection, user_nid: int) -> None:
    """Make this user's uploads commit one after another until the transaction ends."""
    await conn.fetchval(SELECT_USER_FOR_UPDATE, user_nid)


async def select_pending_usage(conn: Connection, user_nid: int, now_ms: int) -> PendingUsage:
    """Count the user's reserved addresses that have not expired."""
    row = await conn.fetchrow(SELECT_PENDING_USAGE, user_nid, now_ms)
    assert row is not None
    return PendingUsage(row["files"], row["first_expires_ms"])


async def select_upload_usage(conn: Connection, user_nid: int, since_ms: int) -> UploadUsage:
    """Sum what the user uploaded after `since_ms`."""
    row = await conn.fetchrow(SELECT_UPLOAD_USAGE, user_nid, since_ms)
    assert row is not None
    return UploadUsage(row["files"], row["size_bytes"])


async def claim_blob(conn: Connection, sha256: bytes, size_bytes: int, now_ms: int) -> tuple[Blob, bool]:
    """Announce bytes before they are written; also say whether they are stored already.

    Keeps the janitor away for its grace period. Must be committed before the first byte is written.
    """
    row = await conn.fetchrow(INSERT_BLOB, sha256, size_bytes, now_ms)
    assert row is not None
    return Blob(row["blob_nid"], sha256, size_bytes), row["stored"]


async def complete_blob(conn: Connection, blob_nid: int, now_ms: int) -> bool:
    """Say that the bytes are durable and about to be referred to; False if they were collected meanwhile."""
    return _row_count(await conn.execute(UPDATE_BLOB_STORED, blob_nid, now_ms)) == 1


async def select_blobs_after(conn: Connection, blob_nid: int, limit: int) -> list[int]:
    """Return the next blobs in order of number, to look at one page after another."""
    return [row["blob_nid"] for row in await conn.fetch(SELECT_BLOBS_AFTER, blob_nid, limit)]


async def release_unreferenced_blobs(
    conn: Connection, blob_nids: Sequence[int], untouched_since_ms: int
) -> int:
    """Mark those of the blobs that nothing refers to for deletion, with their thumbnails; return how many.

    Needs a transaction: the marks and the thumbnails' rows go together.
    """
    rows = await conn.fetch(UPDATE_UNREFERENCED_BLOBS, blob_nids, untouched_since_ms)
    released = [row["blob_nid"] for row in rows]
    if released:
        await conn.execute(DELETE_THUMBNAILS_OF, released)
    return len(released)


async def select_deleting_blobs(conn: Connection, limit: int) -> list[Blob]:
    """Return blobs whose bytes are to be deleted."""
    rows = await conn.fetch(SELECT_DELETING_BLOBS, limit)
    return [Blob(row["blob_nid"], row["sha256"], row["size_bytes"]) for row in rows]


async def delete_blobs(conn: Connection, blobs: Iterable[Blob]) -> None:
    """Forget blobs whose bytes are deleted."""
    await conn.execute(DELETE_BLOBS, [blob.blob_nid for blob in blobs])


async def select_thumbnails(conn: Connection, source_blob_nid: int) -> list[StoredThumbnail]:
    """Return all thumbnails made of these bytes so far."""
    return [
        StoredThumbnail(
            row["width"],
            row["height"],
            row["method"],
            row["animated"],
            row["content_type"],
            Blob(row["blob_nid"], row["sha256"], row["size_bytes"]),
        )
        for row in await conn.fetch(SELECT_THUMBNAILS, source_blob_nid)
    ]


async def insert_thumbnails(
    conn: Connection, source_blob_nid: int, thumbnails: Iterable[StoredThumbnail]
) -> None:
    """Remember thumbnails; those known already stay. `complete_blob` of source and results comes before."""
    await conn.executemany(
        INSERT_THUMBNAIL,
        [
            (source_blob_nid, t.width, t.height, t.method, t.animated, t.blob.blob_nid, t.content_type)
            for t in thumbnails
        ],
    )


def _media(row: asyncpg.Record) -> Media:
    blob = None
    if row["blob_nid"] is not None:
        blob = Blob(row["blob_nid"], row["sha256"], row["size_bytes"])
    name: bytes | None = row["upload_name"]
    return Media(
        media_nid=row["media_nid"],
        origin=row["origin"],
        media_id=row["media_id"],
        user_nid=row["user_nid"],
        blob=blob,
        content_type=row["content_type"],
        upload_name=None if name is None else name.decode("utf-8", "surrogatepass"),
        uploaded_ms=row["uploaded_ms"],
        unused_expires_ms=row["unused_expires_ms"],
        last_access_ms=row["last_access_ms"],
        quarantined=row["quarantined"],
    )


def _encode_name(name: str | None) -> bytes | None:
    return None if name is None else name.encode("utf-8", "surrogatepass")


def _row_count(status: str) -> int:
    """Read the number of rows from a command tag such as `UPDATE 1`."""
    return int(status.rpartition(" ")[2])
