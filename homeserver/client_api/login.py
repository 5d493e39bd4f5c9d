"""Logging in and out, and renewing tokens, by the legacy API.

Spec: https://spec.matrix.org/v1.19/client-server-api/#legacy-login
"""

from typing import Final

import msgspec
from aiohttp import web

from homeserver.accounts.errors import WrongPassword
from homeserver.accounts.interactive_auth import PASSWORD, Identifier
from homeserver.accounts.login import local_user_id, log_in_with_password
from homeserver.accounts.logout import log_out, log_out_everywhere
from homeserver.accounts.refresh import refresh_tokens
from homeserver.accounts.sessions import DeviceRequest, Login
from homeserver.client_api.interactive_auth import counted_failures
from homeserver.errors import MatrixError, MissingParam
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject

routes = Routes()

FLOWS: Final = {"flows": [{"type": PASSWORD}]}


class LoginBody(msgspec.Struct):
    """POST /login. `user`, `medium` and `address` are older ways of saying `identifier`."""

    type: str
    identifier: Identifier | None = None
    user: str | None = None
    password: str | None = None
    device_id: str | None = None
    initial_device_display_name: str | None = None
    refresh_token: bool = False


class RefreshBody(msgspec.Struct):
    """POST /refresh."""

    refresh_token: str


@routes.get("/_matrix/client/v3/login", limit=Action.ANONYMOUS)
async def get_flows(request: web.Request) -> web.StreamResponse:
    """GET /login: the ways to log in."""
    return json_response(FLOWS)


@routes.post("/_matrix/client/v3/login", limit=Action.LOGIN)
async def log_in(request: web.Request) -> web.StreamResponse:
    """POST /login: an access token for a password."""
    here = services(request)
    body = await read_body(request, LoginBody)
    if body.type != PASSWORD:
        raise MatrixError("M_UNKNOWN", 400, "This login type is not supported")
    user = _user_of(body)
    if body.password is None:
        raise MissingParam("password is required")
    device = DeviceRequest(body.device_id, body.initial_device_display_name, body.refresh_token)
    account = local_user_id(user, here.server_name) or "nobody's"
    here.rate_limits.check_key(Action.LOGIN, account)
    with counted_failures(request, account):
        login = await log_in_with_password(here.accounts, user, body.password, device)
    return json_response({**render_login(login), "well_known": _well_known(request)})


@routes.post("/_matrix/client/v3/refresh", limit=Action.LOGIN)
async def refresh(request: web.Request) -> web.StreamResponse:
    """POST /refresh: a new pair of tokens."""
    body = await read_body(request, RefreshBody)
    login = await refresh_tokens(services(request).accounts, body.refresh_token)
    return json_response(
        {
            "access_token": login.access_token,
            "refresh_token": login.refresh_token,
            "expires_in_ms": login.expires_in_ms,
        }
    )


@routes.post("/_matrix/client/v3/logout")
async def log_out_here(request: web.Request) -> web.StreamResponse:
    """POST /logout: end this session and delete its device."""
    requester = await require_user(request, guests=True, locked=True)
    await log_out(services(request).accounts, requester)
    return json_response({})


@routes.post("/_matrix/client/v3/logout/all")
async def log_out_all(request: web.Request) -> web.StreamResponse:
    """POST /logout/all: end all sessions and delete all devices."""
    requester = await require_user(request, guests=True, locked=True)
    await log_out_everywhere(services(request).accounts, requester.user_nid)
    return json_response({})


def render_login(login: Login) -> JsonObject:
    """Render what a client gets for logging in or registering."""
    rendered: JsonObject = {
        "user_id": login.user_id,
        "device_id": login.device_id,
        "access_token": login.access_token,
        "home_server": login.user_id.partition(":")[2],
    }
    if login.refresh_token is not None:
        rendered |= {"refresh_token": login.refresh_token, "expires_in_ms": login.expires_in_ms}
    return rendered


def _user_of(body: LoginBody) -> str:
    if body.identifier is not None and body.identifier.type != "m.id.user":
        raise WrongPassword("No account has this third-party identifier")
    user = body.user if body.identifier is None else body.identifier.user
    if user is None:
        raise MissingParam("identifier.user is required")
    return user


def _well_known(request: web.Request) -> JsonObject:
    return {"m.homeserver": {"base_url": services(request).settings.base_url}}
