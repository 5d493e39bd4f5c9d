"""Tags of rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-tagging
"""

from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.client_api.own_user import require_own_user
from homeserver.client_data.tags import delete_tag, get_tags, put_tag
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.routing import Routes, path_param

routes = Routes()

PATH = "/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags"


@routes.get(PATH)
async def list_tags(request: web.Request) -> web.StreamResponse:
    """GET /user/{userId}/rooms/{roomId}/tags: the tags of a room."""
    requester = await require_own_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    return json_response({"tags": await get_tags(services(request).client_data, requester.user_nid, room_id)})


@routes.put(f"{PATH}/{{tag}}")
async def add(request: web.Request) -> web.StreamResponse:
    """PUT /user/{userId}/rooms/{roomId}/tags/{tag}: add or change a tag."""
    requester = await require_own_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    tag = path_param(request, "tag")
    content = await read_json_object(request)
    await put_tag(services(request).client_data, requester.user_nid, room_id, tag, content)
    return json_response({})


@routes.delete(f"{PATH}/{{tag}}")
async def remove(request: web.Request) -> web.StreamResponse:
    """DELETE /user/{userId}/rooms/{roomId}/tags/{tag}: remove a tag."""
    requester = await require_own_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    await delete_tag(services(request).client_data, requester.user_nid, room_id, path_param(request, "tag"))
    return json_response({})
