"""What the content repository works with, put together once at start."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from federation.protocol.ids import ServerName
from homeserver.clock import Clock
from homeserver.errors import NotFound
from homeserver.media.access_times import AccessTimes
from homeserver.media.arrivals import Arrivals
from homeserver.media.blob_store import BlobStore
from homeserver.media.limits import MediaLimits
from homeserver.media.spool import Spool
from homeserver.media.thumbnail_queue import ThumbnailQueue
from homeserver.storage.db import Database
from homeserver.turns import Turns


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of another server on its way in: what that server says of it, unchecked."""

    content_type: str | None
    name: str | None
    chunks: AsyncIterator[bytes]


class RemoteMedia(Protocol):
    """Asks other servers for their files."""

    def download(
        self, origin: str, media_id: str, *, timeout_ms: int, max_bytes: int
    ) -> AbstractAsyncContextManager[RemoteFile]:
        """Open a file of another server.

        Raises: NotFound; TooLarge (502); NotYetUploaded; also while the chunks are read.
        """


class NoRemoteMedia:
    """The files of other servers, for a server that does not federate: there are none."""

    @asynccontextmanager
    async def download(
        self, origin: str, media_id: str, *, timeout_ms: int, max_bytes: int
    ) -> AsyncIterator[RemoteFile]:
        raise NotFound("This server keeps no media of other servers")
        yield


@dataclass(frozen=True)
class MediaContext:
    """The dependencies of every verb of this package."""

    server_name: ServerName
    db: Database
    clock: Clock
    blobs: BlobStore
    spool: Spool
    limits: MediaLimits
    thumbnails: ThumbnailQueue
    arrivals: Arrivals = field(default_factory=Arrivals)
    access_times: AccessTimes = field(default_factory=AccessTimes)
    remote: RemoteMedia = field(default_factory=NoRemoteMedia)
    fetching: Turns[tuple[str, str]] = field(default_factory=Turns)
