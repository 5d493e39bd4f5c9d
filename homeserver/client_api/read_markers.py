"""The fully read marker of a room, and receipts set with it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#fully-read-markers
"""

from aiohttp import web
from msgspec import Struct, field

from federation.protocol.ids import parse_event_id, parse_room_id
from homeserver.ephemeral.set_read_markers import set_read_markers
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.storage.receipts import FULLY_READ, READ, READ_PRIVATE

routes = Routes()


class ReadMarkers(Struct, frozen=True):
    """The body: an event id for each marker that moves."""

    fully_read: str | None = field(default=None, name=FULLY_READ)
    read: str | None = field(default=None, name=READ)
    read_private: str | None = field(default=None, name=READ_PRIVATE)


@routes.post("/_matrix/client/v3/rooms/{roomId}/read_markers", limit=Action.TYPING)
async def set_markers(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/read_markers: move the markers forwards."""
    requester = await require_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, ReadMarkers)
    markers = {FULLY_READ: body.fully_read, READ: body.read, READ_PRIVATE: body.read_private}
    parsed = {marker: parse_event_id(text) for marker, text in markers.items() if text is not None}
    await set_read_markers(services(request).ephemeral, requester, room_id, parsed)
    return json_response({})
