"""Creating rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#creation
"""

from aiohttp import web

from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import refuse_suspended, require_user
from homeserver.http.routing import Routes
from homeserver.rooms.create import create_room
from homeserver.rooms.create_options import CreateOptions

routes = Routes()


@routes.post("/_matrix/client/v3/createRoom", limit=Action.CREATE_ROOM)
async def post_create_room(request: web.Request) -> web.StreamResponse:
    """POST /createRoom: create a room."""
    requester = await require_user(request)
    refuse_suspended(requester)
    options = await read_body(request, CreateOptions, optional=True)
    room = await create_room(services(request).rooms, requester, options)
    return json_response({"room_id": room.room_id})
