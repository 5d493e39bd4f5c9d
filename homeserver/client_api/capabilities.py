"""What clients can do here beyond what every server offers.

Spec: https://spec.matrix.org/v1.19/client-server-api/#capabilities-negotiation
"""

import structlog
from aiohttp import web

from federation.protocol.room_versions import ROOM_VERSIONS
from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.requester import Requester, require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.pushers.vapid import Vapid, VapidKeyUnusable

log = structlog.get_logger(__name__)

routes = Routes()


@routes.get("/_matrix/client/v3/capabilities")
async def get_capabilities(request: web.Request) -> web.StreamResponse:
    """GET /capabilities: of this server, for this user."""
    requester = await require_user(request, guests=True)
    here = services(request)
    known = capabilities(here.settings.rooms.default_version, requester)
    may_change_addresses = not requester.is_guest and not requester.is_oauth
    known["m.3pid_changes"] = {"enabled": here.mail.is_on and may_change_addresses}
    known["org.matrix.msc4174.webpush"] = web_push_capability(here.pushers.ctx.vapid)
    return json_response({"capabilities": known})


def web_push_capability(vapid: Vapid) -> JsonObject:
    """Return the key that browsers subscribe with (MSC4174)."""
    try:
        return {"enabled": True, "vapid": vapid.public_key}
    except VapidKeyUnusable as error:
        log.warning("web_push_is_off", reason=str(error))
        return {"enabled": False}


def capabilities(default_version: str, requester: Requester) -> JsonObject:
    """Return the capabilities of one user."""
    owns_account = not requester.is_guest
    uses_uia = owns_account and not requester.is_oauth
    known: JsonObject = {
        "m.room_versions": {
            "default": default_version,
            "available": dict.fromkeys(ROOM_VERSIONS, "stable"),
        },
        "m.change_password": {"enabled": uses_uia},
        "m.profile_fields": {"enabled": owns_account},
        "m.set_displayname": {"enabled": owns_account},
        "m.set_avatar_url": {"enabled": owns_account},
        "m.get_login_token": {"enabled": uses_uia},
        "m.forget_forced_upon_leave": {"enabled": False},
    }
    if requester.is_admin:
        known["m.account_moderation"] = {"suspend": True, "lock": True}
    return known
