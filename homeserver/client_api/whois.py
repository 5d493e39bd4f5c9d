"""From where a user connects, for server admins and the user.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-administration
"""

from aiohttp import web

from homeserver.accounts.find import find_account
from homeserver.admin.whois import whois
from homeserver.errors import Forbidden
from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.connections_of_user import DeviceConnection

routes = Routes()


@routes.get("/_matrix/client/v3/admin/whois/{userId}")
async def get_whois(request: web.Request) -> web.StreamResponse:
    """GET /admin/whois/{userId}: the last connection of each device."""
    requester = await require_user(request)
    user_id = path_param(request, "userId")
    if not requester.is_admin and user_id != requester.user_id:
        raise Forbidden("Only server admins see from where others connect")
    here = services(request)
    account = await find_account(here.accounts, user_id)
    devices = await whois(here.accounts, account.user_nid)
    return json_response(
        {
            "user_id": account.user_id,
            "devices": {device.device_id: render_device(device) for device in devices},
        }
    )


def render_device(device: DeviceConnection) -> JsonObject:
    """Render a device with its last connection."""
    if device.last_seen_ts is None:
        return {"sessions": []}
    connection: JsonObject = {"last_seen": device.last_seen_ts}
    if device.ip is not None:
        connection["ip"] = device.ip
    if device.agent is not None:
        connection["user_agent"] = device.agent
    return {"sessions": [{"connections": [connection]}]}
