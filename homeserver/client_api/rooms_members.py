"""Reading who is in a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmembers
"""

from enum import StrEnum

from aiohttp import web

from homeserver.client_api.history_params import query_token, room_of, viewer_of
from homeserver.http.context import services
from homeserver.http.params import json_response, query_enum
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.rooms.members import MembersWanted, read_joined_members, read_members
from homeserver.rooms.render_event import render_events

routes = Routes()


class Membership(StrEnum):
    """What somebody can be to a room."""

    JOIN = "join"
    INVITE = "invite"
    KNOCK = "knock"
    LEAVE = "leave"
    BAN = "ban"


@routes.get("/_matrix/client/v3/rooms/{roomId}/members", waits=True)
async def members(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/members: list the member events of a room."""
    requester = await require_user(request, guests=True)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    wanted = MembersWanted(
        query_token(request, "at"), _membership(request, "membership"), _membership(request, "not_membership")
    )
    found = await read_members(ctx, viewer, await room_of(request), wanted)
    return json_response({"chunk": await render_events(ctx, found, viewer)})


@routes.get("/_matrix/client/v3/rooms/{roomId}/joined_members", waits=True)
async def joined_members(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/joined_members: list who has joined a room, with their profiles."""
    requester = await require_user(request)
    joined = await read_joined_members(services(request).rooms, viewer_of(requester), await room_of(request))
    return json_response({"joined": joined})


def _membership(request: web.Request, name: str) -> str | None:
    return query_enum(request, name, Membership, Membership.JOIN) if name in request.query else None
