"""Other networks, as application services bridge them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#third-party-networks
"""

from aiohttp import web

from federation.protocol.ids import parse_room_alias, parse_user_id
from homeserver.appservices.third_party import (
    Kind,
    get_protocol,
    list_protocols,
    look_up,
    look_up_by_id,
)
from homeserver.http.context import services
from homeserver.http.params import json_response, required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param

routes = Routes()

NOT_FIELDS = ("access_token", "user_id", "device_id", "org.matrix.msc3202.device_id")
"""What requests have in their query that is not for the network."""


@routes.get("/_matrix/client/v3/thirdparty/protocols", waits=True)
async def get_protocols(request: web.Request) -> web.StreamResponse:
    """GET /thirdparty/protocols: all networks."""
    await require_user(request)
    return json_response(await list_protocols(services(request).appservices))


@routes.get("/_matrix/client/v3/thirdparty/protocol/{protocol}", waits=True)
async def get_one_protocol(request: web.Request) -> web.StreamResponse:
    """GET /thirdparty/protocol/{protocol}: one network."""
    await require_user(request)
    return json_response(await get_protocol(services(request).appservices, path_param(request, "protocol")))


@routes.get("/_matrix/client/v3/thirdparty/user/{protocol}", limit=Action.SEARCH, waits=True)
async def get_users(request: web.Request) -> web.StreamResponse:
    """GET /thirdparty/user/{protocol}: users of a network."""
    return await _look_up(request, "user")


@routes.get("/_matrix/client/v3/thirdparty/location/{protocol}", limit=Action.SEARCH, waits=True)
async def get_locations(request: web.Request) -> web.StreamResponse:
    """GET /thirdparty/location/{protocol}: rooms that lead to places of a network."""
    return await _look_up(request, "location")


@routes.get("/_matrix/client/v3/thirdparty/user", limit=Action.SEARCH, waits=True)
async def get_users_by_id(request: web.Request) -> web.StreamResponse:
    """GET /thirdparty/user: whom a user id stands for."""
    await require_user(request)
    user_id = parse_user_id(required_query_str(request, "userid"))
    return json_response(await look_up_by_id(services(request).appservices, "user", user_id))


@routes.get("/_matrix/client/v3/thirdparty/location", limit=Action.SEARCH, waits=True)
async def get_locations_by_alias(request: web.Request) -> web.StreamResponse:
    """GET /thirdparty/location: what a room alias stands for."""
    await require_user(request)
    alias = parse_room_alias(required_query_str(request, "alias"))
    return json_response(await look_up_by_id(services(request).appservices, "location", alias))


async def _look_up(request: web.Request, kind: Kind) -> web.StreamResponse:
    await require_user(request)
    fields = {name: value for name, value in request.query.items() if name not in NOT_FIELDS}
    ctx = services(request).appservices
    return json_response(await look_up(ctx, kind, path_param(request, "protocol"), fields))
