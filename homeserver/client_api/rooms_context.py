"""Reading what happened around an event.

Spec: https://spec.matrix.org/v1.19/client-server-api/#event-context
"""

from aiohttp import web

from federation.protocol.ids import EventId
from homeserver.client_api.history_params import query_filter, room_of, viewer_of
from homeserver.http.context import services
from homeserver.http.params import json_response, query_int
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.event_context import read_context
from homeserver.rooms.render_event import render_events

DEFAULT_LIMIT = 10
MAX_LIMIT = 100

routes = Routes()


@routes.get("/_matrix/client/v3/rooms/{roomId}/context/{eventId}")
async def context(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/context/{eventId}: read an event and what is around it."""
    requester = await require_user(request, guests=True)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    limit = query_int(request, "limit", DEFAULT_LIMIT, maximum=MAX_LIMIT)
    event_id = EventId(path_param(request, "eventId"))
    found = await read_context(ctx, viewer, await room_of(request), event_id, limit, query_filter(request))
    events = [found.event, *found.before, *found.after, *found.state]
    rendered = iter(await render_events(ctx, events, viewer))
    body = {
        "event": next(rendered),
        "events_before": [next(rendered) for _ in found.before],
        "events_after": [next(rendered) for _ in found.after],
        "state": list(rendered),
        "start": str(found.start),
        "end": str(found.end),
    }
    return json_response(body)
