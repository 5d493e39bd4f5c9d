"""What a backup reads beside pg_dump, and what is made new after a restoration."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg

from homeserver.storage.db import Connection
from homeserver.storage.media import Blob

SELECT_SNAPSHOT = "SELECT pg_export_snapshot()"
SELECT_SERVER_NAME = "SELECT value FROM instance WHERE key = 'server_name'"
SELECT_SCHEMA_VERSION = "SELECT coalesce(max(version), 0) FROM schema_migrations"
SELECT_LAST_POSITION = "SELECT coalesce(max(position), 0) FROM position_log"
SELECT_BLOBS = """
SELECT blob_nid, sha256, size_bytes FROM media_blobs
WHERE stored AND NOT deleting AND blob_nid > $1 ORDER BY blob_nid LIMIT $2
"""
SELECT_BLOB_IS_THERE = "SELECT EXISTS (SELECT FROM media_blobs WHERE blob_nid = $1 AND NOT deleting)"
SELECT_TABLES = """
SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
DELETE_EPOCH = "DELETE FROM instance WHERE key = 'epoch'"
UPDATE_SHARES = "UPDATE shares SET owner = NULL, until = '-infinity'"
SELECT_FURTHER_POSITIONS = "SELECT setval('positions', (SELECT last_value FROM positions) + $1::bigint)"
DELETE_MEDIA_OF_BLOBS = "DELETE FROM media WHERE blob_nid = ANY ($1::bigint[])"
DELETE_THUMBNAILS_OF_BLOBS = """
DELETE FROM media_thumbnails WHERE blob_nid = ANY ($1::bigint[]) OR source_blob_nid = ANY ($1::bigint[])
"""
DELETE_BLOBS = "DELETE FROM media_blobs WHERE blob_nid = ANY ($1::bigint[])"

NOT_DUMPED: Final = (
    "one_time_keys", "workers", "sliding_connections", "sliding_answers", "sliding_configs", "sliding_rooms",
)  # fmt: skip
"""Tables whose rows no backup has: what holds for a moment only, and one-time keys.

Clients upload new ones; one that was given out twice would make the messages of two people unreadable."""

STEP_OF_POSITIONS: Final = 1_000_000_000
"""By how much positions go on after a restoration: other servers ignore numbers that they have seen."""

BATCH: Final = 1_000


class DatabaseEmpty(Exception):
    """There is no server's database yet."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What the database says of itself, at one moment that others can look at as well."""

    snapshot: str
    server_name: str | None
    schema_version: int
    position: int


class View:
    """The database as it was at a moment, for as long as it is open."""

    def __init__(self, conn: "asyncpg.Connection[asyncpg.Record]", moment: Moment) -> None:
        self._conn = conn
        self.moment = moment

    async def blobs(self) -> AsyncIterator[Sequence[Blob]]:
        """Yield the files that were stored, some at a time."""
        after = 0
        while rows := await self._conn.fetch(SELECT_BLOBS, after, BATCH):
            yield [Blob(row["blob_nid"], row["sha256"], row["size_bytes"]) for row in rows]
            after = rows[-1]["blob_nid"]


@asynccontextmanager
async def view_of_moment(url: str) -> AsyncIterator[View]:
    """Look at one moment of the database. It holds up vacuuming, so it is not for long.

    Raises: DatabaseEmpty.
    """
    conn = await asyncpg.connect(url)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            if not await has_tables(conn):
                raise DatabaseEmpty
            moment = Moment(
                snapshot=await conn.fetchval(SELECT_SNAPSHOT),
                server_name=await conn.fetchval(SELECT_SERVER_NAME),
                schema_version=await conn.fetchval(SELECT_SCHEMA_VERSION),
                position=await conn.fetchval(SELECT_LAST_POSITION),
            )
            yield View(conn, moment)
    finally:
        await conn.close()


async def is_blob_there(conn: Connection, blob_nid: int) -> bool:
    """Return whether a file is still to be kept."""
    found: bool = await conn.fetchval(SELECT_BLOB_IS_THERE, blob_nid)
    return found


async def has_tables(conn: Connection) -> bool:
    """Return whether there is anything in the database."""
    return bool(await conn.fetchval(SELECT_TABLES))


async def begin_new_life(conn: Connection, missing_blobs: Sequence[int]) -> None:
    """Make a restored database one that goes on.

    Sync tokens of the time after the backup are known as foreign from now on, the numbers that other servers
    follow go on beyond all that were ever given, and nobody owns a share of the work.
    """
    await conn.execute(DELETE_EPOCH)
    await conn.execute(UPDATE_SHARES)
    await conn.execute(SELECT_FURTHER_POSITIONS, STEP_OF_POSITIONS)
    await conn.execute(DELETE_MEDIA_OF_BLOBS, missing_blobs)
    await conn.execute(DELETE_THUMBNAILS_OF_BLOBS, missing_blobs)
    await conn.execute(DELETE_BLOBS, missing_blobs)
