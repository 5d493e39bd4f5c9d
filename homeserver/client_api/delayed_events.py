"""Delayed events: scheduled, looked up, restarted, cancelled, sent before their time (MSC4140).

The id of a delayed event is all that is needed to manage it, so that a client can hand it to a service.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_room_id
from homeserver.accounts.requester import Requester
from homeserver.client_api.massaged_timestamp import massaged_timestamp
from homeserver.errors import InvalidParam, MatrixError, MissingParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_int, query_str, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.rooms.delay_event import EventToDelay, delay_event
from homeserver.rooms.manage_delayed import get_delayed_event, list_delayed_events, manage_delayed_event
from homeserver.storage.delayed_events import DelayedEvent, DelayedFilter, Outcome

routes = Routes()

UNSTABLE: Final = "/_matrix/client/unstable/org.matrix.msc4140"
DELAY: Final = "org.matrix.msc4140.delay"
BEGINNING: Final = (-(2**62), "")


class Body(msgspec.Struct):
    """PUT /rooms/{roomId}/delayed_event/{eventType}/{txnId}; the delay has had two names."""

    content: dict[str, Any]
    delay: int | None = None
    delay_ms: int | None = None
    state_key: str | None = None


class ActionBody(msgspec.Struct):
    """POST /delayed_events/{delayId}."""

    action: str


class Status(StrEnum):
    """Which events are listed."""

    SCHEDULED = "scheduled"
    FINALISED = "finalised"


@routes.put(UNSTABLE + "/rooms/{roomId}/delayed_event/{eventType}/{txnId}", limit=Action.MESSAGE)
async def put_delayed_event(request: web.Request) -> web.StreamResponse:
    """PUT /rooms/{roomId}/delayed_event/{eventType}/{txnId}: schedule a message or a state event."""
    requester = await require_user(request, guests=True)
    body = await read_body(request, Body)
    delay_ms = body.delay if body.delay_ms is None else body.delay_ms
    if delay_ms is None:
        raise MissingParam("`delay` is required")
    event = EventToDelay(
        parse_room_id(path_param(request, "roomId")), path_param(request, "eventType"), body.content,
        body.state_key, massaged_timestamp(request, requester),
    )  # fmt: skip
    return await schedule(request, requester, event, delay_ms, path_param(request, "txnId"))


def delay_in_query(request: web.Request) -> int | None:
    """Return the delay that a request to send an event asks for, None for one to be sent now."""
    if DELAY not in request.query:
        return None
    return query_int(request, DELAY, 0)


async def schedule(
    request: web.Request, requester: Requester, event: EventToDelay, delay_ms: int, txn_id: str | None
) -> web.StreamResponse:
    """Schedule an event and answer with its id."""
    try:
        delay_id = await delay_event(services(request).rooms, requester, event, delay_ms, txn_id)
    except MatrixError as error:
        if error.errcode != "M_MAX_DELAY_EXCEEDED":
            raise
        # COMPAT: clients look for it like this as long as the endpoint is unstable.
        named: JsonObject = {"org.matrix.msc4140.errcode": error.errcode}
        extra = {f"org.matrix.msc4140.{name}": value for name, value in error.extra.items()}
        raise MatrixError("M_UNKNOWN", error.status, error.message, **named, **extra) from error
    return json_response({"delay_id": delay_id})


@routes.post(UNSTABLE + "/delayed_events/{delayId}/{action}", limit=Action.ANONYMOUS)
async def post_action(request: web.Request) -> web.StreamResponse:
    """POST /delayed_events/{delayId}/{action}: restart, cancel or send."""
    await manage_delayed_event(
        services(request).rooms, path_param(request, "delayId"), path_param(request, "action")
    )
    return json_response({})


@routes.post(UNSTABLE + "/delayed_events/{delayId}", limit=Action.ANONYMOUS)
async def post_action_in_body(request: web.Request) -> web.StreamResponse:
    """POST /delayed_events/{delayId}: the same with the action in the body, as it was at first."""
    body = await read_body(request, ActionBody)
    if body.action not in ("restart", "cancel", "send"):
        raise InvalidParam("`action` is restart, cancel or send")
    await manage_delayed_event(services(request).rooms, path_param(request, "delayId"), body.action)
    return json_response({})


@routes.get(UNSTABLE + "/delayed_events/{delayId}")
async def get_one(request: web.Request) -> web.StreamResponse:
    """GET /delayed_events/{delayId}: one event of one's own."""
    requester = await require_user(request, guests=True)
    found = await get_delayed_event(
        services(request).rooms, requester.user_nid, path_param(request, "delayId")
    )
    return json_response(render(found))


@routes.get(UNSTABLE + "/delayed_events")
async def get_list(request: web.Request) -> web.StreamResponse:
    """GET /delayed_events: one's own, in the order in which they are or were to be sent."""
    requester = await require_user(request, guests=True)
    wanted = DelayedFilter(
        _is_finalised(request), request.query.getall("delay_id", None), query_str(request, "room_id"),
        query_str(request, "type"),
    )  # fmt: skip
    events, more = await list_delayed_events(
        services(request).rooms, requester.user_nid, wanted, _place(query_str(request, "from"))
    )
    body: JsonObject = {
        "delayed_events": [render(event) for event in events],
        # COMPAT: as they were listed at first.
        "scheduled": [render(event) for event in events if event.outcome is None],
        "finalised": [_render_finalised(event) for event in events if event.outcome is not None],
    }
    if more:
        body["next_batch"] = f"{events[-1].send_at_ms}_{events[-1].delay_id}"
    return json_response(body)


def render(event: DelayedEvent) -> JsonObject:
    """Return a delayed event as its user sees it, under the names of all versions of the proposal."""
    shown: JsonObject = {
        "delay_id": event.delay_id, "room_id": event.room_id, "type": event.type, "content": event.content,
        "delay": event.delay_ms, "delay_ms": event.delay_ms,
        "running_since": event.running_since_ms, "delayed_since_ts": event.running_since_ms,
    }  # fmt: skip
    if event.state_key is not None:
        shown["state_key"] = event.state_key
    if event.outcome is not None:
        ended = {"error": event.error, "event_id": event.event_id}
        present = {name: value for name, value in ended.items() if value is not None}
        shown |= {**present, "origin_server_ts": event.finalised_ms}
        shown["finalised"] = {**present, "finalised_ts": event.finalised_ms}
    return shown


def _render_finalised(event: DelayedEvent) -> JsonObject:
    is_error = event.outcome is Outcome.ERROR
    shown: JsonObject = {
        "delayed_event": render(event),
        "outcome": "cancel" if is_error else event.outcome,
        "reason": "error" if is_error else "action" if event.by_action else "delay",
        "origin_server_ts": event.finalised_ms,
    }
    if event.error is not None:
        shown["error"] = event.error
    if event.event_id is not None:
        shown["event_id"] = event.event_id
    return shown


def _is_finalised(request: web.Request) -> bool | None:
    status = query_str(request, "status")
    if status is None:
        return None
    if status not in set(Status):
        raise InvalidParam("`status` is scheduled or finalised")
    return status == Status.FINALISED


def _place(token: str | None) -> tuple[int, str]:
    if token is None:
        return BEGINNING
    time, _, delay_id = token.partition("_")
    if not (time.isascii() and time.isdigit() and len(time) < 19):
        raise InvalidParam("`from` is no token of this endpoint")
    return int(time), delay_id
