"""Searching people, and what one has in common with them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#user-directory
"""

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from federation.protocol.ids import UserId, parse_user_id
from homeserver.client_api.history_params import viewer_of
from homeserver.http.context import services
from homeserver.http.params import json_response, query_str, read_body, required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.search.mutual_rooms import MutualRooms, mutual_rooms
from homeserver.search.search_people import search_people

routes = Routes()

DEFAULT_LIMIT = 10


class UserSearchBody(Struct):
    """Who is looked for."""

    search_term: str
    limit: Annotated[int, Meta(ge=0)] = DEFAULT_LIMIT


@routes.post("/_matrix/client/v3/user_directory/search", limit=Action.SEARCH)
async def post_user_search(request: web.Request) -> web.StreamResponse:
    """POST /user_directory/search: find people by their names."""
    viewer = viewer_of(await require_user(request))
    body = await read_body(request, UserSearchBody)
    found = await search_people(services(request).search, viewer, body.search_term, body.limit)
    return json_response({"results": found.profiles, "limited": found.limited})


@routes.get("/_matrix/client/v1/mutual_rooms", limit=Action.SEARCH)
async def get_mutual_rooms(request: web.Request) -> web.StreamResponse:
    """GET /mutual_rooms: list the rooms that one shares with somebody."""
    found = await _mutual_rooms(request, "from")
    body: JsonObject = {"joined": found.rooms, "count": found.count}
    if found.next_batch is not None:
        body["next_batch"] = found.next_batch
    return json_response(body)


@routes.get("/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms", limit=Action.SEARCH)
async def get_mutual_rooms_unstable(request: web.Request) -> web.StreamResponse:
    """GET /user/mutual_rooms: the same for clients from before version 1.19 (MSC2666)."""
    found = await _mutual_rooms(request, "batch_token")
    body: JsonObject = {"joined": found.rooms, "count": found.count}
    if found.next_batch is not None:
        body["next_batch_token"] = found.next_batch
    return json_response(body)


async def _mutual_rooms(request: web.Request, token_name: str) -> MutualRooms:
    viewer = viewer_of(await require_user(request))
    other: UserId = parse_user_id(required_query_str(request, "user_id"))
    return await mutual_rooms(services(request).rooms, viewer, other, query_str(request, token_name))
