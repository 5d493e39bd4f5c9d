"""A content repository on a test's own database and folder."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from federation.protocol.ids import ServerName, UserId
from homeserver.clock import Clock
from homeserver.media.blob_store import BlobStore
from homeserver.media.context import MediaContext, RemoteMedia
from homeserver.media.limits import MediaLimits
from homeserver.media.spool import Spool
from homeserver.media.thumbnail_queue import ThumbnailQueue
from homeserver.media.upload import Upload
from homeserver.storage.db import Database
from homeserver.storage.users import intern_users

SERVER = ServerName("example.org")


class MediaServer:
    """The repository, its users and shortcuts to look behind it."""

    def __init__(self, db: Database, clock: Clock, folder: Path) -> None:
        self.root = folder / "media"
        self.ctx = MediaContext(
            server_name=SERVER,
            db=db,
            clock=clock,
            blobs=BlobStore(self.root.as_uri()),
            spool=Spool(self.root / "incoming"),
            limits=MediaLimits(),
            thumbnails=ThumbnailQueue(2, 10),
        )

    def limited(self, **limits: int) -> MediaContext:
        """Return the same repository with other bounds."""
        return replace(self.ctx, limits=replace(self.ctx.limits, **limits))

    def with_remote(self, remote: RemoteMedia) -> MediaContext:
        """Return the same repository with a way to other servers."""
        return replace(self.ctx, remote=remote)

    def other_process(self) -> MediaContext:
        """Return the repository as another worker sees it: the same database and files, no shared memory."""
        return MediaContext(
            server_name=SERVER,
            db=self.ctx.db,
            clock=self.ctx.clock,
            blobs=BlobStore(self.root.as_uri()),
            spool=self.ctx.spool,
            limits=self.ctx.limits,
            thumbnails=ThumbnailQueue(2, 10),
        )

    async def execute(self, query: str, *args: object) -> None:
        """Change the database behind the repository's back."""
        async with self.ctx.db.acquire() as conn:
            await conn.execute(query, *args)

    async def user(self, localpart: str) -> int:
        """Return the number of a user of this server."""
        user_id = UserId(f"@{localpart}:{SERVER}")
        async with self.ctx.db.acquire() as conn:
            return (await intern_users(conn, [user_id]))[user_id]

    def stored_files(self) -> list[Path]:
        """Return every file below the store, those on their way in included."""
        return sorted(path for path in self.root.rglob("*") if path.is_file())

    async def count(self, table: str) -> int:
        """Return the number of rows of a table."""
        async with self.ctx.db.acquire() as conn:
            return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))


def upload_of(
    user_nid: int, *chunks: bytes, content_type: str = "text/plain", name: str | None = None
) -> Upload:
    """Return an upload of the chunks, without a declared length."""
    return Upload(user_nid, content_type, name, None, _stream(chunks))


class SlowUpload:
    """A body that comes as far as the test lets it."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.go_on = asyncio.Event()

    async def chunks(self) -> AsyncIterator[bytes]:
        self.began.set()
        yield b"first "
        await self.go_on.wait()
        yield b"second"


def media_id_of(uri: str) -> str:
    """Return the media id of an mxc:// URI of this server."""
    prefix = f"mxc://{SERVER}/"
    assert uri.startswith(prefix)
    return uri.removeprefix(prefix)


async def _stream(chunks: tuple[bytes, ...]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
