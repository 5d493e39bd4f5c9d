"""Whose OpenID token somebody was shown.

Spec: https://spec.matrix.org/v1.19/server-server-api/#openid
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.get("/_matrix/federation/v1/openid/userinfo", signed=False)
async def get_userinfo(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /openid/userinfo: the user to whom this server gave the token."""
    token = request.optional_query("access_token")
    if token is None:
        raise FederationRefusal(401, "M_MISSING_TOKEN", "access_token is required")
    user_id = await ctx.directory.user_of_openid_token(token)
    if user_id is None:
        raise FederationRefusal(401, "M_UNKNOWN_TOKEN", "The token is unknown, or has expired")
    return {"sub": user_id}
