"""GET /_matrix/federation/v1/backfill/{roomId}

Spec: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1backfillroomid
"""

from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.inbound.access import event_id_of, readable_room
from federation.routes.rendering import transaction_of
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

MAX_EVENTS: Final = 100
MAX_STARTS: Final = 20


@routes.get("/_matrix/federation/v1/backfill/{roomId}")
async def get_backfill(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Return events and what came before them, the newest first."""
    room_id = await readable_room(ctx, request.params["roomId"], request.origin)
    starts = [event_id_of(text) for text in request.query_all("v")[:MAX_STARTS]]
    if not starts:
        raise FederationRefusal(400, "M_MISSING_PARAM", "v is required")
    request.required_query("limit")
    limit = request.query_int("limit", MAX_EVENTS, maximum=MAX_EVENTS)
    return transaction_of(ctx, await ctx.rooms.backfill(request.origin, room_id, starts, limit))
