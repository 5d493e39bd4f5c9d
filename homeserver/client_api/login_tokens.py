"""Logging in with a login token, and getting one for another device: `m.login.token`.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv1loginget_token
"""

import msgspec
from aiohttp import web

from homeserver.accounts.login_tokens import LIFETIME_MS, create_login_token, log_in_with_token
from homeserver.accounts.sessions import Login
from homeserver.accounts.stages import AuthData
from homeserver.client_api.interactive_auth import confirm_owner
from homeserver.client_api.login_types import LoginBody, LoginType
from homeserver.errors import MissingParam
from homeserver.http.context import Services, services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject

routes = Routes()


class GetTokenBody(msgspec.Struct):
    """POST /login/get_token."""

    auth: AuthData | None = None


@routes.post("/_matrix/client/v1/login/get_token")
async def get_token(request: web.Request) -> web.StreamResponse:
    """POST /login/get_token: a token with which another device of the user logs in."""
    here = services(request)
    requester = await require_user(request)
    body = await read_body(request, GetTokenBody, optional=True)
    await confirm_owner(request, requester, body.auth, {})
    here.rate_limits.check_key(Action.LOGIN, f"get_token {requester.user_id}")
    token = await create_login_token(here.accounts, requester.user_nid)
    return json_response({"login_token": token, "expires_in_ms": LIFETIME_MS})


def _flow(here: Services) -> JsonObject:
    return {"get_login_token": True}


async def _log_in(request: web.Request, body: LoginBody) -> Login:
    if body.token is None:
        raise MissingParam("token is required")
    return await log_in_with_token(services(request).accounts, body.token, body.device)


TOKEN_LOGIN = LoginType(_flow, _log_in)
