"""Room aliases, and which rooms are published.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-aliases
"""

from typing import Literal

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_room_alias, parse_room_id
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import refuse_suspended, require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.aliases import create_alias, delete_alias, list_aliases
from homeserver.rooms.directory import is_published, publish_room
from homeserver.rooms.locate_room import resolve_alias

routes = Routes()

ALIAS_PATH = "/_matrix/client/v3/directory/room/{roomAlias}"
LIST_PATH = "/_matrix/client/v3/directory/list/room/{roomId}"


class AliasBody(msgspec.Struct):
    """The room that an alias is to lead to."""

    room_id: str


class VisibilityBody(msgspec.Struct):
    """Whether a room is to be published."""

    visibility: Literal["public", "private"] = "public"


@routes.get(ALIAS_PATH, limit=Action.ANONYMOUS)
async def get_alias(request: web.Request) -> web.StreamResponse:
    """GET /directory/room/{roomAlias}: the room that an alias leads to."""
    here = services(request)
    alias = parse_room_alias(path_param(request, "roomAlias"))
    room_id, servers = await resolve_alias(here.rooms, alias)
    return json_response({"room_id": room_id, "servers": servers or [here.server_name]})


@routes.put(ALIAS_PATH)
async def put_alias(request: web.Request) -> web.StreamResponse:
    """PUT /directory/room/{roomAlias}: make an alias."""
    requester = await require_user(request)
    refuse_suspended(requester)
    body = await read_body(request, AliasBody)
    room_id = parse_room_id(body.room_id)
    await create_alias(services(request).rooms, requester, path_param(request, "roomAlias"), room_id)
    return json_response({})


@routes.delete(ALIAS_PATH)
async def delete_alias_by_name(request: web.Request) -> web.StreamResponse:
    """DELETE /directory/room/{roomAlias}: remove an alias."""
    requester = await require_user(request)
    refuse_suspended(requester)
    await delete_alias(services(request).rooms, requester, path_param(request, "roomAlias"))
    return json_response({})


@routes.get("/_matrix/client/v3/rooms/{roomId}/aliases")
async def get_aliases(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/aliases: this server's aliases of a room."""
    requester = await require_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    return json_response({"aliases": await list_aliases(services(request).rooms, requester, room_id)})


@routes.get(LIST_PATH, limit=Action.ANONYMOUS)
async def get_visibility(request: web.Request) -> web.StreamResponse:
    """GET /directory/list/room/{roomId}: whether a room is published."""
    published = await is_published(services(request).rooms, parse_room_id(path_param(request, "roomId")))
    return json_response({"visibility": "public" if published else "private"})


@routes.put(LIST_PATH)
async def put_visibility(request: web.Request) -> web.StreamResponse:
    """PUT /directory/list/room/{roomId}: publish a room, or no longer."""
    requester = await require_user(request)
    refuse_suspended(requester)
    room_id = parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, VisibilityBody, optional=True)
    await publish_room(services(request).rooms, requester, room_id, body.visibility == "public")
    return json_response({})
