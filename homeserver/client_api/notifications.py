"""What a user was notified about.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3notifications
"""

from aiohttp import web

from homeserver.client_api.history_params import viewer_of
from homeserver.errors import InvalidParam
from homeserver.http.context import Services, services
from homeserver.http.params import json_response, query_int, query_str
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.pushers.list_notifications import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    NotificationPage,
    list_notifications,
)
from homeserver.rooms.render_event import render_events
from homeserver.rooms.viewer import Viewer

routes = Routes()

MAX_TOKEN_DIGITS = 18


@routes.get("/_matrix/client/v3/notifications")
async def get_notifications(request: web.Request) -> web.StreamResponse:
    """GET /notifications: the newest first."""
    requester = await require_user(request)
    here, viewer = services(request), viewer_of(requester)
    page = await list_notifications(
        here.pushers.ctx,
        viewer,
        before=_query_before(request),
        limit=query_int(request, "limit", DEFAULT_LIMIT, minimum=1, maximum=MAX_LIMIT),
        only_highlights="highlight" in (query_str(request, "only") or "").split(","),
    )
    return json_response(await _render(here, viewer, page))


async def _render(here: Services, viewer: Viewer, page: NotificationPage) -> JsonObject:
    events = [item.found.event for item in page.notifications]
    rendered = await render_events(here.rooms, events, viewer, with_room_id=False)
    rooms = await here.rooms.names.rooms({event.room_nid for event in events})
    body: JsonObject = {
        "notifications": [
            {
                "actions": item.found.actions,
                "event": event,
                "profile_tag": "",
                "read": item.is_read,
                "room_id": rooms[item.found.event.room_nid].room_id,
                "ts": item.found.event.origin_server_ts,
            }
            for item, event in zip(page.notifications, rendered, strict=True)
        ]
    }
    return body if page.next_before is None else body | {"next_token": f"n{page.next_before}"}


def _query_before(request: web.Request) -> int | None:
    token = query_str(request, "from")
    if not token:
        return None
    digits = token.removeprefix("n")
    if digits == token or not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_TOKEN_DIGITS:
        raise InvalidParam("from is not a token of this endpoint")
    return int(digits)
