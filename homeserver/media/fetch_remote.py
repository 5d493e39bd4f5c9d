"""Bring a file of another server here.

Spec: https://spec.matrix.org/v1.19/server-server-api/#content-repository
"""

from typing import Final

from homeserver.errors import InvalidParam
from homeserver.media.content_types import DEFAULT_CONTENT_TYPE, parse_content_type
from homeserver.media.context import MediaContext, RemoteFile
from homeserver.media.limits import MediaLimits
from homeserver.media.store_file import check_still_stored, store_file
from homeserver.storage.media import Media, NewMedia, insert_media, select_media

MAX_WAIT_MS: Final = 60_000


async def fetch_remote(ctx: MediaContext, origin: str, media_id: str, timeout_ms: int) -> Media | None:
    """Store another server's file under its own address, once, and return the row.

    What the other server says of type and name is kept only where this server would take it from a user.

    Raises: NotFound, TooLarge, NotYetUploaded, Unavailable.
    """
    async with ctx.fetching.turn((origin, media_id)):
        async with ctx.db.acquire() as conn:
            media = await select_media(conn, origin, media_id)
        if media is not None:
            return media
        max_bytes = ctx.limits.max_upload_bytes
        wait_ms = min(timeout_ms, MAX_WAIT_MS)
        async with (
            ctx.remote.download(origin, media_id, timeout_ms=wait_ms, max_bytes=max_bytes) as file,
            ctx.spool.receive(file.chunks, max_bytes) as spooled,
        ):
            blob = await store_file(ctx, spooled)
        new = NewMedia(blob, _content_type(file, ctx.limits), _name(file, ctx.limits))
        async with ctx.db.transaction() as conn:
            await check_still_stored(ctx, conn, [blob])
            await insert_media(conn, (origin, media_id), None, new, ctx.clock.now_ms())
        async with ctx.db.acquire() as conn:
            return await select_media(conn, origin, media_id)


def _content_type(file: RemoteFile, limits: MediaLimits) -> str:
    try:
        return parse_content_type(file.content_type, limits.max_content_type_chars)
    except InvalidParam:
        return DEFAULT_CONTENT_TYPE


def _name(file: RemoteFile, limits: MediaLimits) -> str | None:
    if file.name is None or len(file.name.encode("utf-8", "surrogatepass")) > limits.max_upload_name_bytes:
        return None
    return file.name or None
