"""Put users into rooms, and give them power there."""

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_user_id
from homeserver.accounts.find import find_account
from homeserver.accounts.requester import Requester
from homeserver.admin.make_room_admin import make_room_admin
from homeserver.admin_api.rooms import room_by_id_or_alias
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.invite import invite_user
from homeserver.rooms.join import join_room
from homeserver.rooms.room_state import JOIN_RULES, membership_of, text_in

routes = Routes()


class UserBody(msgspec.Struct):
    """The user whom something is done to."""

    user_id: str


class MakeAdminBody(msgspec.Struct):
    """POST /_synapse/admin/v1/rooms/{roomId}/make_room_admin."""

    user_id: str | None = None


@routes.post("/_synapse/admin/v1/join/{roomIdOrAlias}")
async def join(request: web.Request) -> web.StreamResponse:
    """POST /join/{roomIdOrAlias}: have a user of this server join a room.

    Into a room that is not public, the administrator, who then has to be in it, invites the user first.
    """
    admin, here = await require_admin(request), services(request)
    body = await read_body(request, UserBody)
    account = await find_account(here.accounts, body.user_id)
    target = Requester(account.user_id, account.user_nid, None, None, None, account.is_guest)
    room_id_or_alias = path_param(request, "roomIdOrAlias")
    via = request.query.getall("via", []) or request.query.getall("server_name", [])
    if not via:
        room = await room_by_id_or_alias(request, "roomIdOrAlias")
        is_open = await text_in(here.rooms, room, JOIN_RULES, "join_rule") == "public"
        if not is_open and await membership_of(here.rooms, room, account.user_id) not in ("join", "invite"):
            await invite_user(here.rooms, admin, room.room_id, account.user_id, None)
    room_id = await join_room(here.rooms, target, room_id_or_alias, {}, via=via)
    return json_response({"room_id": room_id})


@routes.post("/_synapse/admin/v1/rooms/{roomId}/make_room_admin")
async def make_admin(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/make_room_admin: give a user, or oneself, all power in a room."""
    admin = await require_admin(request)
    body = await read_body(request, MakeAdminBody, optional=True)
    target = admin.user_id if body.user_id is None else parse_user_id(body.user_id)
    await make_room_admin(services(request).rooms, await room_by_id_or_alias(request, "roomId"), target)
    return json_response({})
