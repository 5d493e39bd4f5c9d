"""What an administrator does to an account's access: password, log-in, devices, rights."""

import msgspec
from aiohttp import web

from homeserver.accounts.change_password import change_password
from homeserver.accounts.deactivate import deactivate_account
from homeserver.accounts.devices import delete_devices, get_device, list_devices, rename_device
from homeserver.accounts.find import find_account
from homeserver.accounts.log_in_as import log_in_as
from homeserver.accounts.moderate import set_admin, set_shadow_banned, set_suspended
from homeserver.admin.rate_override import delete_rate_override, get_rate_override, set_rate_override
from homeserver.admin_api.users import local_user
from homeserver.errors import Forbidden, InvalidParam
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import Requester, require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.accounts import Account
from homeserver.storage.devices import Device

routes = Routes()


class ResetPasswordBody(msgspec.Struct):
    """POST /_synapse/admin/v1/reset_password/{userId}."""

    new_password: str
    logout_devices: bool = True


class DeactivateBody(msgspec.Struct):
    """POST /_synapse/admin/v1/deactivate/{userId}."""

    erase: bool = False


class AdminBody(msgspec.Struct):
    """PUT /_synapse/admin/v1/users/{userId}/admin."""

    admin: bool


class SuspendBody(msgspec.Struct):
    """PUT /_synapse/admin/v1/suspend/{userId}."""

    suspend: bool


class LoginBody(msgspec.Struct):
    """POST /_synapse/admin/v1/users/{userId}/login."""

    valid_until_ms: int | None = None


class RateBody(msgspec.Struct):
    """POST /_synapse/admin/v1/users/{userId}/override_ratelimit."""

    messages_per_second: float = 0
    burst_count: int = 0


class DeviceBody(msgspec.Struct):
    """PUT /_synapse/admin/v2/users/{userId}/devices/{deviceId}."""

    display_name: str | None = None


class DeleteDevicesBody(msgspec.Struct):
    """POST /_synapse/admin/v2/users/{userId}/delete_devices."""

    devices: list[str]


@routes.post("/_synapse/admin/v1/reset_password/{userId}")
async def reset_password(request: web.Request) -> web.StreamResponse:
    """POST /reset_password/{userId}."""
    _, account = await _admin_and_account(request)
    body = await read_body(request, ResetPasswordBody)
    here = services(request).accounts
    await change_password(here, account.user_nid, body.new_password, log_out=body.logout_devices)
    return json_response({})


@routes.post("/_synapse/admin/v1/deactivate/{userId}")
async def deactivate(request: web.Request) -> web.StreamResponse:
    """POST /deactivate/{userId}: close an account."""
    _, account = await _admin_and_account(request)
    body = await read_body(request, DeactivateBody, optional=True)
    await deactivate_account(services(request).accounts, account.user_nid, erase=body.erase)
    return json_response({"id_server_unbind_result": "success"})


@routes.get("/_synapse/admin/v1/users/{userId}/admin")
async def get_admin(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/admin: whether somebody is a server admin."""
    _, account = await _admin_and_account(request)
    return json_response({"admin": account.is_admin})


@routes.put("/_synapse/admin/v1/users/{userId}/admin")
async def put_admin(request: web.Request) -> web.StreamResponse:
    """PUT /users/{userId}/admin: make somebody a server admin, or no longer one."""
    requester, account = await _admin_and_account(request)
    body = await read_body(request, AdminBody)
    if account.user_nid == requester.user_nid and not body.admin:
        raise InvalidParam("You may not demote yourself")
    await set_admin(services(request).accounts, account.user_nid, body.admin)
    return json_response({})


@routes.put("/_synapse/admin/v1/suspend/{userId}")
async def put_suspended(request: web.Request) -> web.StreamResponse:
    """PUT /suspend/{userId}: suspend an account, or end that."""
    requester, account = await _admin_and_account(request)
    body = await read_body(request, SuspendBody)
    if account.user_nid == requester.user_nid:
        raise Forbidden("You cannot suspend yourself")
    await set_suspended(services(request).accounts, account.user_nid, body.suspend)
    return json_response({f"user_{account.user_id}_suspended": body.suspend})


@routes.get("/_synapse/admin/v1/users/{userId}/override_ratelimit")
async def get_rate(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/override_ratelimit: a user's own rate for sending, if any."""
    _, account = await _admin_and_account(request)
    rate = await get_rate_override(services(request).accounts, account.user_nid)
    return json_response({} if rate is None else {"messages_per_second": rate[0], "burst_count": rate[1]})


@routes.post("/_synapse/admin/v1/users/{userId}/override_ratelimit")
async def set_rate(request: web.Request) -> web.StreamResponse:
    """POST /users/{userId}/override_ratelimit: give a user a rate of their own; 0 and 0 is no limit."""
    _, account = await _admin_and_account(request)
    body = await read_body(request, RateBody, optional=True)
    here = services(request).accounts
    await set_rate_override(here, account.user_nid, body.messages_per_second, body.burst_count)
    return json_response({"messages_per_second": body.messages_per_second, "burst_count": body.burst_count})


@routes.delete("/_synapse/admin/v1/users/{userId}/override_ratelimit")
async def end_rate(request: web.Request) -> web.StreamResponse:
    """DELETE /users/{userId}/override_ratelimit: give a user everybody's rate."""
    _, account = await _admin_and_account(request)
    await delete_rate_override(services(request).accounts, account.user_nid)
    return json_response({})


@routes.post("/_synapse/admin/v1/users/{userId}/shadow_ban")
async def shadow_ban(request: web.Request) -> web.StreamResponse:
    """POST /users/{userId}/shadow_ban: let what somebody sends seem to be sent."""
    _, account = await _admin_and_account(request)
    await set_shadow_banned(services(request).accounts, account.user_nid, True)
    return json_response({})


@routes.delete("/_synapse/admin/v1/users/{userId}/shadow_ban")
async def end_shadow_ban(request: web.Request) -> web.StreamResponse:
    """DELETE /users/{userId}/shadow_ban: end that."""
    _, account = await _admin_and_account(request)
    await set_shadow_banned(services(request).accounts, account.user_nid, False)
    return json_response({})


@routes.post("/_synapse/admin/v1/users/{userId}/login")
async def log_in(request: web.Request) -> web.StreamResponse:
    """POST /users/{userId}/login: an access token that acts as somebody."""
    requester, account = await _admin_and_account(request)
    body = await read_body(request, LoginBody, optional=True)
    if account.user_nid == requester.user_nid:
        raise InvalidParam("You are this user already")
    token = await log_in_as(services(request).accounts, account, body.valid_until_ms)
    return json_response({"access_token": token})


@routes.get("/_synapse/admin/v2/users/{userId}/devices")
async def get_devices(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/devices."""
    _, account = await _admin_and_account(request)
    devices = await list_devices(services(request).accounts, account.user_nid)
    rendered = [_render(account, device) for device in devices]
    return json_response({"devices": rendered, "total": len(rendered)})


@routes.get("/_synapse/admin/v2/users/{userId}/devices/{deviceId}")
async def get_one_device(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/devices/{deviceId}."""
    _, account = await _admin_and_account(request)
    here = services(request).accounts
    return json_response(
        _render(account, await get_device(here, account.user_nid, path_param(request, "deviceId")))
    )


@routes.put("/_synapse/admin/v2/users/{userId}/devices/{deviceId}")
async def put_device(request: web.Request) -> web.StreamResponse:
    """PUT /users/{userId}/devices/{deviceId}: name a device."""
    _, account = await _admin_and_account(request)
    body = await read_body(request, DeviceBody)
    here = services(request).accounts
    await rename_device(here, account.user_nid, path_param(request, "deviceId"), body.display_name)
    return json_response({})


@routes.delete("/_synapse/admin/v2/users/{userId}/devices/{deviceId}")
async def delete_device(request: web.Request) -> web.StreamResponse:
    """DELETE /users/{userId}/devices/{deviceId}: delete a device, and end its sessions."""
    _, account = await _admin_and_account(request)
    await delete_devices(services(request).accounts, account.user_nid, [path_param(request, "deviceId")])
    return json_response({})


@routes.post("/_synapse/admin/v2/users/{userId}/delete_devices")
async def delete_several(request: web.Request) -> web.StreamResponse:
    """POST /users/{userId}/delete_devices: delete devices, and end their sessions."""
    _, account = await _admin_and_account(request)
    body = await read_body(request, DeleteDevicesBody)
    await delete_devices(services(request).accounts, account.user_nid, body.devices)
    return json_response({})


async def _admin_and_account(request: web.Request) -> tuple[Requester, Account]:
    requester = await require_admin(request)
    return requester, await find_account(services(request).accounts, local_user(request))


def _render(account: Account, device: Device) -> JsonObject:
    return {
        "device_id": device.device_id,
        "user_id": account.user_id,
        "display_name": device.display_name,
        "last_seen_ts": device.last_seen_ts,
        "last_seen_ip": device.last_seen_ip,
    }
