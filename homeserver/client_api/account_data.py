"""Account data, of the account and of rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-config
"""

import orjson
from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.client_api.own_user import require_own_user
from homeserver.client_data.get_account_data import get_account_data
from homeserver.client_data.put_account_data import put_account_data
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.routing import Routes, path_param

routes = Routes()


@routes.put("/_matrix/client/v3/user/{userId}/account_data/{type}")
async def put_global(request: web.Request) -> web.StreamResponse:
    """PUT /user/{userId}/account_data/{type}: set data of the account."""
    requester = await require_own_user(request)
    content = await read_json_object(request)
    await put_account_data(
        services(request).client_data, requester.user_nid, path_param(request, "type"), content
    )
    return json_response({})


@routes.get("/_matrix/client/v3/user/{userId}/account_data/{type}")
async def get_global(request: web.Request) -> web.StreamResponse:
    """GET /user/{userId}/account_data/{type}: read data of the account."""
    requester = await require_own_user(request)
    content = await get_account_data(
        services(request).client_data, requester.user_nid, path_param(request, "type")
    )
    return json_response(orjson.Fragment(content))


@routes.put("/_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}")
async def put_of_room(request: web.Request) -> web.StreamResponse:
    """PUT /user/{userId}/rooms/{roomId}/account_data/{type}: set data of a room."""
    requester = await require_own_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    content = await read_json_object(request)
    await put_account_data(
        services(request).client_data, requester.user_nid, path_param(request, "type"), content, room_id
    )
    return json_response({})


@routes.get("/_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}")
async def get_of_room(request: web.Request) -> web.StreamResponse:
    """GET /user/{userId}/rooms/{roomId}/account_data/{type}: read data of a room."""
    requester = await require_own_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    content = await get_account_data(
        services(request).client_data, requester.user_nid, path_param(request, "type"), room_id
    )
    return json_response(orjson.Fragment(content))
