"""Reading a room's state.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstate
"""

from enum import StrEnum

from aiohttp import web

from homeserver.client_api.history_params import room_of, viewer_of
from homeserver.http.context import services
from homeserver.http.params import json_response, query_enum
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.event_bodies import client_event
from homeserver.rooms.render_event import render_events
from homeserver.rooms.state_reading import read_state, read_state_event

routes = Routes()


class StateFormat(StrEnum):
    """How much of a state event is shown."""

    CONTENT = "content"
    EVENT = "event"


@routes.get("/_matrix/client/v3/rooms/{roomId}/state")
async def state(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/state: list all state events."""
    requester = await require_user(request, guests=True)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    found = await read_state(ctx, viewer, await room_of(request))
    return json_response(await render_events(ctx, found, viewer))


@routes.get("/_matrix/client/v3/rooms/{roomId}/state/{eventType}")
async def state_without_key(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/state/{eventType}: read the entry whose state key is empty."""
    return await _state_event(request, "")


@routes.get("/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}")
async def state_with_key(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/state/{eventType}/{stateKey}: read one entry."""
    return await _state_event(request, path_param(request, "stateKey"))


async def _state_event(request: web.Request, state_key: str) -> web.StreamResponse:
    requester = await require_user(request, guests=True)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    form = query_enum(request, "format", StateFormat, StateFormat.CONTENT)
    room = await room_of(request)
    event = await read_state_event(ctx, viewer, room, path_param(request, "eventType"), state_key)
    if form is StateFormat.CONTENT:
        return json_response(client_event(room, event)["content"])
    return json_response((await render_events(ctx, [event], viewer))[0])
