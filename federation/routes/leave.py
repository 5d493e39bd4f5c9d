"""Leaves of other servers' users from rooms of ours: invites rejected, knocks taken back.

Spec: https://spec.matrix.org/v1.19/server-server-api/#leaving-rooms-rejecting-invites
"""

from federation.context import FederationContext
from federation.handshakes.access import room_in_path, user_in_path
from federation.handshakes.leave import handle_send_leave
from federation.handshakes.templates import answer_template
from federation.routes.join import sent_event
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.get("/_matrix/federation/v1/make_leave/{roomId}/{userId}")
async def get_make_leave(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /make_leave: a template of a leave."""
    room_id, user_id = room_in_path(request.params["roomId"]), user_in_path(request.params["userId"])
    return await answer_template(ctx, request.origin, room_id, user_id, "leave")


@routes.put("/_matrix/federation/v2/send_leave/{roomId}/{eventId}")
async def put_send_leave(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """PUT /send_leave: a leave."""
    await handle_send_leave(ctx, sent_event(request))
    return {}


@routes.put("/_matrix/federation/v1/send_leave/{roomId}/{eventId}")
async def put_send_leave_old(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """PUT /send_leave as it was before: the answer stands behind a status."""
    await handle_send_leave(ctx, sent_event(request))
    return [200, {}]
