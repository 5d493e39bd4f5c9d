"""Delete rooms, purge their history, close them: work in the background, and how far it is.

Documented by Synapse as its rooms and purge history admin APIs.
"""

import asyncio
from typing import Final

import msgspec
from aiohttp import web

from federation.protocol.ids import EventId, parse_room_id, parse_user_id
from homeserver.admin.block_room import block_room, unblock_room
from homeserver.admin.block_room import get_block as get_room_block
from homeserver.admin_api.rooms import room_in_path
from homeserver.errors import NotFound, Unavailable
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_admin
from homeserver.http.routing import MATCH, Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.retention.delete_room import DELETE_ROOM, RoomDeletion, delete_room
from homeserver.retention.purge_history import PURGE_HISTORY, PurgeUpTo, purge_history
from homeserver.storage.jobs import Job, JobStatus, select_job, select_jobs_of

routes = Routes()

MAX_STATUSES: Final = 100
WAIT_S: Final = 60.0
LOOK_EVERY_S: Final = 0.2
STATUSES: Final = {JobStatus.CANCELLED: "failed"}
"""Jobs that ended in a way for which there is no word here."""


class DeleteBody(msgspec.Struct):
    """DELETE /_synapse/admin/v2/rooms/{roomId}."""

    new_room_user_id: str | None = None
    room_name: str | None = None
    message: str | None = None
    block: bool = False
    purge: bool = True
    force_purge: bool = False


class BlockBody(msgspec.Struct):
    """PUT /_synapse/admin/v1/rooms/{roomId}/block."""

    block: bool


class PurgeBody(msgspec.Struct):
    """POST /_synapse/admin/v1/purge_history/{roomId}."""

    delete_local_events: bool = False
    purge_up_to_event_id: str | None = None
    purge_up_to_ts: int | None = None


@routes.delete("/_synapse/admin/v2/rooms/{roomId}")
async def delete(request: web.Request) -> web.StreamResponse:
    """DELETE /rooms/{roomId}: have a room deleted; answers at once with the id of that work."""
    return json_response({"delete_id": await _delete(request)})


async def _delete(request: web.Request) -> str:
    admin = await require_admin(request)
    room = await room_in_path(request)
    body = await read_body(request, DeleteBody, optional=True)
    how = RoomDeletion(
        requester=admin.user_id,
        new_room_creator=None if body.new_room_user_id is None else parse_user_id(body.new_room_user_id),
        new_room_name=body.room_name,
        message=body.message,
        block=body.block,
        purge=body.purge,
        force=body.force_purge,
    )
    return await delete_room(services(request).retention, room.room_id, how)


@routes.delete("/_synapse/admin/v1/rooms/{roomId}", waits=True)
async def delete_and_wait(request: web.Request) -> web.StreamResponse:
    """DELETE /rooms/{roomId}, version 1: have a room deleted, and answer when that is done.

    Raises: Unavailable where it takes longer than a request may; the deletion goes on.
    """
    delete_id = await _delete(request)
    for _ in range(int(WAIT_S / LOOK_EVERY_S)):
        async with services(request).db.acquire() as conn:
            job = await select_job(conn, delete_id)
        if job is None or job.status not in (JobStatus.SCHEDULED, JobStatus.ACTIVE):
            break
        await asyncio.sleep(LOOK_EVERY_S)
    else:
        raise Unavailable("The deletion takes its time, and goes on: see the room's delete_status")
    if job is None or job.status is not JobStatus.COMPLETE:
        raise Unavailable("The deletion has failed" if job is None else job.error or "It has failed")
    return json_response(_deletion(job)["shutdown_room"])


@routes.get("/_synapse/admin/v2/rooms/delete_status/{deleteId}")
async def delete_status(request: web.Request) -> web.StreamResponse:
    """GET /rooms/delete_status/{deleteId}: how far a deletion is."""
    await require_admin(request)
    async with services(request).db.acquire() as conn:
        job = await select_job(conn, path_param(request, "deleteId"))
    if job is None or job.kind != DELETE_ROOM:
        raise NotFound("There is no such deletion")
    return json_response({**_deletion(job), "room_id": job.subject})


@routes.get("/_synapse/admin/v2/rooms/{roomId}/delete_status")
async def delete_statuses(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/delete_status: the deletions of a room, which may be gone already."""
    await require_admin(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    async with services(request).db.acquire() as conn:
        jobs = await select_jobs_of(conn, room_id, DELETE_ROOM, limit=MAX_STATUSES)
    if not jobs:
        raise NotFound("Nobody has had this room deleted")
    return json_response({"results": [{"delete_id": job.job_id, **_deletion(job)} for job in jobs]})


@routes.get("/_synapse/admin/v1/rooms/{roomId}/block")
async def get_block(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/block: whether a room is closed to the users of this server."""
    await require_admin(request)
    block = await get_room_block(services(request).admin, parse_room_id(path_param(request, "roomId")))
    body: JsonObject = {"block": block is not None}
    if block is not None and block.blocked_by is not None:
        body["user_id"] = block.blocked_by
    return json_response(body)


@routes.put("/_synapse/admin/v1/rooms/{roomId}/block")
async def put_block(request: web.Request) -> web.StreamResponse:
    """PUT /rooms/{roomId}/block: close a room, known or not, to the users of this server, or open it."""
    admin, here = await require_admin(request), services(request)
    room_id = parse_room_id(path_param(request, "roomId"))
    body = await read_body(request, BlockBody)
    if body.block:
        await block_room(here.admin, room_id, admin.user_id)
    else:
        await unblock_room(here.admin, room_id)
    return json_response({"block": body.block})


@routes.post("/_synapse/admin/v1/purge_history/{roomId}")
@routes.post("/_synapse/admin/v1/purge_history/{roomId}/{eventId}")
async def purge(request: web.Request) -> web.StreamResponse:
    """POST /purge_history/{roomId}[/{eventId}]: have the messages up to an event or a time deleted."""
    await require_admin(request)
    room = await room_in_path(request)
    body = await read_body(request, PurgeBody, optional=True)
    event_id = request[MATCH].params.get("eventId") or body.purge_up_to_event_id
    upto = PurgeUpTo(None if event_id is None else EventId(event_id), body.purge_up_to_ts)
    purge_id = await purge_history(
        services(request).retention, room.room_id, upto, delete_local_events=body.delete_local_events
    )
    return json_response({"purge_id": purge_id})


@routes.get("/_synapse/admin/v1/purge_history_status/{purgeId}")
async def purge_status(request: web.Request) -> web.StreamResponse:
    """GET /purge_history_status/{purgeId}: how far a purge is."""
    await require_admin(request)
    async with services(request).db.acquire() as conn:
        job = await select_job(conn, path_param(request, "purgeId"))
    if job is None or job.kind != PURGE_HISTORY:
        raise NotFound("There is no such purge")
    body: JsonObject = {"status": _status(job)}
    if job.error is not None:
        body["error"] = job.error
    return json_response(body)


def _deletion(job: Job) -> JsonObject:
    progress = job.progress
    body: JsonObject = {
        "status": _status(job),
        "shutdown_room": {
            "kicked_users": progress.get("kicked_users", []),
            "failed_to_kick_users": progress.get("failed_to_kick_users", []),
            "local_aliases": progress.get("local_aliases", []),
            "new_room_id": progress.get("new_room_id"),
        },
    }
    if job.error is not None:
        body["error"] = job.error
    return body


def _status(job: Job) -> str:
    return STATUSES.get(job.status, job.status.value)
