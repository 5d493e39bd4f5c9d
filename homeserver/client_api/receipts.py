"""Receipts: up to where somebody has read.

Spec: https://spec.matrix.org/v1.19/client-server-api/#receipts
"""

from aiohttp import web

from federation.protocol.ids import parse_event_id, parse_room_id
from homeserver.ephemeral.receipt_target import parse_thread
from homeserver.ephemeral.send_receipt import send_receipt
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.storage.receipts import UNTHREADED

routes = Routes()


@routes.post("/_matrix/client/v3/rooms/{roomId}/receipt/{receiptType}/{eventId}", limit=Action.TYPING)
async def send(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/receipt/{receiptType}/{eventId}: move a receipt forwards."""
    requester = await require_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    event_id = parse_event_id(path_param(request, "eventId"))
    # COMPAT: clients from before threads send no body.
    body = await read_json_object(request, optional=True)
    thread = parse_thread(body["thread_id"]) if "thread_id" in body else UNTHREADED
    receipt_type = path_param(request, "receiptType")
    await send_receipt(services(request).ephemeral, requester, room_id, receipt_type, event_id, thread)
    return json_response({})
