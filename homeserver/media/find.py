"""Find what an address names, waiting for its content where that is on its way.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediadownloadservernamemediaid
"""

from dataclasses import dataclass

from homeserver.errors import NotFound
from homeserver.media.addresses import check_address
from homeserver.media.context import MediaContext
from homeserver.media.fetch_remote import fetch_remote
from homeserver.media.wait_for_upload import wait_for_upload
from homeserver.storage.media import Blob, Media, select_media


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """Who asks for what: `authenticated` is False on the deprecated endpoints, which freeze what is newer.

    `timeout_ms` bounds the wait for content that was not uploaded yet.
    """

    origin: str
    media_id: str
    timeout_ms: int
    authenticated: bool = True
    allow_remote: bool = True


@dataclass(frozen=True, slots=True)
class FoundMedia:
    """A file that may be served."""

    blob: Blob
    content_type: str
    upload_name: str | None


async def find_media(ctx: MediaContext, request: MediaRequest) -> FoundMedia:
    """Return the file at the address.

    Raises: NotFound for what is unknown, expired, quarantined or frozen, all alike; NotYetUploaded; and what
    the fetch from another server raises.
    """
    check_address(request.origin, request.media_id)
    media = await _load(ctx, request)
    if media is None or media.quarantined or not _may_see(ctx, request, media):
        raise NotFound("There is no such media")
    if media.blob is None:
        media = await wait_for_upload(ctx, media, request.timeout_ms)
    assert media.blob is not None
    assert media.content_type is not None
    ctx.access_times.note(media.media_nid, media.last_access_ms, ctx.clock.now_ms())
    return FoundMedia(media.blob, media.content_type, media.upload_name)


async def _load(ctx: MediaContext, request: MediaRequest) -> Media | None:
    async with ctx.db.acquire() as conn:
        media = await select_media(conn, request.origin, request.media_id)
    # Nobody without an account makes this server fetch and store anything (CVE-2024-37302).
    may_fetch = request.allow_remote and request.authenticated and request.origin != ctx.server_name
    if media is not None or not may_fetch:
        return media
    return await fetch_remote(ctx, request.origin, request.media_id, request.timeout_ms)


def _may_see(ctx: MediaContext, request: MediaRequest, media: Media) -> bool:
    if request.authenticated:
        return True
    uploaded_ms = ctx.clock.now_ms() if media.uploaded_ms is None else media.uploaded_ms
    return uploaded_ms < ctx.limits.unauthenticated_before_ms
