"""What clients can do here beyond what every server offers.

Spec: https://spec.matrix.org/v1.19/client-server-api/#capabilities-negotiation
"""

from aiohttp import web

from federation.protocol.room_versions import ROOM_VERSIONS
from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.requester import Requester, require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject

routes = Routes()


@routes.get("/_matrix/client/v3/capabilities")
async def get_capabilities(request: web.Request) -> web.StreamResponse:
    """GET /capabilities: of this server, for this user."""
    requester = await require_user(request, guests=True)
    here = services(request)
    known = capabilities(here.settings.rooms.default_version, requester)
    known["m.3pid_changes"] = {"enabled": here.mail.is_on and not requester.is_guest}
    return json_response({"capabilities": known})


def capabilities(default_version: str, requester: Requester) -> JsonObject:
    """Return the capabilities of one user."""
    owns_account = not requester.is_guest
    known: JsonObject = {
        "m.room_versions": {
            "default": default_version,
            "available": dict.fromkeys(ROOM_VERSIONS, "stable"),
        },
        "m.change_password": {"enabled": owns_account},
        "m.profile_fields": {"enabled": owns_account},
        "m.set_displayname": {"enabled": owns_account},
        "m.set_avatar_url": {"enabled": owns_account},
        "m.get_login_token": {"enabled": owns_account},
        "m.forget_forced_upon_leave": {"enabled": False},
    }
    if requester.is_admin:
        known["m.account_moderation"] = {"suspend": True, "lock": True}
    return known
