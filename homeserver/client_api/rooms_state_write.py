"""Setting the state of rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidstateeventtypestatekey
"""

from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.client_api.delayed_events import delay_in_query, schedule
from homeserver.client_api.massaged_timestamp import massaged_timestamp
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.rate_limits import Action
from homeserver.http.requester import refuse_suspended, require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.delay_event import EventToDelay
from homeserver.rooms.set_state import set_state

routes = Routes()


@routes.put("/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}", limit=Action.MESSAGE)
async def put_state(request: web.Request) -> web.StreamResponse:
    """PUT /rooms/{roomId}/state/{eventType}/{stateKey}: set a part of the state."""
    return await _set_state(request, path_param(request, "stateKey"))


@routes.put("/_matrix/client/v3/rooms/{roomId}/state/{eventType}", limit=Action.MESSAGE)
async def put_state_without_key(request: web.Request) -> web.StreamResponse:
    """PUT /rooms/{roomId}/state/{eventType}: the same with an empty state key."""
    return await _set_state(request, "")


async def _set_state(request: web.Request, state_key: str) -> web.StreamResponse:
    requester = await require_user(request, guests=True)
    refuse_suspended(requester)
    room_id = parse_room_id(path_param(request, "roomId"))
    content = await read_json_object(request)
    if (delay_ms := delay_in_query(request)) is not None:
        timestamp = massaged_timestamp(request, requester)
        event = EventToDelay(room_id, path_param(request, "eventType"), content, state_key, timestamp)
        return await schedule(request, requester, event, delay_ms, None)
    event_id = await set_state(
        services(request).rooms, requester, room_id, path_param(request, "eventType"), state_key, content,
        origin_server_ts=massaged_timestamp(request, requester),
    )  # fmt: skip
    return json_response({"event_id": event_id})
