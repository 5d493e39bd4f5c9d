"""Sending without a transaction id, as the first clients did; a repetition is another event.

COMPAT: older than the specification's versions, and still what shell scripts and old bots do.
"""

from secrets import token_urlsafe

from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.client_api.massaged_timestamp import massaged_timestamp
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.redact import redact_event
from homeserver.rooms.send_message import send_message

routes = Routes()


@routes.post("/_matrix/client/v3/rooms/{roomId}/send/{eventType}", limit=Action.MESSAGE)
async def post_message(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/send/{eventType}: send a message event."""
    requester = await require_user(request, guests=True)
    event_id = await send_message(
        services(request).rooms,
        requester,
        parse_room_id(path_param(request, "roomId")),
        path_param(request, "eventType"),
        await read_json_object(request),
        token_urlsafe(16),
        origin_server_ts=massaged_timestamp(request, requester),
    )
    return json_response({"event_id": event_id})


@routes.post("/_matrix/client/v3/rooms/{roomId}/redact/{eventId}", limit=Action.MESSAGE)
async def post_redaction(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/redact/{eventId}: redact an event."""
    requester = await require_user(request)
    event_id = await redact_event(
        services(request).rooms,
        requester,
        parse_room_id(path_param(request, "roomId")),
        path_param(request, "eventId"),
        await read_json_object(request, optional=True),
        token_urlsafe(16),
    )
    return json_response({"event_id": event_id})
