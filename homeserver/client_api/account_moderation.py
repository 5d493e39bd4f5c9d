"""Locking and suspending accounts, by server admins.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-administration
"""

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_user_id, server_name_of
from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_locked, set_suspended
from homeserver.errors import Forbidden, InvalidParam
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.storage.accounts import Account

routes = Routes()


class LockBody(msgspec.Struct):
    """PUT /admin/lock/{userId}."""

    locked: bool


class SuspendBody(msgspec.Struct):
    """PUT /admin/suspend/{userId}."""

    suspended: bool


@routes.get("/_matrix/client/v1/admin/lock/{userId}")
async def get_lock(request: web.Request) -> web.StreamResponse:
    """GET /admin/lock/{userId}: whether an account is locked."""
    await require_admin(request)
    account = await _account_of_path(request)
    return json_response({"locked": account.is_locked})


@routes.put("/_matrix/client/v1/admin/lock/{userId}")
async def put_lock(request: web.Request) -> web.StreamResponse:
    """PUT /admin/lock/{userId}: lock or unlock an account."""
    account = await _account_to_moderate(request)
    body = await read_body(request, LockBody)
    await set_locked(services(request).accounts, account.user_nid, body.locked)
    return json_response({"locked": body.locked})


@routes.get("/_matrix/client/v1/admin/suspend/{userId}")
async def get_suspension(request: web.Request) -> web.StreamResponse:
    """GET /admin/suspend/{userId}: whether an account is suspended."""
    await require_admin(request)
    account = await _account_of_path(request)
    return json_response({"suspended": account.is_suspended})


@routes.put("/_matrix/client/v1/admin/suspend/{userId}")
async def put_suspension(request: web.Request) -> web.StreamResponse:
    """PUT /admin/suspend/{userId}: suspend an account, or end that."""
    account = await _account_to_moderate(request)
    body = await read_body(request, SuspendBody)
    await set_suspended(services(request).accounts, account.user_nid, body.suspended)
    return json_response({"suspended": body.suspended})


async def _account_to_moderate(request: web.Request) -> Account:
    requester = await require_admin(request)
    account = await _account_of_path(request)
    if account.is_admin or account.user_nid == requester.user_nid:
        raise Forbidden("Neither yourself nor another server admin can be locked or suspended")
    return account


async def _account_of_path(request: web.Request) -> Account:
    here = services(request)
    user_id = parse_user_id(path_param(request, "userId"))
    if server_name_of(user_id) != here.server_name:
        raise InvalidParam("This is no user of this server")
    return await find_account(here.accounts, user_id)
