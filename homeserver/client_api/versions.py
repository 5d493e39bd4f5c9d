"""Which versions of the specification this server speaks.

Spec: https://spec.matrix.org/v1.19/client-server-api/#api-versions
"""

from typing import Final

from aiohttp import web

from homeserver.http.params import json_response
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes

routes = Routes()

VERSIONS: Final = [f"v1.{minor}" for minor in range(1, 20)]
UNSTABLE_FEATURES: Final = {
    "io.element.msc4388": True,
    "org.matrix.msc3814": True,
    "org.matrix.msc3881": True,
    "org.matrix.msc4108": True,
    "org.matrix.msc4140": True,
    "org.matrix.msc4143": True,
    "org.matrix.msc4155": True,
    "org.matrix.msc4174": True,
    "org.matrix.msc4306": True,
    "org.matrix.msc4308": True,
    "org.matrix.simplified_msc3575": True,
    "parlour.websocket_sync": True,
    "uk.half-shot.msc2666.query_mutual_rooms": True,
}


@routes.get("/_matrix/client/versions", limit=Action.ANONYMOUS)
async def get_versions(request: web.Request) -> web.StreamResponse:
    """GET /versions: the same for everybody."""
    return json_response({"versions": VERSIONS, "unstable_features": UNSTABLE_FEATURES})
