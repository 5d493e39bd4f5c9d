"""Logging in with a password: `m.login.password`.

Spec: https://spec.matrix.org/v1.19/client-server-api/#password-based
"""

from aiohttp import web

from homeserver.accounts.login import local_user_id, log_in_with_password
from homeserver.accounts.sessions import Login
from homeserver.accounts.stages import Identifier
from homeserver.accounts.threepids import find_owner
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
    if body.password is None:
        raise MissingParam("password is required")
    user = await _user_of(here, body)
    account = local_user_id(user, here.server_name) or "nobody's"
    here.rate_limits.check_key(Action.LOGIN, account)
    with counted_failures(request, account):
        return await log_in_with_password(here.accounts, user, body.password, body.device)


async def _user_of(here: Services, body: LoginBody) -> str:
    """Return whom a client names; empty where the address that it names is nobody's.

    `m.id.phone` names nobody: no phone number was ever shown to be somebody's.

    Raises: MissingParam.
    """
    who = body.identifier or _as_identifier(body)
    if who.type == "m.id.user" and who.user is not None:
        return who.user
    if who.type == "m.id.phone":
        return ""
    if who.type != "m.id.thirdparty" or who.medium is None or who.address is None:
        raise MissingParam("identifier must name a user, or the address of one")
    owner = await find_owner(here.accounts, who.medium, who.address)
    return "" if owner is None else owner.user_id


def _as_identifier(body: LoginBody) -> Identifier:
    if body.user is None and body.address is not None:
        return Identifier("m.id.thirdparty", medium=body.medium, address=body.address)
    return Identifier("m.id.user", body.user)


PASSWORD_LOGIN = LoginType(_flow, _log_in)
