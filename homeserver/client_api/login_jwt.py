"""Logging in with a JSON Web Token: `org.matrix.login.jwt`."""

from aiohttp import web

from homeserver.accounts.login_jwt import log_in_with_jwt
from homeserver.accounts.sessions import Login
from homeserver.client_api.login_types import LoginBody, LoginType
from homeserver.errors import Forbidden, MatrixError
from homeserver.http.context import Services, services
from homeserver.json_types import JsonObject


def _flow(here: Services) -> JsonObject | None:
    return None if here.settings.jwt.secret is None else {}


async def _log_in(request: web.Request, body: LoginBody) -> Login:
    accounts = services(request).accounts
    if accounts.settings.jwt.secret is None:
        raise MatrixError("M_UNKNOWN", 400, "This login type is not supported")
    if body.token is None:
        raise Forbidden("token is required")
    return await log_in_with_jwt(accounts, body.token, body.device)


JWT_LOGIN = LoginType(_flow, _log_in)
