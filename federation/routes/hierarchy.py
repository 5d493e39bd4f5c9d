"""Spaces of ours, for the users of other servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#spaces
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.ids import parse_room_id
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.get("/_matrix/federation/v1/hierarchy/{roomId}")
async def get_hierarchy(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /hierarchy/{roomId}: a room and, if it is a space, its children, one level deep."""
    room_id = parse_room_id(request.params["roomId"])
    suggested_only = request.query_bool("suggested_only")
    space = await ctx.directory.space(request.origin, room_id, suggested_only=suggested_only)
    if space is None:
        raise FederationRefusal(404, "M_NOT_FOUND", "The room is not known, or not yours to see")
    return space
