"""The server itself: its version, and its work in the background."""

from aiohttp import web

from homeserver import __version__
from homeserver.errors import InvalidParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_str
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.storage.jobs import Job, JobStatus, select_jobs

routes = Routes()


@routes.get("/_synapse/admin/v1/server_version", limit=Action.ANONYMOUS)
async def server_version(request: web.Request) -> web.StreamResponse:
    """GET /server_version: as other servers are told it, so without a log-in."""
    return json_response({"server_version": f"Parlour {__version__}"})


@routes.get("/_synapse/admin/v1/scheduled_tasks")
async def scheduled_tasks(request: web.Request) -> web.StreamResponse:
    """GET /scheduled_tasks: the work that administrators have asked for, the newest first."""
    await require_admin(request)
    wanted = query_str(request, "job_status")
    if wanted is not None and wanted not in set(JobStatus):
        raise InvalidParam(f"job_status must be one of {', '.join(JobStatus)}")
    async with services(request).db.acquire() as conn:
        jobs = await select_jobs(conn, None if wanted is None else [JobStatus(wanted)])
    action, subject = query_str(request, "action_name"), query_str(request, "resource_id")
    shown = [_render(job) for job in jobs if action in (None, job.kind) and subject in (None, job.subject)]
    return json_response({"scheduled_tasks": shown})


@routes.get("/_synapse/admin/v1/background_updates/status")
async def background_updates(request: web.Request) -> web.StreamResponse:
    """GET /background_updates/status: migrations are done before the server answers, so none is under way."""
    await require_admin(request)
    return json_response({"enabled": True, "current_updates": {}})


def _render(job: Job) -> JsonObject:
    return {
        "id": job.job_id,
        "action": job.kind,
        "status": job.status.value,
        "timestamp_ms": job.created_ms,
        "resource_id": job.subject,
        "result": job.progress,
        "error": job.error,
    }
