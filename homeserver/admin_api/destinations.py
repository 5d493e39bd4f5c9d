"""Other servers, as the admin page shows them: how they do, and looking into one of them."""

import asyncio
from typing import Final

from aiohttp import web

from federation.protocol.ids import parse_server_name
from federation.transport.check_server import check_server
from homeserver.admin_api.pages import page_query, with_next
from homeserver.errors import MatrixError
from homeserver.http.context import services
from homeserver.http.params import json_response, query_bool, query_str
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.admin_destinations import (
    Destination,
    count_waiting,
    select_destinations_page,
)

routes = Routes()

DEFAULT_PAGE: Final = 50
COUNTED_PER_PAGE: Final = 20
"""Of servers that are behind, how many have what waits for them counted: each count reads many rows."""
CHECK_WITHIN_S: Final = 60.0


@routes.get("/_parlour/admin/v1/federation/destinations")
async def list_destinations(request: web.Request) -> web.StreamResponse:
    """GET /federation/destinations: other servers, those that fail or are behind first."""
    await require_admin(request)
    here, page = services(request), page_query(request, default_limit=DEFAULT_PAGE)
    only_troubled = query_bool(request, "troubled")
    async with here.db.acquire() as conn:
        found, total = await select_destinations_page(
            conn, here.server_name, query_str(request, "search_term"),
            only_troubled=only_troubled, limit=page.limit, offset=page.offset,
        )  # fmt: skip
        behind = [(server.server, server.cursor) for server in found if server.cursor is not None]
        waiting = {
            server: await count_waiting(conn, here.server_name, server, cursor)
            for server, cursor in behind[:COUNTED_PER_PAGE]
        }
    destinations = [_render(server, waiting.get(server.server)) for server in found]
    body: JsonObject = {"destinations": destinations, "enabled": here.settings.federation.enabled}
    return json_response(with_next(body, page, len(found), total))


@routes.get("/_parlour/admin/v1/federation/check/{serverName}", limit=Action.CHECK, waits=True)
async def check(request: web.Request) -> web.StreamResponse:
    """GET /federation/check/{serverName}: find a server step by step, and say how long each step took."""
    await require_admin(request)
    here = services(request)
    server = parse_server_name(path_param(request, "serverName"))
    transport = here.admin.transport
    if transport is None:
        raise MatrixError("M_UNKNOWN", 400, "This server does not federate")
    loop = asyncio.get_running_loop()
    steps: list[JsonObject] = []
    before = loop.time()
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            async for finding in check_server(transport, server, here.clock.now_ms, sign=True):
                took_ms, before = (loop.time() - before) * 1000, loop.time()
                step = {"step": finding.step, "works": finding.works, "words": finding.words}
                steps.append({**step, "took_ms": round(took_ms, 1)})
    except TimeoutError:
        steps.append({"step": "time", "works": False, "words": "it took too long", "took_ms": None})
    return json_response({"server": server, "steps": steps})


def _render(server: Destination, waiting: int | None) -> JsonObject:
    return {
        "server": server.server,
        "failing_since_ms": server.failing_since_ms,
        "retry_at_ms": server.retry_at_ms,
        "retry_asked": server.retry_asked,
        "failure": server.failure,
        "behind_since_ms": server.behind_since_ms,
        "waiting": waiting if server.cursor is not None else 0,
        "last_answer_ms": server.answered_ms,
        "round_trip_ms": None if server.took_ms is None else round(server.took_ms, 1),
    }
