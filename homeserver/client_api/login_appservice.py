"""Logging in as a user of an application service: `m.login.application_service`.

Spec: https://spec.matrix.org/v1.19/application-service-api/#server-admin-style-permissions
"""

from typing import Final

from aiohttp import web

from homeserver.accounts.sessions import Login
from homeserver.appservices import make_user
from homeserver.appservices.registration import Registration
from homeserver.client_api.login_types import LoginBody, LoginType
from homeserver.errors import InvalidParam, MissingParam, UnknownToken
from homeserver.http.context import Services, services
from homeserver.http.requester import access_token
from homeserver.json_types import JsonObject

APPSERVICE: Final = "m.login.application_service"


def appservice_of(request: web.Request) -> Registration:
    """Return whose as_token a request to register or log in comes with. Raises MissingToken, UnknownToken."""
    registration = services(request).appservices.known.by_token(access_token(request))
    if registration is None:
        raise UnknownToken("The access token is not that of an application service")
    return registration


def _flow(here: Services) -> JsonObject | None:
    return {} if here.appservices.known else None


async def _log_in(request: web.Request, body: LoginBody) -> Login:
    registration = appservice_of(request)
    if body.identifier is not None and body.identifier.type != "m.id.user":
        raise InvalidParam("identifier.type must be m.id.user")
    user = body.user if body.identifier is None else body.identifier.user
    if user is None:
        raise MissingParam("identifier.user is required")
    return await make_user.log_in(services(request).appservices, registration, user, body.device)


APPSERVICE_LOGIN = LoginType(_flow, _log_in)
