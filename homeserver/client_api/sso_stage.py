"""The fallback page of `m.login.sso`: somebody confirms, by signing in again, what a client wants to do.

Spec: https://spec.matrix.org/v1.19/client-server-api/#sso-during-user-interactive-authentication
"""

from typing import Final

from aiohttp import web

from homeserver.client_api.sso import PACKAGE, PREFIX, lead_to_provider, own_url, shows_refusals
from homeserver.http.context import services
from homeserver.http.html_pages import html_page
from homeserver.http.params import required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes, path_param
from homeserver.sso.goals import StageGoal
from homeserver.sso.stage import waiting_session

routes = Routes(cors=False)

CONFIRM: Final = PREFIX + "/confirm"
OPERATIONS: Final = {
    "DELETE /_matrix/client/v3/devices/{deviceId}": "sign a device out of your account",
    "POST /_matrix/client/v3/delete_devices": "sign devices out of your account",
    "POST /_matrix/client/v3/account/password": "change the password of your account",
    "POST /_matrix/client/v3/account/deactivate": "close your account for good",
    "POST /_matrix/client/v3/account/3pid/add": "add a contact address to your account",
    "POST /_matrix/client/v3/keys/device_signing/upload": "replace the keys that prove your identity",
    "POST /_matrix/client/v1/login/get_token": "sign another device in to your account",
}
"""Method and path of an operation -> what people call it."""


@routes.get("/_matrix/client/v3/auth/m.login.sso/fallback/web", limit=Action.ANONYMOUS)
@shows_refusals
async def ask(request: web.Request) -> web.StreamResponse:
    """GET: what is to be confirmed, before anybody is led anywhere."""
    session_id = required_query_str(request, "session")
    session, providers = await waiting_session(services(request).sso, session_id)
    return html_page(
        PACKAGE,
        "confirm_operation",
        title="Confirm that it is you",
        operation=OPERATIONS.get(session.operation.rpartition(" ")[0], "do something with your account"),
        choices=[
            (own_url(request, f"{CONFIRM}/{found.config.id}", session=session_id), found.config.name)
            for found in providers
        ],
    )


@routes.get(CONFIRM + "/{idpId}", limit=Action.LOGIN)
@shows_refusals
async def confirm(request: web.Request) -> web.StreamResponse:
    """GET: to the provider, where the user signs in again."""
    session_id = required_query_str(request, "session")
    await waiting_session(services(request).sso, session_id)
    return await lead_to_provider(request, path_param(request, "idpId"), StageGoal(session_id))
