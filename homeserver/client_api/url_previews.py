"""Previews of linked pages.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediapreview_url
"""

import orjson
from aiohttp import web

from homeserver.errors import Unrecognized
from homeserver.http.context import services
from homeserver.http.params import json_response, query_int, required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.previews.preview_url import preview_url

routes = Routes("media")


@routes.get("/_matrix/client/v1/media/preview_url", limit=Action.PREVIEW, waits=True)
@routes.get("/_matrix/media/v3/preview_url", limit=Action.PREVIEW, waits=True)
async def get_preview(request: web.Request) -> web.StreamResponse:
    """Say what a URL is about."""
    await require_user(request)
    here = services(request)
    if not here.settings.previews.enabled:
        raise Unrecognized("This server makes no previews")
    url = required_query_str(request, "url")
    ts_ms = query_int(request, "ts", here.clock.now_ms())
    preview = await preview_url(here.previews, url, ts_ms, request.headers.get("Accept-Language"))
    return json_response(orjson.Fragment(preview))
