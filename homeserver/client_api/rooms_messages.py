"""Reading a room's messages: page by page, one by its id, one by its time.

Spec: https://spec.matrix.org/v1.19/client-server-api/#getting-events-for-a-room
"""

from aiohttp import web

from federation.protocol.ids import EventId
from homeserver.client_api.history_params import (
    Direction,
    query_filter,
    query_token,
    required_direction,
    room_of,
    room_or_not_found,
    viewer_of,
)
from homeserver.errors import MissingParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_int
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.rooms.messages import DEFAULT_LIMIT, MAX_LIMIT, PageRequest, read_messages
from homeserver.rooms.read_event import read_event
from homeserver.rooms.render_event import render_events
from homeserver.rooms.timestamp_to_event import find_closest_event

routes = Routes()


@routes.get("/_matrix/client/v3/rooms/{roomId}/messages")
async def messages(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/messages: read a page of history."""
    requester = await require_user(request, guests=True)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    asked = PageRequest(
        query_token(request, "from"),
        query_token(request, "to"),
        required_direction(request) is Direction.BACKWARDS,
        query_int(request, "limit", DEFAULT_LIMIT, minimum=1, maximum=MAX_LIMIT),
        query_filter(request),
    )
    page = await read_messages(ctx, viewer, await room_of(request), asked)
    rendered = await render_events(ctx, [*page.events, *page.members], viewer)
    body: JsonObject = {"start": str(page.start), "chunk": rendered[: len(page.events)]}
    if page.end is not None:
        body["end"] = str(page.end)
    if page.members:
        body["state"] = rendered[len(page.events) :]
    return json_response(body)


@routes.get("/_matrix/client/v3/rooms/{roomId}/event/{eventId}")
async def one_event(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/event/{eventId}: read one event."""
    requester = await require_user(request, guests=True)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    room = await room_or_not_found(request)
    event = await read_event(ctx, viewer, room, EventId(path_param(request, "eventId")))
    return json_response((await render_events(ctx, [event], viewer))[0])


@routes.get("/_matrix/client/v1/rooms/{roomId}/timestamp_to_event")
async def timestamp_to_event(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/timestamp_to_event: find the event closest to a time."""
    requester = await require_user(request)
    if "ts" not in request.query:
        raise MissingParam("ts is required")
    timestamp_ms = query_int(request, "ts", 0)
    forwards = required_direction(request) is Direction.FORWARDS
    event = await find_closest_event(
        services(request).rooms, viewer_of(requester), await room_of(request), timestamp_ms, forwards=forwards
    )
    return json_response({"event_id": event.event_id, "origin_server_ts": event.origin_server_ts})
