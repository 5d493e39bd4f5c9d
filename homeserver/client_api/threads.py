"""Reading the threads of a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#querying-threads-in-a-room
"""

from enum import StrEnum

from aiohttp import web

from homeserver.client_api.history_params import query_token, room_of, viewer_of
from homeserver.http.context import services
from homeserver.http.params import json_response, query_enum, query_int
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.rooms.render_event import render_events
from homeserver.rooms.threads import DEFAULT_LIMIT, MAX_LIMIT, read_threads

routes = Routes()


class Include(StrEnum):
    """Which threads are asked for."""

    ALL = "all"
    PARTICIPATED = "participated"


@routes.get("/_matrix/client/v1/rooms/{roomId}/threads")
async def threads(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/threads: list the roots of threads, most recently active first."""
    requester = await require_user(request)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    participated = query_enum(request, "include", Include, Include.ALL) is Include.PARTICIPATED
    limit = query_int(request, "limit", DEFAULT_LIMIT, minimum=1, maximum=MAX_LIMIT)
    start = query_token(request, "from")
    page = await read_threads(ctx, viewer, await room_of(request), start, limit, participated=participated)
    body: JsonObject = {"chunk": await render_events(ctx, page.roots, viewer)}
    if page.next_batch is not None:
        body["next_batch"] = str(page.next_batch)
    return json_response(body)
