"""Invites of addresses that turned out to be those of other servers' users.

Spec: https://spec.matrix.org/v1.19/server-server-api/#third-party-invites
"""

from federation.context import FederationContext
from federation.handshakes.access import room_in_path
from federation.handshakes.third_party import handle_exchange
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.put("/_matrix/federation/v1/exchange_third_party_invite/{roomId}")
async def put_exchange(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """PUT /exchange_third_party_invite: an invite of an address becomes one of its owner."""
    room_id = room_in_path(request.params["roomId"])
    await handle_exchange(ctx, request.origin, room_id, request.object_body())
    return {}
