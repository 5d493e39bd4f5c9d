"""The server itself: its version, and its work in the background."""

from aiohttp import web

from homeserver import __version__
from homeserver.http.params import json_response
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes

routes = Routes()


@routes.get("/_synapse/admin/v1/server_version", limit=Action.ANONYMOUS)
async def server_version(request: web.Request) -> web.StreamResponse:
    """GET /server_version: as other servers are told it, so without a log-in."""
    return json_response({"server_version": f"Parlour {__version__}"})


@routes.get("/_synapse/admin/v1/background_updates/status")
async def background_updates(request: web.Request) -> web.StreamResponse:
    """GET /background_updates/status: migrations are done before the server answers, so none is under way."""
    await require_admin(request)
    return json_response({"enabled": True, "current_updates": {}})
