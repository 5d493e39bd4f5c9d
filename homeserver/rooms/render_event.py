"""Events as clients see them.

An event is rendered once, to the bytes before `unsigned`, for everybody; what differs between viewers is
appended.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-event-format
"""

from collections.abc import Mapping, Sequence

import orjson

from homeserver.json_types import JsonObject
from homeserver.rooms.aggregations import load_aggregations
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_bodies import EventBodies, client_event
from homeserver.rooms.viewer import Viewer
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.rooms import Room
from homeserver.storage.unsigned import select_memberships_at, select_replaced_state

DELAYED = "delayed."
"""How the transaction ids of delayed events begin (MSC4140)."""
JOINED: JsonObject = {"membership": "join"}
"""All that `unsigned` says of most events, beside their age. Nobody may change it."""


async def render_events(
    ctx: RoomsContext, events: Sequence[StoredEvent], viewer: Viewer, *, with_room_id: bool = True
) -> list[orjson.Fragment]:
    """Render events, of any rooms, for one viewer, in the order given."""
    rooms = await ctx.names.rooms({event.room_nid for event in events})
    extras = await load_unsigned(ctx, rooms, events, viewer)
    now_ms = ctx.clock.now_ms()
    return [
        render_event(
            ctx.bodies,
            rooms[event.room_nid],
            event,
            viewer,
            now_ms,
            extras.get(event.event_nid),
            with_room_id=with_room_id,
        )
        for event in events
    ]


def render_event(
    bodies: EventBodies,
    room: Room,
    event: StoredEvent,
    viewer: Viewer,
    now_ms: int,
    extra: JsonObject | None = None,
    *,
    with_room_id: bool,
) -> orjson.Fragment:
    """Put an event's shared bytes together with what this viewer sees in `unsigned`."""
    age = max(0, now_ms - event.origin_server_ts)
    is_own = event.txn_id is not None and event.device_nid == viewer.device_nid
    delay_id = delay_id_of(event) if event.sender_nid == viewer.user_nid else None
    if extra is JOINED and not is_own and delay_id is None:
        tail = b',"unsigned":{"membership":"join","age":%d}}' % age
    else:
        own = {"transaction_id": event.txn_id} if is_own else {}
        if delay_id is not None:
            own["org.matrix.msc4140.delay_id"] = delay_id
        tail = b',"unsigned":' + orjson.dumps({"age": age, **own, **(extra or {})}) + b"}"
    if with_room_id:
        tail = b',"room_id":' + orjson.dumps(room.room_id) + tail
    return orjson.Fragment(bodies.body(room, event) + tail)


def delay_id_of(event: StoredEvent) -> str | None:
    """Return the id that an event was delayed under: it was sent in its user's name, by no device."""
    if event.txn_id is None or event.device_nid is None or event.device_nid > 0:
        return None
    return event.txn_id.removeprefix(DELAYED) if event.txn_id.startswith(DELAYED) else None


async def load_unsigned(
    ctx: RoomsContext, rooms: Mapping[int, Room], events: Sequence[StoredEvent], viewer: Viewer
) -> dict[int, JsonObject]:
    """Look up, in a few queries for all, the parts of `unsigned` that are not in the events themselves."""
    if not events:
        return {}
    async with ctx.db.acquire() as conn:
        aggregations = await load_aggregations(conn, ctx, viewer, events)
        memberships = await select_memberships_at(conn, viewer.user_nid, events)
        replaced = await select_replaced_state(conn, [event for event in events if event.key_nid is not None])
        redactions = {event.redacted_by for event in events if event.redacted_by is not None}
        wanted = redactions | set(replaced.values())
        others = await select_events_by_nid(conn, sorted(wanted)) if wanted else {}
    extras: dict[int, JsonObject] = {}
    for event in events:
        membership = memberships.get(event.event_nid, "leave")
        room, previous = rooms[event.room_nid], others.get(replaced.get(event.event_nid, 0))
        extra = {} if previous is None else _replaced(room, previous)
        if event.redacted_by is not None and event.redacted_by in others:
            redaction = others[event.redacted_by]
            extra["redacted_because"] = _redacted_because(room, redaction)
            # COMPAT: not in the specification, but nheko and others read it, as Synapse has always sent it.
            extra["redacted_by"] = redaction.event_id
        if event.event_nid in aggregations:
            extra["m.relations"] = aggregations[event.event_nid]
        is_plain = membership == "join" and not extra
        extras[event.event_nid] = JOINED if is_plain else extra | {"membership": membership}
    return extras


def _replaced(room: Room, previous: StoredEvent) -> JsonObject:
    shown = client_event(room, previous)
    return {
        "prev_content": shown["content"],
        "prev_sender": shown["sender"],
        "replaces_state": previous.event_id,
    }


def _redacted_because(room: Room, redaction: StoredEvent) -> JsonObject:
    return client_event(room, redaction) | {"room_id": room.room_id}
