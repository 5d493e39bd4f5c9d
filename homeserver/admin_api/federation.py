"""Other servers: which fail or are behind, which rooms are shared with them.

Documented by Synapse as its federation admin API.
"""

from aiohttp import web

from federation.protocol.ids import parse_server_name
from homeserver.admin_api.pages import page_query, with_next
from homeserver.errors import InvalidParam, NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response, query_str
from homeserver.http.requester import require_admin
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.storage.admin_federation import (
    ORDERS,
    KnownServer,
    select_known_server,
    select_known_servers,
)
from homeserver.storage.destinations import ask_for_retry
from homeserver.storage.room_servers import select_rooms_of_server

routes = Routes()


@routes.get("/_synapse/admin/v1/federation/destinations")
async def list_destinations(request: web.Request) -> web.StreamResponse:
    """GET /federation/destinations: the servers that share rooms with this one, or fail."""
    await require_admin(request)
    page = page_query(request)
    order = query_str(request, "order_by", "destination") or "destination"
    if order not in ORDERS:
        raise InvalidParam(f"order_by must be one of {', '.join(ORDERS)}")
    term, here = query_str(request, "destination"), services(request)
    async with here.db.acquire() as conn:
        found, total = await select_known_servers(
            conn, here.server_name, term, order,
            backwards=page.backwards, limit=page.limit, offset=page.offset,
        )  # fmt: skip
    body: JsonObject = {"destinations": [_render(server) for server in found]}
    return json_response(with_next(body, page, len(found), total))


@routes.get("/_synapse/admin/v1/federation/destinations/{destination}")
async def get_destination(request: web.Request) -> web.StreamResponse:
    """GET /federation/destinations/{destination}."""
    await require_admin(request)
    return json_response(_render(await _server(request)))


@routes.get("/_synapse/admin/v1/federation/destinations/{destination}/rooms")
async def get_rooms(request: web.Request) -> web.StreamResponse:
    """GET /federation/destinations/{destination}/rooms: the rooms that are shared with a server."""
    await require_admin(request)
    page, server, here = page_query(request), await _server(request), services(request)
    async with here.db.acquire() as conn:
        nids = await select_rooms_of_server(conn, server.server)
    rooms = await here.rooms.names.rooms(set(nids))
    ids = sorted((room.room_id for room in rooms.values()), reverse=page.backwards)
    shown = ids[page.offset : page.offset + page.limit]
    body: JsonObject = {
        "rooms": [{"room_id": room_id, "stream_ordering": server.cursor or 0} for room_id in shown]
    }
    return json_response(with_next(body, page, len(shown), len(ids)))


@routes.post("/_synapse/admin/v1/federation/destinations/{destination}/reset_connection")
async def reset_connection(request: web.Request) -> web.StreamResponse:
    """POST /federation/destinations/{destination}/reset_connection: try a failing server again at once."""
    await require_admin(request)
    server = await _server(request)
    async with services(request).db.acquire() as conn:
        if not await ask_for_retry(conn, server.server):
            raise InvalidParam("The server does not fail: it is sent everything as it comes")
    return json_response({})


async def _server(request: web.Request) -> KnownServer:
    here = services(request)
    name = parse_server_name(path_param(request, "destination"))
    async with here.db.acquire() as conn:
        found = await select_known_server(conn, name)
    if found is None:
        raise NotFound("This server has nothing to do with that one")
    return found


def _render(server: KnownServer) -> JsonObject:
    return {
        "destination": server.server,
        "retry_last_ts": 0 if server.retry_at_ms is None else server.retry_at_ms - (server.interval_ms or 0),
        "retry_interval": server.interval_ms or 0,
        "failure_ts": server.failing_since_ms,
        "last_successful_stream_ordering": server.cursor,
    }
