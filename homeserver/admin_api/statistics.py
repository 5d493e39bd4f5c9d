"""What takes the space: media by user, rooms by size.

Documented by Synapse as its statistics admin API.
"""

import orjson
from aiohttp import web

from homeserver.admin_api.pages import page_query, with_next
from homeserver.errors import InvalidParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_int, query_str
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.storage.admin_media import select_media_use
from homeserver.storage.admin_rooms import select_largest_rooms

routes = Routes()

ORDERS = ("user_id", "displayname", "media_count", "media_length")
LARGEST_ROOMS = 10


@routes.get("/_synapse/admin/v1/statistics/users/media")
async def users_media(request: web.Request) -> web.StreamResponse:
    """GET /statistics/users/media: how much who has uploaded."""
    await require_admin(request)
    page = page_query(request)
    order = query_str(request, "order_by", "user_id") or "user_id"
    if order not in ORDERS:
        raise InvalidParam(f"order_by must be one of {', '.join(ORDERS)}")
    span_ms = _time(request, "from_ts"), _time(request, "until_ts")
    async with services(request).db.acquire() as conn:
        found, total = await select_media_use(
            conn, span_ms, query_str(request, "search_term"), order,
            backwards=page.backwards, limit=page.limit, offset=page.offset,
        )  # fmt: skip
    body: JsonObject = {
        "users": [
            {
                "user_id": use.user_id,
                "displayname": None if use.display_name is None else orjson.loads(use.display_name),
                "media_count": use.files,
                "media_length": use.size_bytes,
            }
            for use in found
        ]
    }
    return json_response(with_next(body, page, len(found), total))


@routes.get("/_synapse/admin/v1/statistics/database/rooms")
async def largest_rooms(request: web.Request) -> web.StreamResponse:
    """GET /statistics/database/rooms: the rooms whose events take most space. Reads all of them."""
    await require_admin(request)
    async with services(request).db.acquire() as conn:
        largest = await select_largest_rooms(conn, LARGEST_ROOMS)
    return json_response({"rooms": [{"room_id": room, "estimated_size": size} for room, size in largest]})


def _time(request: web.Request, name: str) -> int | None:
    return query_int(request, name, 0) if name in request.query else None
