"""What takes space: the database, files, and what waits to be deleted."""

from dataclasses import dataclass

from homeserver.storage.db import Connection

SELECT_DATABASE_SIZE = "SELECT pg_database_size(current_database())"
SELECT_DATABASE_VERSION = "SELECT current_setting('server_version')"
SELECT_MEDIA_SIZES = """
SELECT coalesce(sum(size_bytes) FILTER (WHERE stored AND NOT deleting), 0)::bigint AS stored_bytes,
       count(*) FILTER (WHERE stored AND NOT deleting) AS stored_files,
       count(*) FILTER (WHERE deleting) AS deleting_files
FROM media_blobs
"""
SELECT_MEDIA_KINDS = """
SELECT coalesce(sum(size_bytes) FILTER (WHERE origin = $1), 0)::bigint AS local_bytes,
       count(*) FILTER (WHERE origin = $1) AS local_files,
       coalesce(sum(size_bytes) FILTER (WHERE origin <> $1), 0)::bigint AS remote_bytes,
       count(*) FILTER (WHERE origin <> $1) AS remote_files,
       count(*) FILTER (WHERE quarantined) AS quarantined_files
FROM media WHERE blob_nid IS NOT NULL
"""
COUNT_DELETING_FILES = "SELECT count(*) FROM media_blobs WHERE deleting"


@dataclass(frozen=True, slots=True)
class MediaSizes:
    """Bytes as they are stored, each content once; files as they are named, by where they come from."""

    stored_bytes: int
    stored_files: int
    deleting_files: int
    local_bytes: int
    local_files: int
    remote_bytes: int
    remote_files: int
    quarantined_files: int


async def select_database_size(conn: Connection) -> int:
    """Return the size of the database in bytes, indexes included."""
    size: int = await conn.fetchval(SELECT_DATABASE_SIZE)
    return size


async def select_database_version(conn: Connection) -> str:
    """Return PostgreSQL's version."""
    version: str = await conn.fetchval(SELECT_DATABASE_VERSION)
    return version


async def select_media_sizes(conn: Connection, own: str) -> MediaSizes:
    """Return how much space files take. Reads all rows of media."""
    stored = await conn.fetchrow(SELECT_MEDIA_SIZES)
    kinds = await conn.fetchrow(SELECT_MEDIA_KINDS, own)
    assert stored is not None, "an aggregate without groups has one row"
    assert kinds is not None, "an aggregate without groups has one row"
    return MediaSizes(*stored, *kinds)


async def count_deleting_files(conn: Connection) -> int:
    """Return how many files are being deleted from the store."""
    count: int = await conn.fetchval(COUNT_DELETING_FILES)
    return count
