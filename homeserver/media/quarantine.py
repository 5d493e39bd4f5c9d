"""Take a file out of circulation, or put it back."""

from homeserver.errors import NotFound
from homeserver.media.addresses import check_address
from homeserver.media.context import MediaContext
from homeserver.storage.media import update_quarantine


async def quarantine_media(
    ctx: MediaContext, origin: str, media_id: str, *, quarantined: bool = True
) -> None:
    """Refuse the address and every other one with the same bytes, thumbnails and later uploads included.

    Raises: NotFound.
    """
    check_address(origin, media_id)
    async with ctx.db.transaction() as conn:
        if not await update_quarantine(conn, origin, media_id, quarantined=quarantined):
            raise NotFound("There is no such media")
