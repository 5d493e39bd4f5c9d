"""Give a reserved address its content, once.

Spec: https://spec.matrix.org/v1.19/client-server-api/#put_matrixmediav3uploadservernamemediaid
"""

from homeserver.errors import CannotOverwriteMedia, Forbidden, NotFound
from homeserver.media.addresses import check_address
from homeserver.media.context import MediaContext
from homeserver.media.quota import check_quota
from homeserver.media.store_file import check_still_stored
from homeserver.media.upload import Upload, check_upload, receive_upload
from homeserver.storage.media import Media, NewMedia, complete_pending_media, lock_uploader, select_media


async def upload_pending_media(ctx: MediaContext, origin: str, media_id: str, upload: Upload) -> None:
    """Store the file under an address that `create_media` gave to the same user.

    An upload that began in time may end after the address has expired. Of two at the same time the first to
    end wins.

    Raises: NotFound, Forbidden, CannotOverwriteMedia, and what `upload_media` raises.
    """
    media = await _load_own_pending(ctx, origin, media_id, upload.user_nid)
    await check_upload(ctx, upload)
    blob = await receive_upload(ctx, upload)
    async with ctx.db.transaction() as conn:
        await lock_uploader(conn, upload.user_nid)
        await check_quota(ctx, conn, upload.user_nid, blob.size_bytes)
        await check_still_stored(ctx, conn, [blob])
        new = NewMedia(blob, upload.content_type, upload.name)
        if not await complete_pending_media(conn, media.media_nid, new, ctx.clock.now_ms()):
            raise CannotOverwriteMedia()
    ctx.arrivals.announce(media.media_nid)


async def _load_own_pending(ctx: MediaContext, origin: str, media_id: str, user_nid: int) -> Media:
    check_address(origin, media_id)
    async with ctx.db.acquire() as conn:
        media = await select_media(conn, origin, media_id)
    if media is None or origin != ctx.server_name:
        raise NotFound("Unknown media id")
    if media.user_nid != user_nid:
        raise Forbidden("Somebody else created this media id")
    if media.blob is not None:
        raise CannotOverwriteMedia()
    if media.unused_expires_ms is not None and media.unused_expires_ms <= ctx.clock.now_ms():
        raise NotFound("This media id has expired")
    return media
