"""Keep the picture of a preview as media of this server."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from homeserver.errors import MatrixError
from homeserver.json_types import JsonObject
from homeserver.media.addresses import content_uri, new_media_id
from homeserver.media.content_types import SNIFF_BYTES, ImageFormat, sniff_image
from homeserver.media.store_file import check_still_stored, store_file
from homeserver.outgoing.web_client import Answer, FetchFailed
from homeserver.previews.context import PreviewsContext
from homeserver.previews.run_program import MEASURER, ProgramFailed, run_program
from homeserver.storage.media import NewMedia, insert_media
from homeserver.storage.url_previews import insert_image

ACCEPT: Final = "image/webp,image/png,image/jpeg,image/gif;q=0.9,image/*;q=0.1"


class Size(msgspec.Struct):
    """Of a picture, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture that clients can show."""

    uri: str
    content_type: str
    size: Size
    size_bytes: int

    def properties(self) -> JsonObject:
        """Return what a preview says of its picture.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediapreview_url
        """
        return {
            "og:image": self.uri,
            "og:image:type": self.content_type,
            "og:image:width": self.size.width,
            "og:image:height": self.size.height,
            "matrix:image:size": self.size_bytes,
        }


async def fetch_image(ctx: PreviewsContext, url: str, language: str) -> StoredImage | None:
    """Fetch a picture; None where there is none that clients could show."""
    try:
        async with ctx.web.open(url, accept=ACCEPT, language=language) as answer:
            return await store_image(ctx, answer)
    except FetchFailed:
        return None


async def store_image(ctx: PreviewsContext, answer: Answer) -> StoredImage | None:
    """Keep a picture under an address of its own; None where it is none that thumbnails can be made of.

    Raises: FetchFailed.
    """
    media, chunks = ctx.media, answer.chunks(ctx.settings.previews.max_image)
    try:
        async with media.spool.receive(chunks, media.limits.max_upload_bytes) as spooled:
            image_format = _sniff(spooled.path)
            size = await _measure(ctx, spooled.path, image_format) if image_format is not None else None
            if image_format is None or size is None:
                return None
            blob = await store_file(media, spooled)
        address = (media.server_name, new_media_id())
        content_type = f"image/{image_format.value.lower()}"
        now_ms = ctx.clock.now_ms()
        async with media.db.transaction() as conn:
            await check_still_stored(media, conn, [blob])
            await insert_media(conn, address, None, NewMedia(blob, content_type, None), now_ms)
            await insert_image(conn, address, now_ms + _kept_ms(ctx))
    except MatrixError:  # the disk is full, or the picture is larger than any upload may be
        return None
    return StoredImage(content_uri(*address), content_type, size, blob.size_bytes)


def _sniff(path: Path) -> ImageFormat | None:
    with path.open("rb") as file:
        return sniff_image(file.read(SNIFF_BYTES))


async def _measure(ctx: PreviewsContext, path: Path, image_format: ImageFormat) -> Size | None:
    try:
        async with ctx.reading:
            size = await run_program(MEASURER, {"path": str(path), "format": image_format.value}, b"", Size)
    except ProgramFailed:
        return None
    return size if size.width > 0 and size.height > 0 else None


def _kept_ms(ctx: PreviewsContext) -> int:
    """Return how long a picture is kept: at least as long as the preview that shows it."""
    options = ctx.settings.previews
    return int(max(options.images_kept_for, options.cached_for).total_seconds() * 1000)
