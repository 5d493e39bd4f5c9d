"""Backups of room keys: the keys, of all rooms, of one, or of one session.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

import msgspec
import orjson
from aiohttp import web

from homeserver.accounts.requester import Requester
from homeserver.e2ee.backed_up_keys import delete_keys, get_keys, put_keys
from homeserver.errors import NotFound
from homeserver.http.context import services
from homeserver.http.params import MAX_INTEGER, json_response, read_body, required_query_str
from homeserver.http.requester import require_user
from homeserver.http.routing import MATCH, Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.key_backups import BackedUpKey, Which

routes = Routes()

MAX_BODY_BYTES: Final = 4 * 1024 * 1024

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MAX_INTEGER)]

OF_SESSION: Final = "/_matrix/client/v3/room_keys/keys/{roomId}/{sessionId}"
OF_ROOM: Final = "/_matrix/client/v3/room_keys/keys/{roomId}"
OF_ALL: Final = "/_matrix/client/v3/room_keys/keys"


class KeyBody(msgspec.Struct, frozen=True):
    """The key of a session. What the data is, only clients know."""

    first_message_index: Count
    forwarded_count: Count
    is_verified: bool
    session_data: Any


class RoomBody(msgspec.Struct, frozen=True):
    """The keys of a room, by session."""

    sessions: dict[str, KeyBody]


class AllBody(msgspec.Struct, frozen=True):
    """Keys by room."""

    rooms: dict[str, RoomBody]


@routes.put(OF_SESSION)
async def put_session(request: web.Request) -> web.StreamResponse:
    """PUT /room_keys/keys/{roomId}/{sessionId}: store a key."""
    requester = await require_user(request)
    body = await read_body(request, KeyBody)
    which = _which(request)
    return await _put(request, requester, [_key(which.room_id or "", which.session_id or "", body)])


@routes.put(OF_ROOM, max_body=MAX_BODY_BYTES)
async def put_room(request: web.Request) -> web.StreamResponse:
    """PUT /room_keys/keys/{roomId}: store keys of a room."""
    requester = await require_user(request)
    body = await read_body(request, RoomBody)
    return await _put(request, requester, _keys(path_param(request, "roomId"), body))


@routes.put(OF_ALL, max_body=MAX_BODY_BYTES)
async def put_all(request: web.Request) -> web.StreamResponse:
    """PUT /room_keys/keys: store keys of several rooms."""
    requester = await require_user(request)
    body = await read_body(request, AllBody)
    keys = [key for room_id, room in body.rooms.items() for key in _keys(room_id, room)]
    return await _put(request, requester, keys)


@routes.get(OF_SESSION)
async def get_session(request: web.Request) -> web.StreamResponse:
    """GET /room_keys/keys/{roomId}/{sessionId}: fetch a key."""
    keys = await _get(request)
    if not keys:
        raise NotFound("The backup has no such key")
    return json_response(_render(keys[0]))


@routes.get(OF_ROOM)
async def get_room(request: web.Request) -> web.StreamResponse:
    """GET /room_keys/keys/{roomId}: fetch the keys of a room."""
    keys = await _get(request)
    return json_response({"sessions": {key.session_id: _render(key) for key in keys}})


@routes.get(OF_ALL)
async def get_all(request: web.Request) -> web.StreamResponse:
    """GET /room_keys/keys: fetch all keys."""
    rooms: dict[str, dict[str, Any]] = {}
    for key in await _get(request):
        rooms.setdefault(key.room_id, {"sessions": {}})["sessions"][key.session_id] = _render(key)
    return json_response({"rooms": rooms})


@routes.delete(OF_SESSION)
@routes.delete(OF_ROOM)
@routes.delete(OF_ALL)
async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE /room_keys/keys…: delete a key, those of a room, or all."""
    requester = await require_user(request)
    version = required_query_str(request, "version")
    return json_response(
        await delete_keys(services(request).e2ee, requester.user_nid, version, _which(request))
    )


async def _put(request: web.Request, requester: Requester, keys: Sequence[BackedUpKey]) -> web.StreamResponse:
    version = required_query_str(request, "version")
    return json_response(await put_keys(services(request).e2ee, requester.user_nid, version, keys))


async def _get(request: web.Request) -> list[BackedUpKey]:
    requester = await require_user(request)
    version = required_query_str(request, "version")
    return await get_keys(services(request).e2ee, requester.user_nid, version, _which(request))


def _which(request: web.Request) -> Which:
    params: Mapping[str, str] = request[MATCH].params
    return Which(params.get("roomId"), params.get("sessionId"))


def _keys(room_id: str, body: RoomBody) -> list[BackedUpKey]:
    return [_key(room_id, session_id, key) for session_id, key in body.sessions.items()]


def _key(room_id: str, session_id: str, body: KeyBody) -> BackedUpKey:
    return BackedUpKey(
        room_id,
        session_id,
        body.is_verified,
        body.first_message_index,
        body.forwarded_count,
        orjson.dumps(body.session_data),
    )


def _render(key: BackedUpKey) -> JsonObject:
    return {
        "first_message_index": key.first_message_index,
        "forwarded_count": key.forwarded_count,
        "is_verified": key.is_verified,
        "session_data": orjson.Fragment(key.session_data),
    }
