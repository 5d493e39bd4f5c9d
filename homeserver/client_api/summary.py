"""Previews of rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-summaries
"""

from typing import Final

from aiohttp import web

from federation.protocol.ids import parse_server_name
from homeserver.errors import MissingToken
from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.rate_limits import Action
from homeserver.http.requester import Requester, access_token, require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.summary import get_room_summary

routes = Routes()

MAX_VIA: Final = 10


@routes.get("/_matrix/client/v1/room_summary/{roomIdOrAlias}", limit=Action.ANONYMOUS)
async def get_summary(request: web.Request) -> web.StreamResponse:
    """GET /room_summary/{roomIdOrAlias}: what a room tells of itself."""
    requester = await _requester(request)
    via = [parse_server_name(server) for server in request.query.getall("via", [])[:MAX_VIA]]
    room = path_param(request, "roomIdOrAlias")
    return json_response(await get_room_summary(services(request).rooms, requester, room, via))


async def _requester(request: web.Request) -> Requester | None:
    """Return who asks; None for who did not log in. Raises UnknownToken for a token that is wrong."""
    try:
        access_token(request)
    except MissingToken:
        return None
    return await require_user(request, guests=True)
