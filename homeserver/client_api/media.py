"""The content repository's endpoints.

Spec: https://spec.matrix.org/v1.19/client-server-api/#content-repository
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import ClientPayloadError, web

from homeserver.client_api.media_files import ServedFile, send_file
from homeserver.errors import InvalidParam, MatrixError
from homeserver.http.context import services
from homeserver.http.params import (
    json_response,
    query_bool,
    query_enum,
    query_int,
    query_str,
    required_query_str,
)
from homeserver.http.rate_limits import Action
from homeserver.http.requester import refuse_suspended, require_user
from homeserver.http.routing import MATCH, Routes, path_param
from homeserver.media.content_types import parse_content_type
from homeserver.media.context import MediaContext
from homeserver.media.create import create_media
from homeserver.media.find import MediaRequest, find_media
from homeserver.media.thumbnail import ThumbnailRequest, get_thumbnail
from homeserver.media.thumbnail_variants import Method
from homeserver.media.upload import Upload, upload_media
from homeserver.media.upload_pending import upload_pending_media

routes = Routes("media")

DEFAULT_TIMEOUT_MS: Final = 20_000
MAX_SIDE_PIXELS: Final = 65_535


@routes.post("/_matrix/media/v3/upload", limit=Action.UPLOAD, waits=True)
async def post_upload(request: web.Request) -> web.StreamResponse:
    """Upload a file and get its address."""
    requester = await require_user(request)
    refuse_suspended(requester)
    media = services(request).media
    uri = await upload_media(media, _upload(request, media, requester.user_nid))
    return json_response({"content_uri": uri})


@routes.post("/_matrix/media/v1/create", limit=Action.UPLOAD)
async def post_create(request: web.Request) -> web.StreamResponse:
    """Get an address for a file that follows."""
    requester = await require_user(request)
    refuse_suspended(requester)
    pending = await create_media(services(request).media, requester.user_nid)
    return json_response(
        {"content_uri": pending.content_uri, "unused_expires_at": pending.unused_expires_at_ms}
    )


@routes.put("/_matrix/media/v3/upload/{serverName}/{mediaId}", limit=Action.UPLOAD, waits=True)
async def put_upload(request: web.Request) -> web.StreamResponse:
    """Upload the file that an address is waiting for."""
    requester = await require_user(request)
    refuse_suspended(requester)
    media = services(request).media
    upload = _upload(request, media, requester.user_nid)
    await upload_pending_media(
        media, path_param(request, "serverName"), path_param(request, "mediaId"), upload
    )
    return json_response({})


@routes.get("/_matrix/client/v1/media/config")
@routes.get("/_matrix/media/v3/config")
async def get_config(request: web.Request) -> web.StreamResponse:
    """Tell how large a file may be."""
    await require_user(request)
    return json_response({"m.upload.size": services(request).media.limits.max_upload_bytes})


@routes.get("/_matrix/client/v1/media/download/{serverName}/{mediaId}", limit=Action.DOWNLOAD, waits=True)
@routes.get(
    "/_matrix/client/v1/media/download/{serverName}/{mediaId}/{fileName}", limit=Action.DOWNLOAD, waits=True
)
async def get_download(request: web.Request) -> web.StreamResponse:
    """Download a file."""
    await require_user(request, guests=True)
    return await _download(request, authenticated=True)


@routes.get("/_matrix/media/v3/download/{serverName}/{mediaId}", limit=Action.ANONYMOUS, waits=True)
@routes.get(
    "/_matrix/media/v3/download/{serverName}/{mediaId}/{fileName}", limit=Action.ANONYMOUS, waits=True
)
async def get_download_unauthenticated(request: web.Request) -> web.StreamResponse:
    """Download a file from before the freeze of this deprecated endpoint, or an identity provider's icon."""
    return await _download(request, authenticated=_is_provider_icon(request))


@routes.get("/_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}", limit=Action.DOWNLOAD, waits=True)
async def get_media_thumbnail(request: web.Request) -> web.StreamResponse:
    """Download a smaller version of a picture."""
    await require_user(request, guests=True)
    return await _thumbnail(request, authenticated=True)


@routes.get("/_matrix/media/v3/thumbnail/{serverName}/{mediaId}", limit=Action.ANONYMOUS, waits=True)
async def get_media_thumbnail_unauthenticated(request: web.Request) -> web.StreamResponse:
    """Download a smaller version of a picture from before the freeze, or of an identity provider's icon."""
    return await _thumbnail(request, authenticated=_is_provider_icon(request))


async def _download(request: web.Request, *, authenticated: bool) -> web.StreamResponse:
    media = services(request).media
    name = _path_file_name(request)
    found = await find_media(media, _media_request(request, authenticated=authenticated))
    file = ServedFile(
        found.blob, found.content_type, name or found.upload_name, shared_cache=not authenticated
    )
    return await send_file(request, media.blobs, file)


async def _thumbnail(request: web.Request, *, authenticated: bool) -> web.StreamResponse:
    media = services(request).media
    thumbnail = await get_thumbnail(
        media,
        ThumbnailRequest(
            media=_media_request(request, authenticated=authenticated),
            width=_side(request, "width"),
            height=_side(request, "height"),
            method=query_enum(request, "method", Method, Method.SCALE),
            animated=query_bool(request, "animated"),
        ),
    )
    name = f"thumbnail.{thumbnail.content_type.removeprefix('image/')}"
    file = ServedFile(thumbnail.blob, thumbnail.content_type, name, shared_cache=not authenticated)
    return await send_file(request, media.blobs, file)


def _media_request(request: web.Request, *, authenticated: bool) -> MediaRequest:
    return MediaRequest(
        origin=path_param(request, "serverName"),
        media_id=path_param(request, "mediaId"),
        timeout_ms=query_int(request, "timeout_ms", DEFAULT_TIMEOUT_MS),
        authenticated=authenticated,
        allow_remote=query_bool(request, "allow_remote", default=True),
    )


def _is_provider_icon(request: web.Request) -> bool:
    """Tell whether it is a picture that clients show before anybody is logged in."""
    uri = f"mxc://{path_param(request, 'serverName')}/{path_param(request, 'mediaId')}"
    return any(uri == provider.config.icon for provider in services(request).sso.providers.values())


def _side(request: web.Request, name: str) -> int:
    required_query_str(request, name)
    return query_int(request, name, 0, minimum=1, maximum=MAX_SIDE_PIXELS)


def _path_file_name(request: web.Request) -> str | None:
    return request[MATCH].params.get("fileName")


def _upload(request: web.Request, media: MediaContext, user_nid: int) -> Upload:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise InvalidParam("Uploads may not be encoded")
    return Upload(
        user_nid=user_nid,
        content_type=parse_content_type(
            request.headers.get("Content-Type"), media.limits.max_content_type_chars
        ),
        name=query_str(request, "filename") or None,
        declared_bytes=request.content_length,
        chunks=_chunks(request, media.limits.upload_idle_timeout_s),
    )


async def _chunks(request: web.Request, idle_timeout_s: float) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(idle_timeout_s):
                chunk = await request.content.readany()
        except TimeoutError as error:
            raise MatrixError("M_UNKNOWN", 408, "The upload stalled") from error
        except (ClientPayloadError, ConnectionError) as error:
            raise MatrixError("M_UNKNOWN", 400, "The upload ended before its end") from error
        if not chunk:
            return
        yield chunk
