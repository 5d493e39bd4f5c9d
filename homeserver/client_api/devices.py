"""A user's own devices.

Spec: https://spec.matrix.org/v1.19/client-server-api/#device-management
"""

from typing import Annotated

import msgspec
from aiohttp import web

from homeserver.accounts.devices import delete_devices, get_device, list_devices, make_device, rename_device
from homeserver.accounts.stages import AuthData
from homeserver.client_api.interactive_auth import confirm_owner
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.devices import Device

routes = Routes()


class DeviceBody(msgspec.Struct):
    """PUT /devices/{deviceId}; without `display_name` nothing changes."""

    display_name: str | msgspec.UnsetType | None = msgspec.UNSET


class AuthBody(msgspec.Struct):
    """DELETE /devices/{deviceId}."""

    auth: AuthData | None = None


class DevicesBody(msgspec.Struct):
    """POST /delete_devices."""

    devices: Annotated[list[str], msgspec.Meta(max_length=1000)]
    auth: AuthData | None = None


@routes.get("/_matrix/client/v3/devices")
async def get_devices(request: web.Request) -> web.StreamResponse:
    """GET /devices: all of one's own."""
    requester = await require_user(request, guests=True)
    devices = await list_devices(services(request).accounts, requester.user_nid)
    return json_response({"devices": [render_device(device) for device in devices]})


@routes.get("/_matrix/client/v3/devices/{deviceId}")
async def get_one_device(request: web.Request) -> web.StreamResponse:
    """GET /devices/{deviceId}: one of one's own."""
    requester = await require_user(request, guests=True)
    device = await get_device(services(request).accounts, requester.user_nid, path_param(request, "deviceId"))
    return json_response(render_device(device))


@routes.put("/_matrix/client/v3/devices/{deviceId}")
async def put_device(request: web.Request) -> web.StreamResponse:
    """PUT /devices/{deviceId}: give it a name. Application services make devices so, too."""
    requester = await require_user(request, guests=True)
    ctx = services(request).accounts
    body = await read_body(request, DeviceBody)
    if requester.appservice_id is not None:
        name = None if isinstance(body.display_name, msgspec.UnsetType) else body.display_name
        if await make_device(ctx, requester.user_nid, path_param(request, "deviceId"), name):
            return json_response({}, status=201)
    device = await get_device(ctx, requester.user_nid, path_param(request, "deviceId"))
    if not isinstance(body.display_name, msgspec.UnsetType):
        await rename_device(ctx, requester.user_nid, device.device_id, body.display_name)
    return json_response({})


@routes.delete("/_matrix/client/v3/devices/{deviceId}")
async def delete_device(request: web.Request) -> web.StreamResponse:
    """DELETE /devices/{deviceId}: log it out; the owner's password is asked for."""
    requester = await require_user(request)
    device_id = path_param(request, "deviceId")
    body = await read_body(request, AuthBody, optional=True)
    await confirm_owner(request, requester, body.auth, {"devices": [device_id]})
    await delete_devices(services(request).accounts, requester.user_nid, [device_id])
    return json_response({})


@routes.post("/_matrix/client/v3/delete_devices")
async def delete_many_devices(request: web.Request) -> web.StreamResponse:
    """POST /delete_devices: log them out; the owner's password is asked for."""
    requester = await require_user(request)
    body = await read_body(request, DevicesBody)
    await confirm_owner(request, requester, body.auth, {"devices": sorted(set(body.devices))})
    await delete_devices(services(request).accounts, requester.user_nid, body.devices)
    return json_response({})


def render_device(device: Device) -> JsonObject:
    """Render a device as its owner sees it."""
    rendered: JsonObject = {"device_id": device.device_id}
    if device.display_name is not None:
        rendered["display_name"] = device.display_name
    if device.last_seen_ts is not None:
        rendered |= {"last_seen_ts": device.last_seen_ts, "last_seen_ip": device.last_seen_ip}
    return rendered
