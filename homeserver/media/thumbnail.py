"""Find or make the thumbnail that answers a request.

Spec: https://spec.matrix.org/v1.19/client-server-api/#thumbnails
"""

from collections.abc import Iterable
from dataclasses import dataclass

from homeserver.errors import InvalidParam
from homeserver.media.context import MediaContext
from homeserver.media.find import MediaRequest, find_media
from homeserver.media.make_thumbnails import make_thumbnails
from homeserver.media.thumbnail_variants import (
    STANDARD_VARIANTS,
    Method,
    Variant,
    choose_variant,
    without_new_shape,
)
from homeserver.storage.media import Blob, StoredThumbnail, select_thumbnails


@dataclass(frozen=True, slots=True)
class ThumbnailRequest:
    """The picture asked for and the least size the client wants, in pixels."""

    media: MediaRequest
    width: int
    height: int
    method: Method
    animated: bool


async def get_thumbnail(ctx: MediaContext, request: ThumbnailRequest) -> StoredThumbnail:
    """Return a thumbnail, the original where that is no larger than asked for.

    The first request for a picture makes all standard sizes; thumbnails are stored like every other file.

    Raises: what `find_media` raises; InvalidParam for a size below one pixel; CannotThumbnail; TooLarge;
    LimitExceeded.
    """
    if request.width < 1 or request.height < 1:
        raise InvalidParam("width and height must be at least 1")
    media = await find_media(ctx, request.media)
    variant = choose_variant(request.width, request.height, request.method, animated=request.animated)
    known = await _known_thumbnails(ctx, media.blob)
    if len(known) >= ctx.limits.max_thumbnails_per_source and _pick(known, variant) is None:
        variant = without_new_shape(variant)
    return _pick(known, variant) or await _make(ctx, media.blob, variant)


async def _make(ctx: MediaContext, source: Blob, variant: Variant) -> StoredThumbnail:
    async with ctx.thumbnails.turn(source.blob_nid):
        known = await _known_thumbnails(ctx, source)
        found = _pick(known, variant)
        if found is not None:
            return found
        wanted = [variant] if known else [variant, *(v for v in STANDARD_VARIANTS if v != variant)]
        made = await make_thumbnails(ctx, source, wanted)
    thumbnail = _pick(made, variant)
    assert thumbnail is not None
    return thumbnail


async def _known_thumbnails(ctx: MediaContext, source: Blob) -> list[StoredThumbnail]:
    async with ctx.db.acquire() as conn:
        return await select_thumbnails(conn, source.blob_nid)


def _pick(thumbnails: Iterable[StoredThumbnail], variant: Variant) -> StoredThumbnail | None:
    key = (variant.width, variant.height, variant.method, variant.animated)
    return next((t for t in thumbnails if (t.width, t.height, t.method, t.animated) == key), None)
