"""Take a file in: bytes first, durable, then the row that names them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixmediav3upload
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from homeserver.errors import InvalidParam, TooLarge
from homeserver.media.addresses import content_uri, new_media_id
from homeserver.media.context import MediaContext
from homeserver.media.quota import check_quota
from homeserver.media.store_file import check_still_stored, store_file
from homeserver.storage.media import Blob, NewMedia, insert_media, lock_uploader


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in; `declared_bytes` is its Content-Length, where there is one."""

    user_nid: int
    content_type: str
    name: str | None
    declared_bytes: int | None
    chunks: AsyncIterator[bytes]


async def upload_media(ctx: MediaContext, upload: Upload) -> str:
    """Store the file and return its mxc:// URI.

    Raises: TooLarge, by the declared length or while it comes in; Forbidden above a quota; InvalidParam for a
    name that is too long; Unavailable when the disk is full.
    """
    await check_upload(ctx, upload)
    blob = await receive_upload(ctx, upload)
    media_id = new_media_id()
    async with ctx.db.transaction() as conn:
        await lock_uploader(conn, upload.user_nid)
        await check_quota(ctx, conn, upload.user_nid, blob.size_bytes)
        await check_still_stored(ctx, conn, [blob])
        new = NewMedia(blob, upload.content_type, upload.name)
        address = (ctx.server_name, media_id)
        await insert_media(conn, address, upload.user_nid, new, ctx.clock.now_ms())
    return content_uri(*address)


async def check_upload(ctx: MediaContext, upload: Upload) -> None:
    """Refuse what can be refused before the first byte is read.

    Raises: TooLarge, InvalidParam, Forbidden.
    """
    limits = ctx.limits
    declared_bytes = upload.declared_bytes or 0
    if declared_bytes > limits.max_upload_bytes:
        raise TooLarge(f"Uploads may have at most {limits.max_upload_bytes} bytes")
    if (
        upload.name is not None
        and len(upload.name.encode("utf-8", "surrogatepass")) > limits.max_upload_name_bytes
    ):
        raise InvalidParam(f"filename may have at most {limits.max_upload_name_bytes} bytes")
    async with ctx.db.acquire() as conn:
        await check_quota(ctx, conn, upload.user_nid, declared_bytes)


async def receive_upload(ctx: MediaContext, upload: Upload) -> Blob:
    """Gather the file and make it durable; no address leads to it yet.

    Raises: TooLarge, Unavailable.
    """
    async with ctx.spool.receive(upload.chunks, ctx.limits.max_upload_bytes) as spooled:
        return await store_file(ctx, spooled)
