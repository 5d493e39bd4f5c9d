"""What calls need: TURN servers between two, and servers where many meet.

Spec: https://spec.matrix.org/v1.19/client-server-api/#voice-over-ip
"""

from aiohttp import web

from homeserver.accounts.turn_credentials import turn_credentials
from homeserver.config import Settings
from homeserver.errors import NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject

routes = Routes()


@routes.get("/_matrix/client/v3/voip/turnServer")
async def get_turn_server(request: web.Request) -> web.StreamResponse:
    """GET /voip/turnServer: the TURN servers, and what to log in to them with."""
    requester = await require_user(request, guests=True)
    here = services(request)
    turn = here.settings.turn
    if not turn.uris:
        raise NotFound("This server has no TURN server")
    credentials = turn_credentials(turn, requester.user_id, here.clock.now_ms())
    return json_response(
        {
            "username": credentials.username,
            "password": credentials.password,
            "uris": turn.uris,
            "ttl": credentials.lifetime_s,
        }
    )


@routes.get("/_matrix/client/unstable/org.matrix.msc4143/rtc/transports")
async def get_rtc_transports(request: web.Request) -> web.StreamResponse:
    """GET /rtc/transports (MSC4143): where group calls meet."""
    await require_user(request, guests=True)
    return json_response({"rtc_transports": rtc_transports(services(request).settings)})


def rtc_transports(settings: Settings) -> list[JsonObject]:
    """Return where group calls meet, the best first."""
    urls = settings.rtc.livekit_service_urls
    return [{"type": "livekit", "livekit_service_url": url} for url in urls]
