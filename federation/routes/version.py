"""What software this server runs.

Spec: https://spec.matrix.org/v1.19/server-server-api/#server-implementation
"""

from importlib.metadata import version
from typing import Final

from federation.context import FederationContext
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

NAME: Final = "Parlour"
VERSION: Final = version("parlour")


@routes.get("/_matrix/federation/v1/version", signed=False)
async def get_version(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Say what runs here."""
    return {"server": {"name": NAME, "version": VERSION}}
