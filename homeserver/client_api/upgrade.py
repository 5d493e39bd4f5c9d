"""Upgrading rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-upgrades
"""

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import refuse_suspended, require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.upgrade import upgrade_room

routes = Routes()


class UpgradeBody(msgspec.Struct):
    """The version to upgrade to, and who shares the creator's power where it has such creators."""

    new_version: str
    additional_creators: list[str] = []


@routes.post("/_matrix/client/v3/rooms/{roomId}/upgrade", limit=Action.CREATE_ROOM)
async def post_upgrade(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/upgrade: replace a room by one of another version."""
    requester = await require_user(request)
    refuse_suspended(requester)
    room_id = parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, UpgradeBody)
    replacement = await upgrade_room(
        services(request).rooms, requester, room_id, body.new_version, body.additional_creators
    )
    return json_response({"replacement_room": replacement})
