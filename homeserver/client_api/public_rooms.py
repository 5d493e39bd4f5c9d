"""The published rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#published-room-directory
"""

from typing import Annotated

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_server_name
from homeserver.http.context import services
from homeserver.http.params import json_response, query_int, query_str, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.rooms.public_rooms import list_public_rooms
from homeserver.rooms.public_rooms_query import DEFAULT_LIMIT, PublicRoomsQuery

routes = Routes()

PATH = "/_matrix/client/v3/publicRooms"
MAX_ROOM_TYPES = 50


class Filter(msgspec.Struct):
    """What rooms must be like; a room type of null stands for rooms without one."""

    generic_search_term: str | None = None
    room_types: Annotated[list[str | None], msgspec.Meta(max_length=MAX_ROOM_TYPES)] | None = None


class PublicRoomsBody(msgspec.Struct):
    """Which page of which rooms is asked for."""

    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    since: str | None = None
    filter: Filter | None = None
    include_all_networks: bool = False
    third_party_instance_id: str | None = None


@routes.get(PATH, limit=Action.ANONYMOUS)
async def get_public_rooms(request: web.Request) -> web.StreamResponse:
    """GET /publicRooms: the published rooms."""
    query = PublicRoomsQuery(
        limit=query_int(request, "limit", DEFAULT_LIMIT, minimum=1), since=query_str(request, "since")
    )
    return json_response(await _list(request, query))


@routes.post(PATH, limit=Action.SEARCH)
async def post_public_rooms(request: web.Request) -> web.StreamResponse:
    """POST /publicRooms: those of the published rooms that fit a filter."""
    await require_user(request, guests=True)
    body = await read_body(request, PublicRoomsBody, optional=True)
    wanted = body.filter or Filter()
    query = PublicRoomsQuery(
        limit=body.limit or DEFAULT_LIMIT,
        since=body.since,
        term=wanted.generic_search_term,
        room_types=None if wanted.room_types is None else frozenset(wanted.room_types),
        network=body.third_party_instance_id,
        all_networks=body.include_all_networks,
    )
    return json_response(await _list(request, query))


async def _list(request: web.Request, query: PublicRoomsQuery) -> JsonObject:
    """Return a page of this server's rooms, or of the server's that the request names.

    Raises: InvalidIdentifier; NotFound for a server that cannot be reached.
    """
    rooms = services(request).rooms
    server = query_str(request, "server")
    if server is None or parse_server_name(server) == rooms.server_name:
        return await list_public_rooms(rooms, query)
    await require_user(request, guests=True)  # nobody else makes this server ask others
    return await rooms.elsewhere.public_rooms(parse_server_name(server), query)
