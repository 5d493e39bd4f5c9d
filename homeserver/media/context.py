"""What the content repository works with, put together once at start."""

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


class RemoteMedia(Protocol):
    """Brings files of other servers here."""

    async def fetch(self, origin: str, media_id: str, *, timeout_ms: int) -> None:
        """Store the file as a row of its origin, so that it is found like a local one.

        Raises: NotFound; TooLarge (502); NotYetUploaded.
        """


class NoRemoteMedia:
    """The repository of a server that does not federate."""

    async def fetch(self, origin: str, media_id: str, *, timeout_ms: int) -> None:
        raise NotFound("This server keeps no media of other servers")


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
