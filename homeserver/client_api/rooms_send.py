"""Sending messages and redactions.

Spec: https://spec.matrix.org/v1.19/client-server-api/#sending-events-to-a-room
"""

from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.client_api.delayed_events import delay_in_query, schedule
from homeserver.client_api.massaged_timestamp import massaged_timestamp
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.delay_event import EventToDelay
from homeserver.rooms.redact import redact_event
from homeserver.rooms.send_message import send_message

routes = Routes()


@routes.put("/_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}", limit=Action.MESSAGE)
async def put_message(request: web.Request) -> web.StreamResponse:
    """PUT /rooms/{roomId}/send/{eventType}/{txnId}: send a message event."""
    requester = await require_user(request, guests=True)
    room_id = parse_room_id(path_param(request, "roomId"))
    content = await read_json_object(request)
    if (delay_ms := delay_in_query(request)) is not None:
        timestamp = massaged_timestamp(request, requester)
        event = EventToDelay(room_id, path_param(request, "eventType"), content, None, timestamp)
        return await schedule(request, requester, event, delay_ms, path_param(request, "txnId"))
    event_id = await send_message(
        services(request).rooms,
        requester,
        room_id,
        path_param(request, "eventType"),
        content,
        path_param(request, "txnId"),
        origin_server_ts=massaged_timestamp(request, requester),
    )
    return json_response({"event_id": event_id})


@routes.put("/_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}", limit=Action.MESSAGE)
async def put_redaction(request: web.Request) -> web.StreamResponse:
    """PUT /rooms/{roomId}/redact/{eventId}/{txnId}: redact an event."""
    requester = await require_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    content = await read_json_object(request, optional=True)
    event_id = await redact_event(
        services(request).rooms,
        requester,
        room_id,
        path_param(request, "eventId"),
        content,
        path_param(request, "txnId"),
    )
    return json_response({"event_id": event_id})
