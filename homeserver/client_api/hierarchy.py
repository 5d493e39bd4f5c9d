"""The rooms of a space.

Spec: https://spec.matrix.org/v1.19/client-server-api/#spaces
"""

from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.http.context import services
from homeserver.http.params import json_response, query_bool, query_int, query_str
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.hierarchy import DEFAULT_LIMIT, MAX_DEPTH, HierarchyQuery, get_hierarchy

routes = Routes()


@routes.get("/_matrix/client/v1/rooms/{roomId}/hierarchy")
async def get_space_hierarchy(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/hierarchy: the tree below a space."""
    requester = await require_user(request, guests=True)
    query = HierarchyQuery(
        limit=query_int(request, "limit", DEFAULT_LIMIT, minimum=1),
        max_depth=query_int(request, "max_depth", MAX_DEPTH),
        suggested_only=query_bool(request, "suggested_only"),
        since=query_str(request, "from"),
    )
    room_id = parse_room_id(path_param(request, "roomId"))
    return json_response(await get_hierarchy(services(request).rooms, requester, room_id, query))
