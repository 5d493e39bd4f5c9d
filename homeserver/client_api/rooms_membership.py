"""Joining and leaving rooms, and letting others in or out.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-membership
"""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec
from aiohttp import web

from federation.protocol.ids import RoomId, UserId, parse_room_id, parse_user_id
from homeserver.accounts.requester import Requester
from homeserver.errors import BadJson, MissingParam
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body, read_json_object
from homeserver.http.rate_limits import Action
from homeserver.http.requester import refuse_suspended, require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.forget import forget_room
from homeserver.rooms.identity_server import ThirdPartyId
from homeserver.rooms.invite import invite_user
from homeserver.rooms.join import join_room
from homeserver.rooms.joined_rooms import list_joined_rooms
from homeserver.rooms.kick_ban import ban_user, kick_user, unban_user
from homeserver.rooms.knock import knock_on_room
from homeserver.rooms.leave import leave_room
from homeserver.rooms.third_party_invite import invite_third_party
from homeserver.rooms.third_party_signed import read_proof

routes = Routes()

MemberVerb: TypeAlias = Callable[[RoomsContext, Requester, RoomId, UserId, str | None], Awaitable[None]]


class Reason(msgspec.Struct):
    """A body that may say why."""

    reason: str | None = None


class Target(msgspec.Struct):
    """A body that names a user."""

    user_id: str | None = None
    reason: str | None = None


class Invitation(msgspec.Struct):
    """A body that names a user, or an address that an identity server may turn into one."""

    user_id: str | None = None
    reason: str | None = None
    id_server: str | None = None
    id_access_token: str | None = None
    medium: str | None = None
    address: str | None = None

    def third_party_id(self) -> ThirdPartyId:
        """Return the address. Raises MissingParam where it is not all there."""
        server, token, medium, address = self.id_server, self.id_access_token, self.medium, self.address
        if server is None or token is None or medium is None or address is None:
            raise MissingParam("`user_id` is required, or all of an address and its identity server")
        return ThirdPartyId(server, token, medium, address)


@routes.post("/_matrix/client/v3/join/{roomIdOrAlias}", limit=Action.JOIN)
async def post_join_by_alias(request: web.Request) -> web.StreamResponse:
    """POST /join/{roomIdOrAlias}: join a room by id or alias."""
    return await _join(request, path_param(request, "roomIdOrAlias"))


@routes.post("/_matrix/client/v3/rooms/{roomId}/join", limit=Action.JOIN)
async def post_join(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/join: join a room by id."""
    return await _join(request, parse_room_id(path_param(request, "roomId")))


@routes.post("/_matrix/client/v3/knock/{roomIdOrAlias}", limit=Action.JOIN)
async def post_knock(request: web.Request) -> web.StreamResponse:
    """POST /knock/{roomIdOrAlias}: ask to be let in."""
    requester = await require_user(request)
    refuse_suspended(requester)
    body = await read_body(request, Reason, optional=True)
    room_id = await knock_on_room(
        services(request).rooms, requester, path_param(request, "roomIdOrAlias"), body.reason, _via(request)
    )
    return json_response({"room_id": room_id})


@routes.post("/_matrix/client/v3/rooms/{roomId}/leave")
async def post_leave(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/leave: leave, reject an invite, take back a knock."""
    requester = await require_user(request, guests=True)
    room_id = parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, Reason, optional=True)
    await leave_room(services(request).rooms, requester, room_id, body.reason)
    return json_response({})


@routes.post("/_matrix/client/v3/rooms/{roomId}/forget")
async def post_forget(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/forget: forget a room that was left."""
    requester = await require_user(request)
    await forget_room(services(request).rooms, requester, parse_room_id(path_param(request, "roomId")))
    return json_response({})


@routes.post("/_matrix/client/v3/rooms/{roomId}/invite", limit=Action.INVITE)
async def post_invite(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/invite: invite a user, or the owner of an address."""
    requester = await require_user(request)
    refuse_suspended(requester)
    ctx, room_id = services(request).rooms, parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, Invitation)
    if body.user_id is not None:
        await invite_user(ctx, requester, room_id, parse_user_id(body.user_id), body.reason)
    else:
        await invite_third_party(ctx, requester, room_id, body.third_party_id(), body.reason)
    return json_response({})


@routes.post("/_matrix/client/v3/rooms/{roomId}/kick")
async def post_kick(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/kick: remove a user."""
    return await _change(request, kick_user)


@routes.post("/_matrix/client/v3/rooms/{roomId}/ban")
async def post_ban(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/ban: remove a user and keep them out."""
    return await _change(request, ban_user)


@routes.post("/_matrix/client/v3/rooms/{roomId}/unban")
async def post_unban(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/unban: let a banned user in again."""
    return await _change(request, unban_user)


@routes.get("/_matrix/client/v3/joined_rooms")
async def get_joined_rooms(request: web.Request) -> web.StreamResponse:
    """GET /joined_rooms: the rooms one is in."""
    requester = await require_user(request)
    rooms = await list_joined_rooms(services(request).rooms, requester.user_nid)
    return json_response({"joined_rooms": rooms})


async def _join(request: web.Request, room_id_or_alias: str) -> web.StreamResponse:
    requester = await require_user(request, guests=True)
    refuse_suspended(requester)
    content = await read_json_object(request, optional=True)
    signed = content.pop("third_party_signed", None)
    if not isinstance(signed, dict | None):
        raise BadJson("`third_party_signed` must be an object")
    proof = None if signed is None else read_proof(signed)
    room_id = await join_room(
        services(request).rooms, requester, room_id_or_alias, content, proof, _via(request)
    )
    return json_response({"room_id": room_id})


def _via(request: web.Request) -> list[str]:
    """Return the servers that may be in the room; `server_name` is what they were named in the past."""
    return [*request.query.getall("via", []), *request.query.getall("server_name", [])]


async def _change(request: web.Request, verb: MemberVerb) -> web.StreamResponse:
    requester = await require_user(request)
    refuse_suspended(requester)
    room_id = parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, Target)
    if body.user_id is None:
        raise MissingParam("`user_id` is required")
    await verb(services(request).rooms, requester, room_id, parse_user_id(body.user_id), body.reason)
    return json_response({})
