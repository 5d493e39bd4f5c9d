"""The push gateway for the web client.

Spec: https://spec.matrix.org/v1.19/push-gateway-api/#post_matrixpushv1notify
"""

from aiohttp import web
from msgspec import convert

from homeserver.errors import BadJson, Unrecognized
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.pushers.gateway import Device, pass_on
from homeserver.pushers.pusher import GATEWAY_PATH

routes = Routes()


@routes.post(GATEWAY_PATH, limit=Action.ANONYMOUS)
async def notify(request: web.Request) -> web.StreamResponse:
    """POST /notify: pass a notification on to browsers."""
    here = services(request)
    if not here.settings.push.gateway:
        raise Unrecognized("This server is no push gateway")
    notification = (await read_json_object(request)).get("notification")
    if not isinstance(notification, dict):
        raise BadJson("notification is an object")
    try:
        devices = convert(notification.get("devices"), list[Device])
    except ValueError as error:  # msgspec's ValidationError is one
        raise BadJson(f"devices: {error}") from error
    return json_response({"rejected": await pass_on(here.pushers.ctx, notification, devices)})
