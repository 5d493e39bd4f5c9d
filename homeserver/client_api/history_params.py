"""What the endpoints that read a room's past have in common: room, viewer, tokens, directions and filters."""

from enum import StrEnum

from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.accounts.requester import Requester
from homeserver.errors import MissingParam, NotFound
from homeserver.http.context import services
from homeserver.http.params import query_enum, query_str
from homeserver.http.routing import path_param
from homeserver.rooms.filters import RoomEventFilter, parse_room_event_filter
from homeserver.rooms.history_tokens import HistoryToken, StreamPosition, parse_place
from homeserver.rooms.send import known_room
from homeserver.rooms.viewer import Viewer
from homeserver.storage.rooms import Room
from homeserver.sync.tokens import parse_stream_position


class Direction(StrEnum):
    """Which way to read."""

    FORWARDS = "f"
    BACKWARDS = "b"


def viewer_of(requester: Requester) -> Viewer:
    return Viewer(requester.user_id, requester.user_nid, requester.device_nid)


async def room_of(request: web.Request) -> Room:
    """Return the room in the path. Raises Forbidden, as for one that is not joined, where it is unknown."""
    return await known_room(services(request).rooms, parse_room_id(path_param(request, "roomId")))


async def room_or_not_found(request: web.Request) -> Room:
    """Return the room in the path. Raises NotFound where it is not known."""
    room = await services(request).rooms.names.room(parse_room_id(path_param(request, "roomId")))
    if room is None:
        raise NotFound("There is no such event")
    return room


def query_token(request: web.Request, name: str) -> HistoryToken | None:
    """Return a pagination token of /messages and its kin, or of a sync. Raises InvalidParam."""
    text = query_str(request, name)
    if not text:  # COMPAT: some clients send an empty token with their first request
        return None
    return parse_place(text) if text.startswith("t") else StreamPosition(parse_stream_position(text))


def required_direction(request: web.Request) -> Direction:
    """Return the `dir` parameter. Raises MissingParam, InvalidParam."""
    if "dir" not in request.query:
        raise MissingParam("dir is required")
    return query_enum(request, "dir", Direction, Direction.BACKWARDS)


def query_filter(request: web.Request) -> RoomEventFilter:
    """Return the `filter` parameter. Raises InvalidParam, BadJson."""
    return parse_room_event_filter(query_str(request, "filter"))
