"""What users have reported: events, rooms and other users.

Documented by Synapse as its event reports and user reports admin APIs.
"""

from aiohttp import web

from federation.protocol.ids import EventId, RoomId, UserId
from homeserver.accounts.requester import Requester
from homeserver.admin.reports import delete_report, get_report, list_reports
from homeserver.admin_api.pages import page_query, with_next
from homeserver.errors import InvalidParam, NotFound
from homeserver.http.context import Services, services
from homeserver.http.params import json_response, query_str
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.rooms.render_event import render_events
from homeserver.rooms.viewer import Viewer
from homeserver.storage.events import select_events
from homeserver.storage.reports import Report, ReportFilter, ReportKind

routes = Routes()


@routes.get("/_synapse/admin/v1/event_reports")
async def list_event_reports(request: web.Request) -> web.StreamResponse:
    """GET /event_reports: reported events, the newest first."""
    room_id, sender = query_str(request, "room_id"), query_str(request, "event_sender_user_id")
    wanted = ReportFilter(
        kind=ReportKind.EVENT,
        room_id=None if room_id is None else RoomId(room_id),
        reporter=_reporter(request),
        about=None if sender is None else UserId(sender),
    )
    return await _list(request, wanted, "event_reports")


@routes.get("/_synapse/admin/v1/user_reports")
async def list_user_reports(request: web.Request) -> web.StreamResponse:
    """GET /user_reports: reported users, the newest first."""
    about = query_str(request, "target_user_id")
    wanted = ReportFilter(
        kind=ReportKind.USER,
        reporter=_reporter(request),
        about=None if about is None else UserId(about),
    )
    return await _list(request, wanted, "user_reports")


@routes.get("/_synapse/admin/v1/event_reports/{reportId}")
async def get_event_report(request: web.Request) -> web.StreamResponse:
    """GET /event_reports/{reportId}: a report, and the event as it is."""
    admin, here = await require_admin(request), services(request)
    report = await _one(request, ReportKind.EVENT)
    body = await _render(here, report)
    body["event_json"] = await _event(here, admin, report.event_id)
    return json_response(body)


@routes.get("/_synapse/admin/v1/user_reports/{reportId}")
async def get_user_report(request: web.Request) -> web.StreamResponse:
    """GET /user_reports/{reportId}."""
    await require_admin(request)
    return json_response(await _render(services(request), await _one(request, ReportKind.USER)))


@routes.delete("/_synapse/admin/v1/event_reports/{reportId}")
async def delete_event_report(request: web.Request) -> web.StreamResponse:
    """DELETE /event_reports/{reportId}: settle a report."""
    await require_admin(request)
    await delete_report(services(request).admin, (await _one(request, ReportKind.EVENT)).report_id)
    return json_response({})


@routes.delete("/_synapse/admin/v1/user_reports/{reportId}")
async def delete_user_report(request: web.Request) -> web.StreamResponse:
    """DELETE /user_reports/{reportId}: settle a report."""
    await require_admin(request)
    await delete_report(services(request).admin, (await _one(request, ReportKind.USER)).report_id)
    return json_response({})


@routes.get("/_parlour/admin/v1/room_reports")
async def list_room_reports(request: web.Request) -> web.StreamResponse:
    """GET /room_reports: reported rooms, the newest first."""
    room_id = query_str(request, "room_id")
    wanted = ReportFilter(
        kind=ReportKind.ROOM,
        room_id=None if room_id is None else RoomId(room_id),
        reporter=_reporter(request),
    )
    return await _list(request, wanted, "room_reports")


@routes.delete("/_parlour/admin/v1/room_reports/{reportId}")
async def delete_room_report(request: web.Request) -> web.StreamResponse:
    """DELETE /room_reports/{reportId}: settle a report."""
    await require_admin(request)
    await delete_report(services(request).admin, (await _one(request, ReportKind.ROOM)).report_id)
    return json_response({})


async def _list(request: web.Request, wanted: ReportFilter, key: str) -> web.StreamResponse:
    await require_admin(request)
    here, page = services(request), page_query(request, default_dir="b")
    found, total = await list_reports(
        here.admin, wanted, limit=page.limit, offset=page.offset, newest_first=page.backwards
    )
    body: JsonObject = {key: [await _render(here, report) for report in found]}
    return json_response(with_next(body, page, len(found), total))


async def _one(request: web.Request, kind: ReportKind) -> Report:
    text = path_param(request, "reportId")
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise InvalidParam("The id of a report is a number")
    report = await get_report(services(request).admin, int(text))
    if report.kind is not kind:
        raise NotFound("There is no such report")
    return report


async def _event(here: Services, admin: Requester, event_id: EventId | None) -> object:
    if event_id is None:
        return None
    async with here.db.acquire() as conn:
        event = (await select_events(conn, [event_id])).get(event_id)
    viewer = Viewer(admin.user_id, admin.user_nid, sees_everything=True)
    return None if event is None else (await render_events(here.rooms, [event], viewer))[0]


async def _render(here: Services, report: Report) -> JsonObject:
    body: JsonObject = {
        "id": report.report_id,
        "received_ts": report.received_ts,
        "user_id": report.reporter,
        "reason": report.reason,
    }
    if report.kind is ReportKind.USER:
        return {**body, "target_user_id": report.user_id}
    room = None if report.room_id is None else await here.rooms.names.room(report.room_id)
    summary = None if room is None else await here.rooms.summaries.of_room(room.nid)
    return {
        **body,
        "room_id": report.room_id,
        "event_id": report.event_id,
        "sender": report.sender,
        "score": report.score,
        "name": None if summary is None else summary.name,
        "canonical_alias": None if summary is None else summary.canonical_alias,
    }


def _reporter(request: web.Request) -> UserId | None:
    user_id = query_str(request, "user_id")
    return None if user_id is None else UserId(user_id)
