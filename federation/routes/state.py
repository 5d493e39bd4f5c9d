"""The state of a room before an event.

Spec: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1stateroomid
"""

from federation.context import FederationContext
from federation.inbound.access import event_id_of, event_not_found, readable_room
from federation.ports.rooms import StateIds
from federation.protocol.ids import RoomId
from federation.routes.rendering import fragments
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.get("/_matrix/federation/v1/state/{roomId}")
async def get_state(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Return the events of a state, and those that authorised them."""
    room_id, found = await _state(ctx, request)
    return {
        "pdus": fragments(await ctx.rooms.load_pdus(room_id, found.state)),
        "auth_chain": fragments(await ctx.rooms.load_pdus(room_id, found.auth_chain)),
    }


@routes.get("/_matrix/federation/v1/state_ids/{roomId}")
async def get_state_ids(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Return the ids of the events of a state, and of those that authorised them."""
    _, found = await _state(ctx, request)
    return {"pdu_ids": list(found.state), "auth_chain_ids": list(found.auth_chain)}


async def _state(ctx: FederationContext, request: FederationRequest) -> tuple[RoomId, StateIds]:
    room_id = await readable_room(ctx, request.params["roomId"], request.origin)
    event_id = event_id_of(request.required_query("event_id"))
    found = await ctx.rooms.state_before(room_id, event_id)
    if found is None:
        raise event_not_found()
    return room_id, found
