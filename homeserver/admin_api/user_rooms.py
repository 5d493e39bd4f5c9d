"""What an account has: rooms, account data, pushers."""

import orjson
from aiohttp import web

from homeserver.accounts.find import find_account
from homeserver.admin_api.users import local_user
from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.pushers.get_pushers import get_pushers
from homeserver.pushers.pusher import render_pusher
from homeserver.storage.account_data import GLOBAL, select_account_data
from homeserver.storage.accounts import Account
from homeserver.storage.admin_users import select_memberships_of_user

routes = Routes()

EVERYTHING = 2**62


@routes.get("/_synapse/admin/v1/users/{userId}/joined_rooms")
async def joined_rooms(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/joined_rooms."""
    account = await _account(request)
    async with services(request).db.acquire() as conn:
        memberships = await select_memberships_of_user(conn, account.user_nid)
    rooms = [room_id for room_id, membership in memberships.items() if membership == "join"]
    return json_response({"joined_rooms": rooms, "total": len(rooms)})


@routes.get("/_synapse/admin/v1/users/{userId}/memberships")
async def memberships(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/memberships: as what somebody is in which room."""
    account = await _account(request)
    async with services(request).db.acquire() as conn:
        return json_response({"memberships": await select_memberships_of_user(conn, account.user_nid)})


@routes.get("/_synapse/admin/v1/users/{userId}/accountdata")
async def account_data(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/accountdata: all account data, global and per room."""
    account, here = await _account(request), services(request)
    async with here.db.acquire() as conn:
        by_room = await select_account_data(conn, account.user_nid, 0, EVERYTHING)
    rooms = await here.rooms.names.rooms({nid for nid in by_room if nid})
    of_rooms: JsonObject = {}
    global_: JsonObject = {}
    for nid, entries in by_room.items():
        contents = {entry.type: orjson.Fragment(entry.content) for entry in entries}
        if nid in rooms:
            of_rooms[rooms[nid].room_id] = contents
        elif nid == GLOBAL:
            global_ = contents
    return json_response({"account_data": {"global": global_, "rooms": of_rooms}})


@routes.get("/_synapse/admin/v1/users/{userId}/pushers")
async def pushers(request: web.Request) -> web.StreamResponse:
    """GET /users/{userId}/pushers: where a user wants to be notified."""
    account = await _account(request)
    found = await get_pushers(services(request).pushers.ctx, account.user_nid)
    return json_response({"pushers": [render_pusher(pusher) for pusher in found], "total": len(found)})


async def _account(request: web.Request) -> Account:
    await require_admin(request)
    return await find_account(services(request).accounts, local_user(request))
