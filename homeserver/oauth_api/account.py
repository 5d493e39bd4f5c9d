"""The account's own page, and where clients lead their users to change something.

Spec: https://spec.matrix.org/v1.19/client-server-api/#account-management-url-parameters
"""

from typing import Final

from aiohttp import web

from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth_api.paths import (
    ACCOUNT,
    DEACTIVATE,
    DEVICE_PAGE,
    DEVICES,
    PROFILE,
    RESET_IDENTITY,
    SIGN_OUT_DEVICE,
)
from homeserver.oauth_api.visits import Visit, page

routes = Routes(cors=False)

ACTIONS: Final = {
    "org.matrix.profile": PROFILE,
    "org.matrix.devices_list": DEVICES,
    "org.matrix.device_view": DEVICE_PAGE,
    "org.matrix.device_delete": SIGN_OUT_DEVICE,
    "org.matrix.account_deactivate": DEACTIVATE,
    "org.matrix.cross_signing_reset": RESET_IDENTITY,
}
# COMPAT: clients from before v1.18 of the specification know devices as sessions.
OLD_ACTIONS: Final = {
    "org.matrix.sessions_list": DEVICES,
    "org.matrix.session_view": DEVICE_PAGE,
    "org.matrix.session_end": SIGN_OUT_DEVICE,
}
HANDED_ON: Final = ("device_id", "session")


@routes.get(ACCOUNT, limit=Action.ANONYMOUS)
@page
async def show_account(visit: Visit) -> web.Response:
    """GET: what a client has asked for, else the profile."""
    action = visit.request.query.get("action", "")
    path = ACTIONS.get(action) or OLD_ACTIONS.get(action) or PROFILE
    query = {name: visit.request.query[name] for name in HANDED_ON if name in visit.request.query}
    if path in (DEVICE_PAGE, SIGN_OUT_DEVICE) and "device_id" not in query:
        path = DEVICES
    return visit.go(path, **query)
