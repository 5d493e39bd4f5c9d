"""Wait until a reserved address has its content, uploaded through this process or any other."""

import asyncio
from typing import Final

from homeserver.errors import NotFound, NotYetUploaded
from homeserver.media.context import MediaContext
from homeserver.storage.media import Media, select_media

POLL_S: Final = 0.5


async def wait_for_upload(ctx: MediaContext, media: Media, timeout_ms: int) -> Media:
    """Return the row once it has its content; `timeout_ms` is bounded by the limits.

    Raises: NotYetUploaded at the deadline, or at once when too many wait already; NotFound when the address
    expired.
    """
    if ctx.arrivals.waiting >= ctx.limits.max_waiting_downloads:
        raise NotYetUploaded()
    deadline = ctx.clock.monotonic() + min(timeout_ms, ctx.limits.max_wait_for_upload_ms) / 1000
    with ctx.arrivals.expect(media.media_nid) as arrived:
        while True:
            current = await _reload(ctx, media)
            if current.blob is not None:
                return current
            remaining_s = deadline - ctx.clock.monotonic()
            if remaining_s <= 0:
                raise NotYetUploaded()
            await _sleep_until(arrived, min(POLL_S, remaining_s))


async def _reload(ctx: MediaContext, media: Media) -> Media:
    async with ctx.db.acquire() as conn:
        current = await select_media(conn, media.origin, media.media_id)
    if current is None or current.quarantined or _has_expired(current, ctx.clock.now_ms()):
        raise NotFound("There is no such media")
    return current


def _has_expired(media: Media, now_ms: int) -> bool:
    return media.blob is None and media.unused_expires_ms is not None and media.unused_expires_ms <= now_ms


async def _sleep_until(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
