"""Backups of room keys: their versions.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
"""

from typing import Any

import msgspec
import orjson
from aiohttp import web

from homeserver.e2ee.backed_up_keys import render_contents
from homeserver.e2ee.key_backups import create_backup, delete_backup, get_backup, update_backup
from homeserver.errors import InvalidParam
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.key_backups import Backup

routes = Routes()


class BackupBody(msgspec.Struct, frozen=True):
    """POST /room_keys/version, PUT /room_keys/version/{version}. What the data is, only clients know."""

    algorithm: str
    auth_data: Any
    version: str | None = None


@routes.post("/_matrix/client/v3/room_keys/version")
async def post_version(request: web.Request) -> web.StreamResponse:
    """POST /room_keys/version: begin a new backup."""
    requester = await require_user(request)
    body = await read_body(request, BackupBody)
    auth_data = orjson.dumps(body.auth_data)
    version = await create_backup(services(request).e2ee, requester.user_nid, body.algorithm, auth_data)
    return json_response({"version": version})


@routes.get("/_matrix/client/v3/room_keys/version")
async def get_newest_version(request: web.Request) -> web.StreamResponse:
    """GET /room_keys/version: the newest backup."""
    requester = await require_user(request)
    return json_response(_render(await get_backup(services(request).e2ee, requester.user_nid)))


@routes.get("/_matrix/client/v3/room_keys/version/{version}")
async def get_version(request: web.Request) -> web.StreamResponse:
    """GET /room_keys/version/{version}: one backup."""
    requester = await require_user(request)
    version = path_param(request, "version")
    return json_response(_render(await get_backup(services(request).e2ee, requester.user_nid, version)))


@routes.put("/_matrix/client/v3/room_keys/version/{version}")
async def put_version(request: web.Request) -> web.StreamResponse:
    """PUT /room_keys/version/{version}: change what a backup is encrypted for."""
    requester = await require_user(request)
    body = await read_body(request, BackupBody)
    version = path_param(request, "version")
    if body.version not in (None, version):
        raise InvalidParam("The version in the body is another one")
    auth_data = orjson.dumps(body.auth_data)
    await update_backup(services(request).e2ee, requester.user_nid, version, body.algorithm, auth_data)
    return json_response({})


@routes.delete("/_matrix/client/v3/room_keys/version/{version}")
async def delete_version(request: web.Request) -> web.StreamResponse:
    """DELETE /room_keys/version/{version}: delete a backup with its keys."""
    requester = await require_user(request)
    await delete_backup(services(request).e2ee, requester.user_nid, path_param(request, "version"))
    return json_response({})


def _render(backup: Backup) -> JsonObject:
    return {
        "algorithm": backup.algorithm,
        "auth_data": orjson.Fragment(backup.auth_data),
        "version": str(backup.version),
        **render_contents(backup),
    }
