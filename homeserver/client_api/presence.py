"""Presence: who is there.

Spec: https://spec.matrix.org/v1.19/client-server-api/#presence
"""

from aiohttp import web
from msgspec import Struct

from federation.protocol.ids import parse_user_id
from homeserver.client_api.own_user import require_own_user
from homeserver.ephemeral.get_presence import get_presence
from homeserver.ephemeral.presence_state import PresenceState
from homeserver.ephemeral.set_presence import set_presence
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param

routes = Routes()


class PresenceBody(Struct, frozen=True):
    """The body; without `status_msg` there is none any more."""

    presence: PresenceState
    status_msg: str | None = None


@routes.put("/_matrix/client/v3/presence/{userId}/status")
async def put_status(request: web.Request) -> web.StreamResponse:
    """PUT /presence/{userId}/status: set one's own presence."""
    requester = await require_own_user(request)
    body = await read_body(request, PresenceBody)
    set_presence(services(request).ephemeral, requester, body.presence, body.status_msg)
    return json_response({})


@routes.get("/_matrix/client/v3/presence/{userId}/status")
async def get_status(request: web.Request) -> web.StreamResponse:
    """GET /presence/{userId}/status: read one's own presence, or that of somebody in the same room."""
    requester = await require_user(request)
    user_id = parse_user_id(path_param(request, "userId"))
    return json_response(await get_presence(services(request).ephemeral, requester, user_id))
