"""What an account's owner does to the account itself.

Spec: https://spec.matrix.org/v1.19/client-server-api/#legacy-account-management
"""

import msgspec
from aiohttp import web

from homeserver.accounts.bind_threepid import unbind_all
from homeserver.accounts.change_password import change_password, reset_password
from homeserver.accounts.deactivate import deactivate_account
from homeserver.accounts.stages import AuthData
from homeserver.client_api.interactive_auth import confirm_email_owner, confirm_owner
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import has_access_token, require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.storage.threepid_validations import Purpose

routes = Routes()


class PasswordBody(msgspec.Struct):
    """POST /account/password."""

    new_password: str
    logout_devices: bool = True
    auth: AuthData | None = None


class DeactivateBody(msgspec.Struct):
    """POST /account/deactivate."""

    auth: AuthData | None = None
    erase: bool = False


@routes.get("/_matrix/client/v3/account/whoami")
async def who_am_i(request: web.Request) -> web.StreamResponse:
    """GET /account/whoami: whose access token it is."""
    requester = await require_user(request, guests=True)
    answer: JsonObject = {"user_id": requester.user_id, "is_guest": requester.is_guest}
    if requester.device_id is not None:
        answer["device_id"] = requester.device_id
    return json_response(answer)


@routes.post("/_matrix/client/v3/account/password")
async def set_password(request: web.Request) -> web.StreamResponse:
    """POST /account/password: keeps this session, and by default no other.

    Without an access token it is the password of whoever has confirmed an e-mail address that is reset.
    """
    accounts = services(request).accounts
    requester = await require_user(request) if has_access_token(request) or not accounts.mail.is_on else None
    body = await read_body(request, PasswordBody)
    essentials = {"logout_devices": body.logout_devices}
    if requester is None:
        sid = await confirm_email_owner(request, body.auth, essentials, Purpose.RESET)
        await reset_password(accounts, sid, body.new_password, log_out=body.logout_devices)
        return json_response({})
    await confirm_owner(request, requester, body.auth, essentials)
    await change_password(
        accounts,
        requester.user_nid,
        body.new_password,
        log_out=body.logout_devices,
        but_device_nid=requester.device_nid,
    )
    return json_response({})


@routes.post("/_matrix/client/v3/account/deactivate")
async def deactivate(request: web.Request) -> web.StreamResponse:
    """POST /account/deactivate: for good; identity servers forget its addresses."""
    requester = await require_user(request)
    here = services(request)
    body = await read_body(request, DeactivateBody)
    await confirm_owner(request, requester, body.auth, {"erase": body.erase})
    await deactivate_account(here.accounts, requester.user_nid, erase=body.erase)
    result = await unbind_all(here.identity, requester.user_nid, requester.user_id)
    return json_response({"id_server_unbind_result": result})
