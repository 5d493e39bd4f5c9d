"""Single events, and what authorised them.

Spec: https://spec.matrix.org/v1.19/server-server-api/#retrieving-events
"""

from federation.context import FederationContext
from federation.inbound.access import event_id_of, event_not_found, is_denied, readable_room
from federation.routes.rendering import fragments, transaction_of
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.get("/_matrix/federation/v1/event/{eventId}")
async def get_event(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Return one event, whichever room it is of."""
    event_id = event_id_of(request.params["eventId"])
    room_id = await ctx.rooms.room_of_event(event_id)
    if room_id is None or not await ctx.rooms.is_server_in(room_id, request.origin):
        raise event_not_found()
    if await is_denied(ctx, room_id, request.origin):
        raise event_not_found()
    event = await ctx.rooms.event_for(request.origin, room_id, event_id)
    if event is None:
        raise event_not_found()
    return transaction_of(ctx, [event])


@routes.get("/_matrix/federation/v1/event_auth/{roomId}/{eventId}")
async def get_event_auth(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Return the auth chain of an event."""
    room_id = await readable_room(ctx, request.params["roomId"], request.origin)
    event_id = event_id_of(request.params["eventId"])
    chain = await ctx.rooms.auth_chain_of(room_id, event_id)
    if chain is None:
        raise event_not_found()
    return {"auth_chain": fragments(await ctx.rooms.load_pdus(room_id, chain))}
