"""The server at a glance: figures with a short history, checks in words, background work, configuration."""

import platform

import msgspec
from aiohttp import web

from homeserver import __version__
from homeserver.admin.background_work import BackgroundWork, list_background_work
from homeserver.admin.checks.run_checks import run_checks
from homeserver.admin.configuration import settings_in_force
from homeserver.admin.figures import SAMPLE_EVERY_S, Sample
from homeserver.admin.mail_test import try_mail
from homeserver.admin.space_used import SpaceUsed
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.storage.admin_sizes import select_database_version

routes = Routes()


class MailBody(msgspec.Struct):
    """POST /_parlour/admin/v1/mail/test."""

    address: str


@routes.get("/_parlour/admin/v1/overview")
async def get_overview(request: web.Request) -> web.StreamResponse:
    """GET /overview: what the server does now, its last half hour, and how much space it takes."""
    await require_admin(request)
    admin = services(request).admin
    space = await admin.space.get()
    workers = [
        {"name": name, "online": said.online, "memory_bytes": said.memory_bytes, "said_ms": said.said_ms}
        for name, said in admin.figures.workers.items()
    ]
    return json_response(
        {
            "server_name": admin.rooms.server_name,
            "base_url": admin.rooms.settings.public_baseurl,
            "version": __version__,
            "every_ms": int(SAMPLE_EVERY_S * 1000),
            "history": [_sample(sample) for sample in admin.figures.history],
            "workers": workers,
            "space": render_space(space),
        }
    )


@routes.get("/_parlour/admin/v1/checks", limit=Action.CHECK, waits=True)
async def get_checks(request: web.Request) -> web.StreamResponse:
    """GET /checks: whether people and other servers reach this one; asks the network, so it takes a while."""
    await require_admin(request)
    findings = await run_checks(services(request).admin)
    return json_response(
        {
            "checks": [
                {
                    "check": finding.check,
                    "finding": finding.name,
                    "result": finding.result.value,
                    "words": finding.words,
                    "advice": finding.advice,
                    "values": dict(finding.values),
                }
                for finding in findings
            ]
        }
    )


@routes.post("/_parlour/admin/v1/mail/test", limit=Action.CHECK, waits=True)
async def post_test_mail(request: web.Request) -> web.StreamResponse:
    """POST /mail/test: hand a mail to the mail server now, and say what it says to it."""
    await require_admin(request)
    body = await read_body(request, MailBody)
    await try_mail(services(request).admin, body.address)
    return json_response({})


@routes.get("/_parlour/admin/v1/work")
async def get_work(request: web.Request) -> web.StreamResponse:
    """GET /work: what goes on in the background, how far it is, and what ended lately."""
    await require_admin(request)
    work = await list_background_work(services(request).admin)
    return json_response({"work": [_work(entry) for entry in work]})


@routes.get("/_parlour/admin/v1/configuration")
async def get_configuration(request: web.Request) -> web.StreamResponse:
    """GET /configuration: every key with its value, secrets left out, and what the server runs on."""
    await require_admin(request)
    here = services(request)
    async with here.db.acquire() as conn:
        database = await select_database_version(conn)
    settings = [
        {
            "key": entry.key,
            "value": entry.value,
            "meaning": entry.meaning,
            "is_set": entry.is_set,
            "is_default": entry.is_default,
            "is_secret": entry.is_secret,
        }
        for entry in settings_in_force(here.settings)
    ]
    return json_response(
        {
            "version": __version__,
            "python": platform.python_version(),
            "database": {"version": database, "embedded": here.settings.database_url is None},
            "settings": settings,
        }
    )


def render_space(space: SpaceUsed) -> JsonObject:
    """Return what takes how much space, for the overview and for the page about media."""
    media = space.media
    return {
        "database_bytes": space.database_bytes,
        "media_bytes": media.stored_bytes,
        "disk": None
        if space.disk is None
        else {"total_bytes": space.disk.total_bytes, "free_bytes": space.disk.free_bytes},
        "media": {
            "local": {"files": media.local_files, "bytes": media.local_bytes},
            "remote": {"files": media.remote_files, "bytes": media.remote_bytes},
            "quarantined_files": media.quarantined_files,
            "deleting_files": media.deleting_files,
        },
    }


def _sample(sample: Sample) -> JsonObject:
    return {
        "at_ms": sample.at_ms,
        "messages_per_s": round(sample.messages_per_s, 3),
        "delivery_ms": None if sample.delivery_ms is None else round(sample.delivery_ms, 2),
        "online": sample.online,
        "memory_bytes": sample.memory_bytes,
    }


def _work(entry: BackgroundWork) -> JsonObject:
    return {
        "kind": entry.kind,
        "subject": entry.subject,
        "name": entry.name,
        "status": entry.status,
        "done": entry.done,
        "total": entry.total,
        "left": entry.left,
        "error": entry.error,
        "job_id": entry.job_id,
        "created_ms": entry.created_ms,
        "finished_ms": entry.finished_ms,
    }
