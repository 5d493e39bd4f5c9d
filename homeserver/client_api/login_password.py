"""Logging in with a password: `m.login.password`.

Spec: https://spec.matrix.org/v1.19/client-server-api/#password-based
"""

from aiohttp import web

from homeserver.accounts.errors import WrongPassword
from homeserver.accounts.login import local_user_id, log_in_with_password
from homeserver.accounts.sessions import Login
from homeserver.client_api.interactive_auth import counted_failures
from homeserver.client_api.login_types import LoginBody, LoginType
from homeserver.errors import MissingParam
from homeserver.http.context import Services, services
from homeserver.http.rate_limits import Action
from homeserver.json_types import JsonObject


def _flow(here: Services) -> JsonObject:
    return {}


async def _log_in(request: web.Request, body: LoginBody) -> Login:
    here = services(request)
    user = _user_of(body)
    if body.password is None:
        raise MissingParam("password is required")
    account = local_user_id(user, here.server_name) or "nobody's"
    here.rate_limits.check_key(Action.LOGIN, account)
    with counted_failures(request, account):
        return await log_in_with_password(here.accounts, user, body.password, body.device)


def _user_of(body: LoginBody) -> str:
    if body.identifier is not None and body.identifier.type != "m.id.user":
        raise WrongPassword("No account has this third-party identifier")
    user = body.user if body.identifier is None else body.identifier.user
    if user is None:
        raise MissingParam("identifier.user is required")
    return user


PASSWORD_LOGIN = LoginType(_flow, _log_in)
