"""Logging in and out, and renewing tokens, by the legacy API; each way to log in is an entry of a table.

Spec: https://spec.matrix.org/v1.19/client-server-api/#legacy-login
"""

from typing import Final

import msgspec
from aiohttp import web

from homeserver.accounts.login_jwt import JWT_TYPE
from homeserver.accounts.login_tokens import TOKEN_TYPE
from homeserver.accounts.logout import log_out, log_out_everywhere
from homeserver.accounts.refresh import refresh_tokens
from homeserver.accounts.sessions import Login
from homeserver.accounts.stages import PASSWORD
from homeserver.client_api.login_appservice import APPSERVICE, APPSERVICE_LOGIN
from homeserver.client_api.login_jwt import JWT_LOGIN
from homeserver.client_api.login_password import PASSWORD_LOGIN
from homeserver.client_api.login_sso import SSO_LOGIN
from homeserver.client_api.login_tokens import TOKEN_LOGIN
from homeserver.client_api.login_types import LoginBody, LoginType
from homeserver.errors import MatrixError
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.sso.stage import SSO

routes = Routes()

LOGIN_TYPES: Final[dict[str, LoginType]] = {
    PASSWORD: PASSWORD_LOGIN,
    SSO: SSO_LOGIN,
    TOKEN_TYPE: TOKEN_LOGIN,
    JWT_TYPE: JWT_LOGIN,
    APPSERVICE: APPSERVICE_LOGIN,
}
"""All ways to log in, in the order in which clients are told of them."""


class RefreshBody(msgspec.Struct):
    """POST /refresh."""

    refresh_token: str


@routes.get("/_matrix/client/v3/login", limit=Action.ANONYMOUS)
async def get_flows(request: web.Request) -> web.StreamResponse:
    """GET /login: the ways to log in."""
    here = services(request)
    flows = [(name, kind.flow(here)) for name, kind in LOGIN_TYPES.items()]
    return json_response({"flows": [{"type": name, **flow} for name, flow in flows if flow is not None]})


@routes.post("/_matrix/client/v3/login", limit=Action.LOGIN)
async def log_in(request: web.Request) -> web.StreamResponse:
    """POST /login: an access token for a password, or for what another way to log in asks."""
    body = await read_body(request, LoginBody)
    kind = LOGIN_TYPES.get(body.type)
    if kind is None or kind.log_in is None:
        raise MatrixError("M_UNKNOWN", 400, "This login type is not supported")
    login = await kind.log_in(request, body)
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


def _well_known(request: web.Request) -> JsonObject:
    return {"m.homeserver": {"base_url": services(request).settings.base_url}}
