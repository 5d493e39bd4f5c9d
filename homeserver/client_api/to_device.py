"""Messages to devices.

Spec: https://spec.matrix.org/v1.19/client-server-api/#send-to-device-messaging
"""

from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from federation.protocol.ids import parse_user_id
from homeserver.e2ee.to_device_send import send_to_device
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param

routes = Routes()

MAX_BODY_BYTES: Final = 2 * 1024 * 1024


class SendToDevice(Struct, frozen=True):
    """The body: contents by user and device id."""

    messages: dict[str, dict[str, dict[str, Any]]]


@routes.put(
    "/_matrix/client/v3/sendToDevice/{eventType}/{txnId}", limit=Action.TO_DEVICE, max_body=MAX_BODY_BYTES
)
async def send(request: web.Request) -> web.StreamResponse:
    """PUT /sendToDevice/{eventType}/{txnId}: send a message to each of some devices."""
    requester = await require_user(request, guests=True)
    body = await read_body(request, SendToDevice)
    messages = {parse_user_id(user_id): contents for user_id, contents in body.messages.items()}
    type_, txn_id = path_param(request, "eventType"), path_param(request, "txnId")
    await send_to_device(services(request).to_device, requester, type_, txn_id, messages)
    return json_response({})
