"""Our published rooms, for the users of other servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#published-room-directory
"""

from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.ports.directory import PublicRoomsPage
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

PATH: Final = "/_matrix/federation/v1/publicRooms"
MAX_ROOM_TYPES: Final = 100


@routes.get(PATH)
async def get_public_rooms(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /publicRooms: a page of the published rooms."""
    limit = request.query_int("limit", 0) or None
    return await ctx.directory.public_rooms(PublicRoomsPage(limit, request.optional_query("since")))


@routes.post(PATH)
async def query_public_rooms(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """POST /publicRooms: a page of those published rooms that fit a filter."""
    body = request.object_body()
    wanted = body.get("filter") or {}
    if not isinstance(wanted, dict):
        raise _malformed("filter")
    page = PublicRoomsPage(
        limit=_limit(body.get("limit")),
        since=_text(body, "since"),
        search_term=_text(wanted, "generic_search_term"),
        room_types=_room_types(wanted.get("room_types")),
    )
    return await ctx.directory.public_rooms(page)


def _limit(value: JsonValue) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _malformed("limit")
    return value


def _text(members: JsonObject, name: str) -> str | None:
    value = members.get(name)
    if not isinstance(value, str | None):
        raise _malformed(name)
    return value


def _room_types(value: JsonValue) -> frozenset[str | None] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > MAX_ROOM_TYPES:
        raise _malformed("room_types")
    types = {type_ for type_ in value if isinstance(type_, str | None)}
    if any(not isinstance(type_, str | None) for type_ in value):
        raise _malformed("room_types")
    return frozenset(types)


def _malformed(name: str) -> FederationRefusal:
    return FederationRefusal(400, "M_BAD_JSON", f"{name} is not what it should be")
