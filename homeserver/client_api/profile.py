"""Profiles: anybody may read them, their owners write them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#profiles
"""

import orjson
from aiohttp import web

from federation.protocol.ids import parse_user_id
from homeserver.accounts.profile import (
    check_field,
    delete_profile_field,
    get_profile,
    get_profile_field,
    set_profile_field,
)
from homeserver.errors import Forbidden, GuestAccessForbidden, MissingParam
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.rate_limits import Action
from homeserver.http.requester import Requester, refuse_suspended, require_user
from homeserver.http.routing import Routes, path_param

routes = Routes()


@routes.get("/_matrix/client/v3/profile/{userId}", limit=Action.ANONYMOUS)
async def get_whole_profile(request: web.Request) -> web.StreamResponse:
    """GET /profile/{userId}: all fields."""
    user_id = parse_user_id(path_param(request, "userId"))
    profile = await get_profile(services(request).accounts, user_id)
    return json_response({field: orjson.Fragment(value) for field, value in profile.items()})


@routes.get("/_matrix/client/v3/profile/{userId}/{keyName}", limit=Action.ANONYMOUS)
async def get_field(request: web.Request) -> web.StreamResponse:
    """GET /profile/{userId}/{keyName}: one field."""
    user_id = parse_user_id(path_param(request, "userId"))
    field = path_param(request, "keyName")
    value = await get_profile_field(services(request).accounts, user_id, field)
    return json_response({field: orjson.Fragment(value)})


@routes.put("/_matrix/client/v3/profile/{userId}/{keyName}", limit=Action.PROFILE)
async def put_field(request: web.Request) -> web.StreamResponse:
    """PUT /profile/{userId}/{keyName}: set one of one's own fields."""
    requester = await _require_owner(request)
    field = path_param(request, "keyName")
    check_field(field)
    body = await read_json_object(request)
    if field not in body:
        raise MissingParam(f"{field} is required")
    await set_profile_field(services(request).accounts, requester.user_nid, field, body[field])
    return json_response({})


@routes.delete("/_matrix/client/v3/profile/{userId}/{keyName}", limit=Action.PROFILE)
async def delete_field(request: web.Request) -> web.StreamResponse:
    """DELETE /profile/{userId}/{keyName}: unset one of one's own fields."""
    requester = await _require_owner(request)
    field = path_param(request, "keyName")
    await delete_profile_field(services(request).accounts, requester.user_nid, field)
    return json_response({})


async def _require_owner(request: web.Request) -> Requester:
    requester = await require_user(request, guests=True)
    refuse_suspended(requester)
    if parse_user_id(path_param(request, "userId")) != requester.user_id:
        raise Forbidden("You can change your own profile only")
    if requester.is_guest and path_param(request, "keyName") != "displayname":
        raise GuestAccessForbidden("Guests can change their display name only")
    return requester
