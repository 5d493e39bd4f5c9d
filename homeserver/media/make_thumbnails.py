"""Make thumbnails of stored bytes and store them like every other file."""

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from homeserver.errors import TooLarge
from homeserver.media.content_types import SNIFF_BYTES, ImageFormat, sniff_image
from homeserver.media.context import MediaContext
from homeserver.media.run_thumbnailer import CannotThumbnail, Made, Wanted, run_thumbnailer
from homeserver.media.store_file import check_still_stored, store_file
from homeserver.media.thumbnail_variants import Variant
from homeserver.storage.media import Blob, StoredThumbnail, insert_thumbnails


async def make_thumbnails(
    ctx: MediaContext, source: Blob, variants: Sequence[Variant]
) -> list[StoredThumbnail]:
    """Make and store the variants; a picture that cannot be thumbnailed is remembered as such.

    Raises: CannotThumbnail, TooLarge.
    """
    try:
        with ExitStack() as files:
            wanted = [Wanted(variant, files.enter_context(ctx.spool.file())) for variant in variants]
            made = await _draw(ctx, source, wanted)
            thumbnails = [await _store(ctx, source, item) for item in made]
    except (CannotThumbnail, TooLarge) as error:
        ctx.thumbnails.remember_failure(source.blob_nid, error)
        raise
    async with ctx.db.transaction() as conn:
        await check_still_stored(ctx, conn, [source, *(thumbnail.blob for thumbnail in thumbnails)])
        await insert_thumbnails(conn, source.blob_nid, thumbnails)
    return thumbnails


async def _draw(ctx: MediaContext, source: Blob, wanted: Sequence[Wanted]) -> list[Made]:
    if source.size_bytes > ctx.limits.max_thumbnail_source_bytes:
        raise TooLarge("The file is too large to thumbnail")
    image_format = await _sniff(ctx, source)
    async with _local_copy(ctx, source) as path:
        return await run_thumbnailer(ctx.limits, path, image_format, wanted)


async def _sniff(ctx: MediaContext, source: Blob) -> ImageFormat:
    head = b"".join([chunk async for chunk in ctx.blobs.read(source, 0, min(SNIFF_BYTES, source.size_bytes))])
    image_format = sniff_image(head)
    if image_format is None:
        raise CannotThumbnail
    return image_format


@asynccontextmanager
async def _local_copy(ctx: MediaContext, source: Blob) -> AsyncIterator[Path]:
    local = ctx.blobs.local_file(source)
    if local is not None:
        yield local
        return
    async with ctx.spool.receive(ctx.blobs.read(source), source.size_bytes) as copy:
        yield copy.path


async def _store(ctx: MediaContext, source: Blob, made: Made) -> StoredThumbnail:
    blob = source if made.original else await _store_drawn(ctx, made.wanted.path)
    variant = made.wanted.variant
    return StoredThumbnail(
        variant.width, variant.height, variant.method, variant.animated, made.content_type, blob
    )


async def _store_drawn(ctx: MediaContext, path: Path) -> Blob:
    return await store_file(ctx, await ctx.spool.adopt(path))
