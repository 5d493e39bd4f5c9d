"""Rooms: list them, look into one, whoever is in it.

Documented by Synapse as its rooms admin API.
"""

from aiohttp import web

from federation.protocol.ids import EventId, parse_room_id
from homeserver.accounts.requester import Requester
from homeserver.admin.list_rooms import ORDERS, RoomQuery, describe_room, list_rooms, render_listed
from homeserver.admin_api.pages import page_query, query_flag
from homeserver.client_api.history_params import Direction, query_filter, query_token
from homeserver.errors import InvalidParam, MissingParam, NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response, query_enum, query_int, query_str
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.rooms.event_context import read_context
from homeserver.rooms.find_room import find_room
from homeserver.rooms.messages import MAX_LIMIT, PageRequest, read_messages
from homeserver.rooms.render_event import render_events
from homeserver.rooms.timestamp_to_event import find_closest_event
from homeserver.rooms.viewer import Viewer
from homeserver.storage.admin_rooms import select_extremities
from homeserver.storage.events import select_events, select_head
from homeserver.storage.memberships import select_members
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_state, select_current_state_of_type

routes = Routes()

MAX_MEMBERS = 1_000_000
OLD_ORDERS = {"alphabetical": "name", "size": "joined_members"}


@routes.get("/_synapse/admin/v1/rooms")
async def get_rooms(request: web.Request) -> web.StreamResponse:
    """GET /rooms: a page of the rooms that this server knows."""
    await require_admin(request)
    page = page_query(request)
    order = query_str(request, "order_by", "name") or "name"
    order = OLD_ORDERS.get(order, order)
    if order not in ORDERS:
        raise InvalidParam(f"order_by must be one of {', '.join(ORDERS)}")
    query = RoomQuery(
        query_str(request, "search_term"),
        query_flag(request, "public_rooms"),
        query_flag(request, "empty_rooms"),
        order,
        page.backwards,
        page.limit,
        page.offset,
    )
    if query.term == "":
        raise InvalidParam("search_term must not be empty")
    rooms, total = await list_rooms(services(request).rooms, query)
    body: JsonObject = {
        "rooms": [render_listed(room) for room in rooms],
        "offset": page.offset,
        "total_rooms": total,
    }
    following = page.next_of(len(rooms), total)
    if following is not None:
        body["next_batch"] = following
    if page.offset > 0:
        body["prev_batch"] = max(page.offset - page.limit, 0)
    return json_response(body)


@routes.get("/_synapse/admin/v1/rooms/{roomId}")
async def get_room(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}: all about one room."""
    await require_admin(request)
    described = await describe_room(services(request).rooms, await room_in_path(request))
    if described is None:
        raise NotFound("There is no such room")
    return json_response(described)


@routes.get("/_synapse/admin/v1/rooms/{roomId}/members")
async def get_members(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/members: who has joined."""
    await require_admin(request)
    room = await room_in_path(request)
    async with services(request).db.acquire() as conn:
        members = await select_members(conn, room.nid, "join", MAX_MEMBERS)
    return json_response({"members": members, "total": len(members)})


@routes.get("/_synapse/admin/v1/rooms/{roomId}/state")
async def get_state(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/state: the current state, or the part of one type."""
    requester, here = await require_admin(request), services(request)
    room, type_ = await room_in_path(request), query_str(request, "type")
    async with here.db.acquire() as conn:
        if type_ is None:
            events = await select_current_state(conn, room.nid)
        else:
            events = await select_current_state_of_type(conn, room.nid, type_)
    return json_response({"state": await render_events(here.rooms, events, _viewer(requester))})


@routes.get("/_synapse/admin/v1/rooms/{roomId}/messages")
async def get_messages(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/messages: read a page of history."""
    requester, here = await require_admin(request), services(request)
    viewer = _viewer(requester)
    asked = PageRequest(
        query_token(request, "from"),
        query_token(request, "to"),
        query_enum(request, "dir", Direction, Direction.FORWARDS) is Direction.BACKWARDS,
        query_int(request, "limit", 10, minimum=1, maximum=MAX_LIMIT),
        query_filter(request),
    )
    page = await read_messages(here.rooms, viewer, await room_in_path(request), asked)
    body: JsonObject = {
        "start": str(page.start),
        "chunk": await render_events(here.rooms, page.events, viewer),
    }
    if page.end is not None:
        body["end"] = str(page.end)
    return json_response(body)


@routes.get("/_synapse/admin/v1/rooms/{roomId}/context/{eventId}")
async def get_context(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/context/{eventId}: an event and what is around it."""
    requester, here = await require_admin(request), services(request)
    viewer, room = _viewer(requester), await room_in_path(request)
    limit = query_int(request, "limit", 10, maximum=100)
    event_id = EventId(path_param(request, "eventId"))
    found = await read_context(here.rooms, viewer, room, event_id, limit, query_filter(request))
    rendered = iter(
        await render_events(here.rooms, [found.event, *found.before, *found.after, *found.state], viewer)
    )
    return json_response(
        {
            "event": next(rendered),
            "events_before": [next(rendered) for _ in found.before],
            "events_after": [next(rendered) for _ in found.after],
            "state": list(rendered),
            "start": str(found.start),
            "end": str(found.end),
        }
    )


@routes.get("/_synapse/admin/v1/rooms/{roomId}/timestamp_to_event")
async def get_closest_event(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/timestamp_to_event: the event closest to a time."""
    requester, here = await require_admin(request), services(request)
    if "ts" not in request.query:
        raise MissingParam("ts is required")
    forwards = query_enum(request, "dir", Direction, Direction.FORWARDS) is Direction.FORWARDS
    event = await find_closest_event(
        here.rooms, _viewer(requester), await room_in_path(request), query_int(request, "ts", 0),
        forwards=forwards,
    )  # fmt: skip
    return json_response({"event_id": event.event_id, "origin_server_ts": event.origin_server_ts})


@routes.get("/_synapse/admin/v1/rooms/{roomId}/forward_extremities")
async def get_forward_extremities(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/forward_extremities: the ends of the room's graph."""
    await require_admin(request)
    room = await room_by_id_or_alias(request, "roomId")
    async with services(request).db.acquire() as conn:
        head = await select_head(conn, room.nid)
        ends = [] if head is None else await select_extremities(conn, head.extremities or (head.event_nid,))
    results = [
        {"event_id": end.event_id, "depth": end.topo, "received_ts": end.origin_server_ts} for end in ends
    ]
    return json_response({"count": len(results), "results": results})


@routes.get("/_synapse/admin/v1/fetch_event/{eventId}")
async def fetch_event(request: web.Request) -> web.StreamResponse:
    """GET /fetch_event/{eventId}: one event, whatever its room."""
    requester, here = await require_admin(request), services(request)
    event_id = EventId(path_param(request, "eventId"))
    async with here.db.acquire() as conn:
        event = (await select_events(conn, [event_id])).get(event_id)
    if event is None:
        raise NotFound("There is no such event")
    return json_response({"event": (await render_events(here.rooms, [event], _viewer(requester)))[0]})


async def room_in_path(request: web.Request) -> Room:
    """Return the room in the path. Raises InvalidIdentifier, NotFound."""
    room = await services(request).rooms.names.room(parse_room_id(path_param(request, "roomId")))
    if room is None:
        raise NotFound("There is no such room")
    return room


async def room_by_id_or_alias(request: web.Request, name: str) -> Room:
    """Return a room of this server that the path names by id or alias. Raises NotFound."""
    return await find_room(services(request).rooms, path_param(request, name))


def _viewer(requester: Requester) -> Viewer:
    return Viewer(requester.user_id, requester.user_nid, requester.device_nid, sees_everything=True)
