"""Files: whose they are, quarantine, deletion.

Documented by Synapse as its media admin API.
"""

from typing import Final

from aiohttp import web

from federation.protocol.ids import ServerName
from homeserver.accounts.find import find_account
from homeserver.admin_api.pages import page_query, with_next
from homeserver.admin_api.rooms import room_in_path
from homeserver.admin_api.users import local_user
from homeserver.errors import InvalidParam, MissingParam, NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response, query_int, query_str
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.media.quarantine import quarantine_media
from homeserver.media.remove import (
    delete_media,
    delete_media_of_user,
    delete_unused_media,
    media_of_room,
    protect_media,
    quarantine_media_of_room,
    quarantine_media_of_user,
)
from homeserver.storage.admin_media import UploadedFile, select_media_of_user
from homeserver.storage.media import select_media

routes = Routes()

ORDERS: Final = (
    "created_ts", "last_access_ts", "media_id", "media_length", "media_type", "quarantined_by", "upload_name",
)  # fmt: skip
OLDEST_TIME_MS: Final = 30_000_000_000
"""Earlier times are seconds that were taken for milliseconds: they would delete nothing, or everything."""


@routes.get("/_synapse/admin/v1/users/{userId}/media")
async def list_of_user(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/media: what a user has uploaded, the newest first."""
    await require_admin(request)
    here = services(request)
    order = query_str(request, "order_by", "created_ts") or "created_ts"
    if order not in ORDERS:
        raise InvalidParam(f"order_by must be one of {', '.join(ORDERS)}")
    page = page_query(request, default_dir="b" if "order_by" not in request.query else "f")
    account = await find_account(here.accounts, local_user(request))
    async with here.db.acquire() as conn:
        found, total = await select_media_of_user(
            conn, account.user_nid, order, backwards=page.backwards, limit=page.limit, offset=page.offset
        )
    body: JsonObject = {"media": [_render(file) for file in found]}
    return json_response(with_next(body, page, len(found), total))


@routes.delete("/_synapse/admin/v1/users/{userId}/media")
async def delete_of_user(request: web.Request) -> web.StreamResponse:
    """DELETE /users/{userId}/media: delete all that a user has uploaded."""
    await require_admin(request)
    here = services(request)
    account = await find_account(here.accounts, local_user(request))
    async with here.db.acquire() as conn:
        found, _ = await select_media_of_user(
            conn, account.user_nid, "created_ts", backwards=False, limit=2**31, offset=0
        )
    deleted = await delete_media_of_user(here.media, account.user_nid)
    return json_response({"deleted_media": [file.media_id for file in found], "total": deleted})


@routes.get("/_synapse/admin/v1/room/{roomId}/media")
async def list_of_room(request: web.Request) -> web.StreamResponse:
    """GET /room/{roomId}/media: the files that the unencrypted events of a room name."""
    await require_admin(request)
    here, room = services(request), await room_in_path(request)
    named = await media_of_room(here.media, room.nid)
    local = [f"mxc://{origin}/{media_id}" for origin, media_id in named if origin == here.server_name]
    remote = [f"mxc://{origin}/{media_id}" for origin, media_id in named if origin != here.server_name]
    return json_response({"local": local, "remote": remote})


@routes.post("/_synapse/admin/v1/room/{roomId}/media/quarantine")
@routes.post("/_synapse/admin/v1/quarantine_media/{roomId}")
async def quarantine_room(request: web.Request) -> web.StreamResponse:
    """POST /room/{roomId}/media/quarantine: refuse the files that the events of a room name."""
    await require_admin(request)
    room = await room_in_path(request)
    return json_response(
        {"num_quarantined": await quarantine_media_of_room(services(request).media, room.nid)}
    )


@routes.post("/_synapse/admin/v1/user/{userId}/media/quarantine")
async def quarantine_user(request: web.Request) -> web.StreamResponse:
    """POST /user/{userId}/media/quarantine: refuse all that a user has uploaded."""
    await require_admin(request)
    here = services(request)
    account = await find_account(here.accounts, local_user(request))
    return json_response({"num_quarantined": await quarantine_media_of_user(here.media, account.user_nid)})


@routes.post("/_synapse/admin/v1/media/quarantine/{serverName}/{mediaId}")
async def quarantine(request: web.Request) -> web.StreamResponse:
    """POST /media/quarantine/{serverName}/{mediaId}: refuse a file, whatever its address."""
    await require_admin(request)
    await quarantine_media(services(request).media, *_address(request))
    return json_response({})


@routes.post("/_synapse/admin/v1/media/unquarantine/{serverName}/{mediaId}")
async def unquarantine(request: web.Request) -> web.StreamResponse:
    """POST /media/unquarantine/{serverName}/{mediaId}: put a file back into circulation."""
    await require_admin(request)
    await quarantine_media(services(request).media, *_address(request), quarantined=False)
    return json_response({})


@routes.post("/_synapse/admin/v1/media/protect/{mediaId}")
async def protect(request: web.Request) -> web.StreamResponse:
    """POST /media/protect/{mediaId}: pass a file of this server over when many are quarantined at once."""
    await require_admin(request)
    await protect_media(services(request).media, path_param(request, "mediaId"))
    return json_response({})


@routes.post("/_synapse/admin/v1/media/unprotect/{mediaId}")
async def unprotect(request: web.Request) -> web.StreamResponse:
    """POST /media/unprotect/{mediaId}: no longer do so."""
    await require_admin(request)
    await protect_media(services(request).media, path_param(request, "mediaId"), protected=False)
    return json_response({})


@routes.get("/_synapse/admin/v1/media/{serverName}/{mediaId}")
async def get_media(request: web.Request) -> web.StreamResponse:
    """GET /media/{serverName}/{mediaId}: what is known of a file."""
    await require_admin(request)
    here = services(request)
    origin, media_id = _address(request)
    async with here.db.acquire() as conn:
        media = await select_media(conn, origin, media_id)
    if media is None:
        raise NotFound("There is no such media")
    uploader = {} if media.user_nid is None else await here.rooms.names.user_ids([media.user_nid])
    return json_response(
        {
            "media_info": {
                "media_origin": media.origin,
                "user_id": next(iter(uploader.values()), None),
                "media_id": media.media_id,
                "media_type": media.content_type,
                "media_length": None if media.blob is None else media.blob.size_bytes,
                "upload_name": media.upload_name,
                "created_ts": media.uploaded_ms,
                "last_access_ts": media.last_access_ms,
                "quarantined_by": "administrator" if media.quarantined else None,
                "sha256": None if media.blob is None else media.blob.sha256.hex(),
            }
        }
    )


@routes.delete("/_synapse/admin/v1/media/{serverName}/{mediaId}")
async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE /media/{serverName}/{mediaId}: delete a file of this server."""
    await require_admin(request)
    origin, media_id = _address(request)
    await delete_media(services(request).media, origin, media_id)
    return json_response({"deleted_media": [media_id], "total": 1})


@routes.post("/_synapse/admin/v1/media/delete")
async def delete_old(request: web.Request) -> web.StreamResponse:
    """POST /media/delete: delete files of this server that nobody has asked for since a time."""
    await require_admin(request)
    before_ms, above_bytes = _before(request), query_int(request, "size_gt", -1, minimum=-1)
    deleted = await delete_unused_media(
        services(request).media, local=True, before_ms=before_ms, above_bytes=above_bytes
    )
    return json_response({"deleted_media": [], "total": deleted})


@routes.post("/_synapse/admin/v1/purge_media_cache")
async def purge_cache(request: web.Request) -> web.StreamResponse:
    """POST /purge_media_cache: delete copies of other servers' files not asked for since a time."""
    await require_admin(request)
    before_ms = _before(request)
    deleted = await delete_unused_media(services(request).media, local=False, before_ms=before_ms)
    return json_response({"deleted": deleted})


def _address(request: web.Request) -> tuple[ServerName, str]:
    return ServerName(path_param(request, "serverName")), path_param(request, "mediaId")


def _before(request: web.Request) -> int:
    if "before_ts" not in request.query:
        raise MissingParam("before_ts is required")
    before_ms = query_int(request, "before_ts", 0)
    if before_ms < OLDEST_TIME_MS:
        raise InvalidParam("before_ts is in milliseconds since the epoch, and this is no such time")
    return before_ms


def _render(file: UploadedFile) -> JsonObject:
    return {
        "media_id": file.media_id,
        "media_type": file.content_type,
        "media_length": file.size_bytes,
        "upload_name": file.upload_name,
        "created_ts": file.created_ms,
        "last_access_ts": file.last_access_ms,
        "quarantined_by": "administrator" if file.quarantined else None,
        "safe_from_quarantine": False,
    }
