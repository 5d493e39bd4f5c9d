"""Following threads: which ones a user wants to hear of.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4306
Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4308
"""

from enum import StrEnum

from aiohttp import web
from msgspec import Struct

from federation.protocol.ids import EventId
from homeserver.client_api.history_params import room_or_not_found, viewer_of
from homeserver.errors import MissingParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_enum, query_int, query_str, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.thread_subscriptions import get_subscription, subscribe, unsubscribe
from homeserver.sync.sliding.thread_subscriptions import MAX_PAGE, page_of_thread_subscriptions
from homeserver.sync.tokens import parse_stream_position

SUBSCRIPTION = "/_matrix/client/unstable/io.element.msc4306/rooms/{roomId}/thread/{eventId}/subscription"

routes = Routes()


class Direction(StrEnum):
    """Pages go backwards only."""

    BACKWARDS = "b"


class SubscriptionBody(Struct, frozen=True):
    """`automatic` is the event for which a client subscribes without being told."""

    automatic: EventId | None = None


@routes.get(SUBSCRIPTION)
async def get_thread_subscription(request: web.Request) -> web.StreamResponse:
    """Tell whether the user follows a thread."""
    requester = await require_user(request)
    root_id = EventId(path_param(request, "eventId"))
    found = await get_subscription(
        services(request).rooms, viewer_of(requester), await room_or_not_found(request), root_id
    )
    return json_response({"automatic": found.automatic})


@routes.put(SUBSCRIPTION)
async def put_thread_subscription(request: web.Request) -> web.StreamResponse:
    """Follow a thread."""
    requester = await require_user(request)
    root_id = EventId(path_param(request, "eventId"))
    body = await read_body(request, SubscriptionBody, optional=True)
    await subscribe(
        services(request).rooms,
        viewer_of(requester),
        await room_or_not_found(request),
        root_id,
        body.automatic,
    )
    return json_response({})


@routes.delete(SUBSCRIPTION)
async def delete_thread_subscription(request: web.Request) -> web.StreamResponse:
    """Do not follow a thread any more."""
    requester = await require_user(request)
    root_id = EventId(path_param(request, "eventId"))
    await unsubscribe(
        services(request).rooms, viewer_of(requester), await room_or_not_found(request), root_id
    )
    return json_response({})


@routes.get("/_matrix/client/unstable/io.element.msc4308/thread_subscriptions")
async def get_thread_subscriptions(request: web.Request) -> web.StreamResponse:
    """List changes that sliding sync had no place for, the newest first."""
    requester = await require_user(request)
    if query_str(request, "dir") is None:
        raise MissingParam("dir is required")
    query_enum(request, "dir", Direction, Direction.BACKWARDS)
    limit = query_int(request, "limit", MAX_PAGE, minimum=1, maximum=MAX_PAGE)
    to = query_str(request, "to")
    since = 0 if to is None else parse_stream_position(to)
    page = await page_of_thread_subscriptions(
        services(request).sync, requester.user_nid, query_str(request, "from"), since, limit
    )
    return json_response(page)
