"""Files of everybody: how much space they take, the largest, the oldest, those in quarantine; retention."""

from typing import Final

from aiohttp import web

from homeserver.admin_api.overview import render_space
from homeserver.admin_api.pages import page_query, query_flag, with_next
from homeserver.errors import InvalidParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_bool, query_str
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.retention.run_now import run_retention
from homeserver.storage.admin_media import ListedFile, MediaFilter, select_media_files

routes = Routes()

ORDERS: Final = ("created", "last_access", "size")


@routes.get("/_parlour/admin/v1/media")
async def list_media(request: web.Request) -> web.StreamResponse:
    """GET /media: the files of this server and the copies of others', in the order that is asked for."""
    await require_admin(request)
    here, page = services(request), page_query(request, default_limit=50, default_dir="b")
    order = query_str(request, "order_by", "created") or "created"
    if order not in ORDERS:
        raise InvalidParam(f"order_by must be one of {', '.join(ORDERS)}")
    wanted = MediaFilter(
        query_flag(request, "local"), query_bool(request, "quarantined"), order, page.backwards
    )
    async with here.db.acquire() as conn:
        found, total = await select_media_files(
            conn, here.server_name, wanted, limit=page.limit, offset=page.offset
        )
    body: JsonObject = {"media": [_render(file) for file in found]}
    return json_response(with_next(body, page, len(found), total))


@routes.get("/_parlour/admin/v1/media/space")
async def get_space(request: web.Request) -> web.StreamResponse:
    """GET /media/space: how much space files and database take, and how long files are kept."""
    await require_admin(request)
    here = services(request)
    retention = here.settings.retention
    space = render_space(await here.admin.space.get())
    for name in ("local_media", "remote_media", "messages"):
        kept = getattr(retention, name)
        space[f"{name}_kept_ms"] = None if kept is None else int(kept.total_seconds() * 1000)
    return json_response(space)


@routes.post("/_parlour/admin/v1/retention/run", limit=Action.CHECK)
async def run(request: web.Request) -> web.StreamResponse:
    """POST /retention/run: delete now what has had its time; null where that is under way already."""
    await require_admin(request)
    here = services(request)
    here.admin.space.forget()
    return json_response({"job_id": await run_retention(here.retention)})


def _render(file: ListedFile) -> JsonObject:
    return {
        "origin": file.origin,
        "media_id": file.media_id,
        "user_id": file.user_id,
        "media_type": file.content_type,
        "upload_name": file.upload_name,
        "size_bytes": file.size_bytes,
        "created_ms": file.created_ms,
        "last_access_ms": file.last_access_ms,
        "quarantined": file.quarantined,
        "protected": file.protected,
    }
