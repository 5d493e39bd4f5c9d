"""The rooms that new users are joined to."""

import msgspec
from aiohttp import web

from homeserver.admin.default_rooms import list_default_rooms, set_default_rooms
from homeserver.http.context import Services, services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject

routes = Routes()


class RoomsBody(msgspec.Struct):
    """PUT /_parlour/admin/v1/default_rooms: ids or aliases, beside those of the configuration."""

    rooms: list[str]


@routes.get("/_parlour/admin/v1/default_rooms", waits=True)
async def get_default_rooms(request: web.Request) -> web.StreamResponse:
    """GET /default_rooms: which they are, and which of them nobody can be joined to."""
    await require_admin(request)
    return json_response(await _rendered(services(request)))


@routes.put("/_parlour/admin/v1/default_rooms", waits=True)
async def put_default_rooms(request: web.Request) -> web.StreamResponse:
    """PUT /default_rooms: set those that are not configured, for accounts that are yet to come."""
    await require_admin(request)
    here = services(request)
    await set_default_rooms(here.admin, (await read_body(request, RoomsBody)).rooms)
    return json_response(await _rendered(here))


async def _rendered(here: Services) -> JsonObject:
    rooms = await list_default_rooms(here.admin)
    return {
        "rooms": [
            {
                "room": room.room,
                "configured": room.is_configured,
                "room_id": room.room_id,
                "name": room.name,
                "problem": room.problem,
            }
            for room in rooms
        ]
    }
