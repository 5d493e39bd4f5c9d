"""Reserve an address for content that comes later.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixmediav1create
"""

from dataclasses import dataclass

from homeserver.errors import LimitExceeded
from homeserver.media.addresses import content_uri, new_media_id
from homeserver.media.context import MediaContext
from homeserver.storage.db import Connection
from homeserver.storage.media import insert_pending_media, lock_uploader, select_pending_usage


@dataclass(frozen=True, slots=True)
class PendingMedia:
    """A reserved address, and until when (milliseconds since the epoch) its content must have come."""

    content_uri: str
    unused_expires_at_ms: int


async def create_media(ctx: MediaContext, user_nid: int) -> PendingMedia:
    """Reserve an address.

    Raises: LimitExceeded when too many of the user's addresses await their content.
    """
    now_ms = ctx.clock.now_ms()
    expires_ms = now_ms + ctx.limits.unused_expires_after_ms
    address = (ctx.server_name, new_media_id())
    async with ctx.db.transaction() as conn:
        await lock_uploader(conn, user_nid)
        await _check_pending(ctx, conn, user_nid, now_ms)
        await insert_pending_media(conn, address, user_nid, now_ms, expires_ms)
    return PendingMedia(content_uri(*address), expires_ms)


async def _check_pending(ctx: MediaContext, conn: Connection, user_nid: int, now_ms: int) -> None:
    usage = await select_pending_usage(conn, user_nid, now_ms)
    if usage.files >= ctx.limits.max_pending_uploads:
        retry_after_ms = max(1, (usage.first_expires_ms or now_ms) - now_ms)
        raise LimitExceeded(retry_after_ms, "Too many created media ids await their content")
