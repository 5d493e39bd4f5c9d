"""What other servers look up by name: room aliases and profiles.

Spec: https://spec.matrix.org/v1.19/server-server-api/#querying-for-information
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.ids import parse_room_alias, parse_user_id, server_name_of
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()


@routes.get("/_matrix/federation/v1/query/directory")
async def get_directory(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /query/directory: the room that an alias of ours leads to."""
    alias = parse_room_alias(request.required_query("room_alias"))
    found = await ctx.directory.room_of_alias(alias) if server_name_of(alias) == ctx.server_name else None
    if found is None:
        raise FederationRefusal(404, "M_NOT_FOUND", "There is no such room alias")
    room_id, servers = found
    return {"room_id": room_id, "servers": list(servers)}


@routes.get("/_matrix/federation/v1/query/profile")
async def get_profile(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /query/profile: the profile of a user of ours, or one field of it."""
    user_id = parse_user_id(request.required_query("user_id"))
    field = request.optional_query("field")
    profile = await ctx.directory.profile_of(user_id) if server_name_of(user_id) == ctx.server_name else None
    if profile is None:
        raise FederationRefusal(404, "M_NOT_FOUND", "There is no such user")
    if field is None:
        return profile
    return {field: profile[field]} if field in profile else {}


@routes.get("/_matrix/federation/v1/query/{queryType}")
async def get_query(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /query/{queryType}: no further queries are defined."""
    raise FederationRefusal(404, "M_NOT_FOUND", "This query is not known")
