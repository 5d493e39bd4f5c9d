"""PUT /_matrix/federation/v1/send/{txnId}

Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv1sendtxnid
"""

from typing import Final

from federation.context import FederationContext
from federation.inbound.receive_transaction import receive_transaction
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

MAX_BODY: Final = 200 * 65_536
"""50 PDUs of the greatest size with their `unsigned`, and room for 100 EDUs."""


@routes.put("/_matrix/federation/v1/send/{txnId}", max_body=MAX_BODY)
async def send(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Take PDUs and EDUs of another server."""
    return await receive_transaction(ctx, request.origin, request.params["txnId"], request.object_body())
