"""Media, as administrators see it."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection

SELECT_MEDIA_OF_USER = """
WITH chosen AS (
    SELECT m.media_id, m.content_type, m.upload_name, m.size_bytes, m.created_ms, m.last_access_ms, b.sha256,
           m.quarantined OR coalesce(b.quarantined, false) AS quarantined, CASE $2::text
        WHEN 'media_id' THEN m.media_id WHEN 'media_type' THEN m.content_type
        WHEN 'media_length' THEN lpad(coalesce(m.size_bytes, 0)::text, 20, '0')
        WHEN 'last_access_ts' THEN lpad(coalesce(m.last_access_ms, 0)::text, 20, '0')
        WHEN 'upload_name' THEN encode(m.upload_name, 'hex')
        WHEN 'quarantined_by' THEN (m.quarantined OR coalesce(b.quarantined, false))::text
        ELSE lpad(m.created_ms::text, 20, '0') END AS sort_key
    FROM media m LEFT JOIN media_blobs b USING (blob_nid)
    WHERE m.user_nid = $1 AND m.blob_nid IS NOT NULL
)
SELECT *, count(*) OVER () AS total FROM chosen
ORDER BY CASE WHEN NOT $3::boolean THEN sort_key END, CASE WHEN $3 THEN sort_key END DESC, media_id
LIMIT $4 OFFSET $5
"""
SELECT_MEDIA_USE = """
WITH used AS (
    SELECT u.user_id, count(*) AS files, sum(m.size_bytes)::bigint AS size_bytes,
           n.value AS name
    FROM media m JOIN users u USING (user_nid)
    LEFT JOIN profile_fields n ON n.user_nid = m.user_nid AND n.field = 'displayname'
    WHERE m.blob_nid IS NOT NULL
    AND ($1::bigint IS NULL OR m.created_ms >= $1) AND ($2::bigint IS NULL OR m.created_ms <= $2)
    AND ($3::text IS NULL OR strpos(lower(u.user_id), lower($3)) > 0)
    GROUP BY m.user_nid, u.user_id, n.value
), chosen AS (
    SELECT *, CASE $4::text
        WHEN 'media_count' THEN lpad(files::text, 20, '0')
        WHEN 'media_length' THEN lpad(size_bytes::text, 20, '0')
        WHEN 'displayname' THEN convert_from(name, 'UTF8')
        ELSE user_id END AS sort_key
    FROM used
)
SELECT user_id, files, size_bytes, name, count(*) OVER () AS total FROM chosen
ORDER BY CASE WHEN NOT $5::boolean THEN sort_key END, CASE WHEN $5 THEN sort_key END DESC, user_id
LIMIT $6 OFFSET $7
"""
SELECT_MEDIA_FILES = """
WITH chosen AS (
    SELECT m.origin, m.media_id, u.user_id, m.content_type, m.upload_name, m.size_bytes, m.created_ms,
           m.last_access_ms, m.protected, m.quarantined OR coalesce(b.quarantined, false) AS quarantined,
           CASE $4::text WHEN 'size' THEN m.size_bytes
               WHEN 'last_access' THEN coalesce(m.last_access_ms, m.created_ms)
               ELSE m.created_ms END AS sort_key
    FROM media m LEFT JOIN media_blobs b USING (blob_nid) LEFT JOIN users u ON u.user_nid = m.user_nid
    WHERE m.blob_nid IS NOT NULL AND ($2::boolean IS NULL OR (m.origin = $1) = $2)
)
SELECT *, count(*) OVER () AS total FROM chosen WHERE NOT $3::boolean OR quarantined
ORDER BY CASE WHEN NOT $5::boolean THEN sort_key END, CASE WHEN $5 THEN sort_key END DESC, origin, media_id
LIMIT $6 OFFSET $7
"""


@dataclass(frozen=True, slots=True)
class MediaFilter:
    """Which files, in which order: by `size`, `last_access` or `created`. `local` None: anybody's."""

    local: bool | None = None
    quarantined: bool = False
    order: str = "created"
    backwards: bool = True


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file, or a copy of another server's, which has no `user_id`. Times in milliseconds of the epoch."""

    origin: str
    media_id: str
    user_id: UserId | None
    content_type: str | None
    upload_name: str | None
    size_bytes: int
    created_ms: int
    last_access_ms: int | None
    quarantined: bool
    protected: bool


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that a user of this server has uploaded. Times are in milliseconds since the epoch."""

    media_id: str
    content_type: str | None
    upload_name: str | None
    size_bytes: int
    created_ms: int
    last_access_ms: int | None
    quarantined: bool


@dataclass(frozen=True, slots=True)
class MediaUse:
    """How much a user has uploaded. `display_name` is JSON."""

    user_id: UserId
    files: int
    size_bytes: int
    display_name: bytes | None


async def select_media_of_user(
    conn: Connection, user_nid: int, order: str, *, backwards: bool, limit: int, offset: int
) -> tuple[list[UploadedFile], int]:
    """Return a page of a user's files, and how many there are in all."""
    rows = await conn.fetch(SELECT_MEDIA_OF_USER, user_nid, order, backwards, limit, offset)
    return [_file(row) for row in rows], rows[0]["total"] if rows else 0


async def select_media_use(
    conn: Connection,
    span_ms: tuple[int | None, int | None],
    term: str | None,
    order: str,
    *,
    backwards: bool,
    limit: int,
    offset: int,
) -> tuple[Sequence[MediaUse], int]:
    """Return a page of what users have uploaded in a span of time, and how many users there are in all."""
    rows = await conn.fetch(SELECT_MEDIA_USE, *span_ms, term, order, backwards, limit, offset)
    return [MediaUse(*tuple(row)[:4]) for row in rows], rows[0]["total"] if rows else 0


def _file(row: asyncpg.Record) -> UploadedFile:
    name = row["upload_name"]
    return UploadedFile(
        row["media_id"],
        row["content_type"],
        None if name is None else name.decode(),
        row["size_bytes"] or 0,
        row["created_ms"],
        row["last_access_ms"],
        row["quarantined"],
    )


async def select_media_files(
    conn: Connection, own: str, wanted: MediaFilter, *, limit: int, offset: int
) -> tuple[list[ListedFile], int]:
    """Return a page of all files, and how many there are in all."""
    rows = await conn.fetch(
        SELECT_MEDIA_FILES,
        own,
        wanted.local,
        wanted.quarantined,
        wanted.order,
        wanted.backwards,
        limit,
        offset,
    )
    return [_listed(row) for row in rows], rows[0]["total"] if rows else 0


def _listed(row: asyncpg.Record) -> ListedFile:
    name = row["upload_name"]
    return ListedFile(
        origin=row["origin"],
        media_id=row["media_id"],
        user_id=row["user_id"],
        content_type=row["content_type"],
        upload_name=None if name is None else name.decode(),
        size_bytes=row["size_bytes"] or 0,
        created_ms=row["created_ms"],
        last_access_ms=row["last_access_ms"],
        quarantined=row["quarantined"],
        protected=row["protected"],
    )
