"""Reading what relates to an event.

Spec: https://spec.matrix.org/v1.19/client-server-api/#relationships-api
"""

from aiohttp import web

from federation.protocol.ids import EventId
from homeserver.client_api.history_params import Direction, query_token, room_or_not_found, viewer_of
from homeserver.http.context import services
from homeserver.http.params import json_response, query_bool, query_enum, query_int
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.rooms.relations import DEFAULT_LIMIT, MAX_LIMIT, RelationsRequest, read_relations
from homeserver.rooms.render_event import render_events

routes = Routes()


@routes.get("/_matrix/client/v1/rooms/{roomId}/relations/{eventId}")
async def relations(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/relations/{eventId}: read all children of an event."""
    return await _relations(request, None, None)


@routes.get("/_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}")
async def relations_of_rel_type(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/relations/{eventId}/{relType}: read the children with one type of relation."""
    return await _relations(request, path_param(request, "relType"), None)


@routes.get("/_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}")
async def relations_of_type(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/relations/{eventId}/{relType}/{eventType}: the same, of one event type."""
    return await _relations(request, path_param(request, "relType"), path_param(request, "eventType"))


async def _relations(request: web.Request, rel_type: str | None, type_: str | None) -> web.StreamResponse:
    requester = await require_user(request)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    asked = RelationsRequest(
        EventId(path_param(request, "eventId")),
        rel_type,
        type_,
        query_token(request, "from"),
        query_token(request, "to"),
        query_enum(request, "dir", Direction, Direction.BACKWARDS) is Direction.BACKWARDS,
        query_int(request, "limit", DEFAULT_LIMIT, minimum=1, maximum=MAX_LIMIT),
        query_bool(request, "recurse"),
    )
    page = await read_relations(ctx, viewer, await room_or_not_found(request), asked)
    body: JsonObject = {"chunk": await render_events(ctx, page.events, viewer)}
    if page.next_batch is not None:
        body["next_batch"] = str(page.next_batch)
    if page.prev_batch is not None:
        body["prev_batch"] = str(page.prev_batch)
    if "recurse" in request.query:
        body["recursion_depth"] = page.recursion_depth
    return json_response(body)
