"""What application services alone can ask for.

Spec: https://spec.matrix.org/v1.19/application-service-api/#client-server-api-extensions
"""

from typing import Literal

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.appservices.ping import ping
from homeserver.appservices.publish_room import publish_in_network
from homeserver.errors import Forbidden
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_appservice
from homeserver.http.routing import Routes, path_param

routes = Routes()

LIST_PATH = "/_matrix/client/v3/directory/list/appservice/{networkId}/{roomId}"


class PingBody(msgspec.Struct):
    """POST /appservice/{appserviceId}/ping."""

    transaction_id: str | None = None


class VisibilityBody(msgspec.Struct):
    """PUT /directory/list/appservice/{networkId}/{roomId}."""

    visibility: Literal["public", "private"]


@routes.post("/_matrix/client/v1/appservice/{appserviceId}/ping", waits=True)
async def post_ping(request: web.Request) -> web.StreamResponse:
    """POST /appservice/{appserviceId}/ping: whether this server reaches the application service that asks."""
    registration = require_appservice(request)
    if path_param(request, "appserviceId") != registration.id:
        raise Forbidden("The access token is that of another application service")
    body = await read_body(request, PingBody, optional=True)
    duration_ms = await ping(services(request).appservices, registration, body.transaction_id)
    return json_response({"duration_ms": duration_ms})


@routes.put(LIST_PATH)
async def put_visibility(request: web.Request) -> web.StreamResponse:
    """PUT /directory/list/appservice/{networkId}/{roomId}: show a room in a network's directory, or not."""
    require_appservice(request)
    body = await read_body(request, VisibilityBody)
    return await _publish(request, public=body.visibility == "public")


# COMPAT: not in the specification, but bridges use it, since Synapse has always had it.
@routes.delete(LIST_PATH)
async def delete_visibility(request: web.Request) -> web.StreamResponse:
    """DELETE /directory/list/appservice/{networkId}/{roomId}: show a room there no longer."""
    return await _publish(request, public=False)


async def _publish(request: web.Request, *, public: bool) -> web.StreamResponse:
    registration = require_appservice(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    ctx = services(request).appservices
    await publish_in_network(ctx, registration, path_param(request, "networkId"), room_id, public=public)
    return json_response({})
