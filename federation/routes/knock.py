"""Knocks of other servers' users on rooms of ours.

Spec: https://spec.matrix.org/v1.19/server-server-api/#knocking-rooms
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.handshakes.access import room_in_path, user_in_path
from federation.handshakes.knock import handle_send_knock
from federation.handshakes.templates import answer_template
from federation.routes.join import sent_event
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.get("/_matrix/federation/v1/make_knock/{roomId}/{userId}")
async def get_make_knock(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /make_knock: a template of a knock."""
    room_id, user_id = room_in_path(request.params["roomId"]), user_in_path(request.params["userId"])
    versions = request.query_all("ver")
    if not versions:
        raise FederationRefusal(400, "M_MISSING_PARAM", "ver is required")
    return await answer_template(ctx, request.origin, room_id, user_id, "knock", versions)


@routes.put("/_matrix/federation/v1/send_knock/{roomId}/{eventId}")
async def put_send_knock(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """PUT /send_knock: a knock, answered with what may be shown of the room."""
    return {"knock_room_state": list(await handle_send_knock(ctx, sent_event(request)))}
