"""The files that were uploaded here, opened for other servers."""

from federation.ports.media import MediaFile, ThumbnailSize
from homeserver.media.content_disposition import content_disposition
from homeserver.media.context import MediaContext
from homeserver.media.find import MediaRequest, find_media
from homeserver.media.thumbnail import ThumbnailRequest, get_thumbnail
from homeserver.media.thumbnail_variants import Method
from homeserver.storage.media import Blob


class ServicesMediaFiles:
    """The port `MediaFiles` over the content repository."""

    def __init__(self, media: MediaContext) -> None:
        self._media = media

    async def open_file(self, media_id: str, *, timeout_ms: int) -> MediaFile:
        """Raises: NotFound, NotYetUploaded."""
        found = await find_media(self._media, self._request(media_id, timeout_ms))
        return self._open(found.blob, found.content_type, found.upload_name)

    async def open_thumbnail(self, media_id: str, size: ThumbnailSize, *, timeout_ms: int) -> MediaFile:
        """Raises: NotFound, NotYetUploaded, CannotThumbnail, TooLarge, LimitExceeded."""
        request = ThumbnailRequest(
            media=self._request(media_id, timeout_ms),
            width=size.width,
            height=size.height,
            method=Method(size.method),
            animated=size.animated,
        )
        thumbnail = await get_thumbnail(self._media, request)
        return self._open(thumbnail.blob, thumbnail.content_type, None)

    def _request(self, media_id: str, timeout_ms: int) -> MediaRequest:
        return MediaRequest(self._media.server_name, media_id, timeout_ms, allow_remote=False)

    def _open(self, blob: Blob, content_type: str, name: str | None) -> MediaFile:
        chunks = self._media.blobs.read(blob, 0, blob.size_bytes)
        return MediaFile(content_type, content_disposition(content_type, name), chunks)
