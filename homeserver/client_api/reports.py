"""Reports of rooms, events and users.

Spec: https://spec.matrix.org/v1.19/client-server-api/#reporting-content
"""

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_event_id, parse_room_id, parse_user_id
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param
from homeserver.rooms.report import report_event, report_room, report_user

routes = Routes()


class ReportBody(msgspec.Struct):
    """Why something is reported; it may be blank."""

    reason: str


class EventReportBody(msgspec.Struct):
    """Why an event is reported, and, from older clients, how bad it is, from -100 to 0."""

    reason: str | None = None
    score: int | None = None


@routes.post("/_matrix/client/v3/rooms/{roomId}/report", limit=Action.REPORT)
async def post_room_report(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/report: report a room."""
    requester = await require_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, ReportBody)
    await report_room(services(request).rooms, requester, room_id, body.reason)
    return json_response({})


@routes.post("/_matrix/client/v3/rooms/{roomId}/report/{eventId}", limit=Action.REPORT)
async def post_event_report(request: web.Request) -> web.StreamResponse:
    """POST /rooms/{roomId}/report/{eventId}: report an event."""
    requester = await require_user(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    event_id = parse_event_id(path_param(request, "eventId"))
    body = await read_body(request, EventReportBody, optional=True)
    score = None if body.score is None else max(-100, min(body.score, 0))
    await report_event(services(request).rooms, requester, room_id, event_id, body.reason or "", score)
    return json_response({})


@routes.post("/_matrix/client/v3/users/{userId}/report", limit=Action.REPORT)
async def post_user_report(request: web.Request) -> web.StreamResponse:
    """POST /users/{userId}/report: report a user."""
    requester = await require_user(request)
    user_id = parse_user_id(path_param(request, "userId"))
    body = await read_body(request, ReportBody)
    await report_user(services(request).rooms, requester, user_id, body.reason)
    return json_response({})
