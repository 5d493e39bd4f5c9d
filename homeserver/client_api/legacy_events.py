"""The event stream from before /sync, which is still the way to look into a room without joining it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-previews
"""

from functools import partial
from typing import Final

from aiohttp import web

from federation.protocol.ids import EventId, parse_room_id
from homeserver.client_api.history_params import viewer_of
from homeserver.ephemeral.presence_state import PresenceState
from homeserver.errors import GuestAccessForbidden
from homeserver.http.context import services
from homeserver.http.params import json_response, query_int, query_str
from homeserver.http.requester import recheck_user, require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.read_event import read_event_anywhere
from homeserver.rooms.render_event import render_events
from homeserver.rooms.send import known_room
from homeserver.storage.rooms import Room
from homeserver.sync.legacy_stream import StreamRequest, wait_for_chunk
from homeserver.sync.tokens import parse_sync_token

MAX_TIMEOUT_MS: Final = 600_000

routes = Routes()


@routes.get("/_matrix/client/v3/events", waits=True)
async def get_events(request: web.Request) -> web.StreamResponse:
    """GET /events: answer with what is new, as soon as there is anything or the time is over."""
    requester = await require_user(request, guests=True)
    here = services(request)
    room = await _room_of_query(request)
    if requester.is_guest and room is None:
        raise GuestAccessForbidden()
    since = query_str(request, "from")
    timeout_ms = min(query_int(request, "timeout", 0, minimum=0), MAX_TIMEOUT_MS)
    query_int(request, "limit", 0)  # COMPAT: no longer specified; a page is as long as what is new
    wanted = StreamRequest(viewer_of(requester), parse_sync_token(since) if since else None, room)
    with here.ephemeral.presence.syncing(
        requester.user_nid, requester.user_id, requester.device_nid, PresenceState.ONLINE
    ):
        chunk = await wait_for_chunk(here.sync, wanted, timeout_ms, partial(recheck_user, request))
    return json_response({"start": str(chunk.start), "end": str(chunk.end), "chunk": list(chunk.events)})


@routes.get("/_matrix/client/v3/events/{eventId}")
async def get_one_event(request: web.Request) -> web.StreamResponse:
    """GET /events/{eventId}: read one event of whichever room."""
    requester = await require_user(request)
    ctx, viewer = services(request).rooms, viewer_of(requester)
    event = await read_event_anywhere(ctx, viewer, EventId(path_param(request, "eventId")))
    return json_response((await render_events(ctx, [event], viewer))[0])


async def _room_of_query(request: web.Request) -> Room | None:
    """Return the room that is asked for. Raises Forbidden, as for one not joined, where it is unknown."""
    room_id = query_str(request, "room_id")
    return None if room_id is None else await known_room(services(request).rooms, parse_room_id(room_id))
