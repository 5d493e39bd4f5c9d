"""Clients register themselves.

Spec: https://spec.matrix.org/v1.19/client-server-api/#dynamic-client-registration-flow
"""

from typing import Final

from aiohttp import web

from homeserver.http.context import services
from homeserver.http.params import json_response, read_bytes
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.client_metadata import read_client_metadata, render_metadata
from homeserver.oauth.clients import register_client
from homeserver.oauth_api.metadata import require_oauth
from homeserver.oauth_api.paths import REGISTRATION

routes = Routes()

MAX_BODY_BYTES: Final = 64 * 1024


@routes.post(REGISTRATION, limit=Action.LOGIN, max_body=MAX_BODY_BYTES)
async def register(request: web.Request) -> web.StreamResponse:
    """POST: metadata in, client id out."""
    here = services(request)
    require_oauth(here)
    metadata = read_client_metadata(await read_bytes(request))
    client_id = await register_client(here.oauth, metadata)
    response = json_response({"client_id": client_id, **render_metadata(metadata)}, status=201)
    response.headers["Cache-Control"] = "no-store"
    return response
