"""Speak to users in the server's name, and take back what they have sent."""

import msgspec
from aiohttp import web

from federation.protocol.ids import parse_room_id, parse_user_id
from homeserver.accounts.find import find_account
from homeserver.admin.redact_user import REDACT_USER, redact_user
from homeserver.admin.send_notice import send_notice
from homeserver.admin.whois import whois
from homeserver.client_api.whois import render_device
from homeserver.errors import NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.jobs import select_job

routes = Routes()


class NoticeBody(msgspec.Struct):
    """POST /_synapse/admin/v1/send_server_notice."""

    user_id: str
    content: JsonObject
    type: str = "m.room.message"
    state_key: str | None = None


class RedactBody(msgspec.Struct):
    """POST /_synapse/admin/v1/user/{userId}/redact; no rooms means all of them."""

    rooms: list[str] = []
    reason: str | None = None
    limit: int | None = None


@routes.post("/_synapse/admin/v1/send_server_notice")
async def notice(request: web.Request) -> web.StreamResponse:
    """POST /send_server_notice: tell a user of this server something."""
    await require_admin(request)
    body = await read_body(request, NoticeBody)
    event_id = await send_notice(
        services(request).admin,
        parse_user_id(body.user_id),
        body.content,
        type_=body.type,
        state_key=body.state_key,
    )
    return json_response({"event_id": event_id})


@routes.post("/_synapse/admin/v1/user/{userId}/redact")
async def redact(request: web.Request) -> web.StreamResponse:
    """POST /user/{userId}/redact: have what a user has sent redacted; answers with the id of that work."""
    admin = await require_admin(request)
    body = await read_body(request, RedactBody)
    job_id = await redact_user(
        services(request).admin,
        admin.user_id,
        parse_user_id(path_param(request, "userId")),
        room_ids=[parse_room_id(room) for room in body.rooms],
        reason=body.reason,
        limit=body.limit,
    )
    return json_response({"redact_id": job_id})


@routes.get("/_synapse/admin/v1/user/redact_status/{redactId}")
async def redact_status(request: web.Request) -> web.StreamResponse:
    """GET /user/redact_status/{redactId}: how far that is, and what could not be redacted."""
    await require_admin(request)
    async with services(request).db.acquire() as conn:
        job = await select_job(conn, path_param(request, "redactId"))
    if job is None or job.kind != REDACT_USER:
        raise NotFound("There is no such work")
    return json_response({"status": job.status.value, "failed_redactions": job.progress.get("failed", {})})


@routes.get("/_synapse/admin/v1/whois/{userId}")
async def get_whois(request: web.Request) -> web.StreamResponse:
    """GET /whois/{userId}: from where a user connects."""
    await require_admin(request)
    here = services(request).accounts
    account = await find_account(here, path_param(request, "userId"))
    devices = await whois(here, account.user_nid)
    rendered = {device.device_id: render_device(device) for device in devices}
    return json_response({"user_id": account.user_id, "devices": rendered})
