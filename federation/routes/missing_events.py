"""POST /_matrix/federation/v1/get_missing_events/{roomId}

Spec: https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1get_missing_eventsroomid
"""

from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.inbound.access import event_id_of, readable_room
from federation.ports.rooms import MissingEventsQuery
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import EventId
from federation.routes.rendering import fragments
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

DEFAULT_EVENTS: Final = 10
MAX_EVENTS: Final = 20
MAX_IDS: Final = 100
"""How many ids a request may name on either side."""


@routes.post("/_matrix/federation/v1/get_missing_events/{roomId}")
async def get_missing_events(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Return ancestors of events, up to those that the asking server has."""
    room_id = await readable_room(ctx, request.params["roomId"], request.origin)
    body = request.object_body()
    query = MissingEventsQuery(
        latest=_event_ids(body, "latest_events"),
        earliest=frozenset(_event_ids(body, "earliest_events")),
        limit=min(_integer(body, "limit", DEFAULT_EVENTS), MAX_EVENTS),
        min_depth=_integer(body, "min_depth", 0),
    )
    events = await ctx.rooms.missing_events(request.origin, room_id, query)
    return {"events": fragments(event.json for event in events)}


def _event_ids(body: JsonObject, key: str) -> list[EventId]:
    value = body.get(key, [])
    if not isinstance(value, list):
        raise FederationRefusal(400, "M_BAD_JSON", f"`{key}` is not a list")
    return [event_id_of(entry if isinstance(entry, str) else "") for entry in value[:MAX_IDS]]


def _integer(body: JsonObject, key: str, default: int) -> int:
    value = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FederationRefusal(400, "M_BAD_JSON", f"`{key}` is not an integer of at least 0")
    return value
