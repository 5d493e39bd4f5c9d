"""GET /_matrix/federation/v1/timestamp_to_event/{roomId}

Spec: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1timestamp_to_eventroomid
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.inbound.access import readable_room
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.get("/_matrix/federation/v1/timestamp_to_event/{roomId}")
async def get_closest_event(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Return the event closest to a point in time, on one side of it."""
    room_id = await readable_room(ctx, request.params["roomId"], request.origin)
    request.required_query("ts")
    direction = request.required_query("dir")
    if direction not in ("f", "b"):
        raise FederationRefusal(400, "M_INVALID_PARAM", "dir must be f or b")
    event = await ctx.rooms.closest_event(
        request.origin, room_id, request.query_int("ts", 0), forwards=direction == "f"
    )
    if event is None:
        raise FederationRefusal(404, "M_NOT_FOUND", "There is no event on that side of this time")
    return {"event_id": event.event_id, "origin_server_ts": event.origin_server_ts}
