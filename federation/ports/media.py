"""The files of this server that others may have."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A file on its way out. `disposition` is the value of its Content-Disposition header."""

    content_type: str
    disposition: str
    chunks: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class ThumbnailSize:
    """How a picture is to be made smaller, in pixels; `method` is crop or scale."""

    width: int
    height: int
    method: str
    animated: bool


class MediaFiles(Protocol):
    """Opens files that were uploaded here. What may not be served is refused by an error of this server."""

    async def open_file(self, media_id: str, *, timeout_ms: int) -> MediaFile:
        """Return a file of this server's; waits for one that is being uploaded."""

    async def open_thumbnail(self, media_id: str, size: ThumbnailSize, *, timeout_ms: int) -> MediaFile:
        """Return a smaller version of a picture of this server's."""
