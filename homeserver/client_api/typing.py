"""Typing notices.

Spec: https://spec.matrix.org/v1.19/client-server-api/#typing-notifications
"""

from typing import Annotated, Final

from aiohttp import web
from msgspec import Meta, Struct

from federation.protocol.ids import parse_room_id
from homeserver.client_api.own_user import require_own_user
from homeserver.ephemeral.set_typing import set_typing
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes, path_param

routes = Routes()

DEFAULT_TIMEOUT_MS: Final = 30_000


class TypingBody(Struct, frozen=True):
    """The body; `timeout` in milliseconds."""

    typing: bool
    timeout: Annotated[int, Meta(ge=0)] = DEFAULT_TIMEOUT_MS


@routes.put("/_matrix/client/v3/rooms/{roomId}/typing/{userId}", limit=Action.TYPING)
async def put_typing(request: web.Request) -> web.StreamResponse:
    """PUT /rooms/{roomId}/typing/{userId}: begin to type, go on, or stop."""
    requester = await require_own_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, TypingBody)
    await set_typing(
        services(request).ephemeral, requester, room_id, typing=body.typing, timeout_ms=body.timeout
    )
    return json_response({})
