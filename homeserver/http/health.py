"""Whether this process can do its work, for load balancers and service managers."""

import asyncio
from typing import Final

from aiohttp import web

from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.routing import Routes
from homeserver.storage.db import DatabaseUnavailable
from homeserver.storage.migrate import is_served, newest_version

DATABASE_TIMEOUT_S: Final = 2.0


def health_routes() -> Routes:
    """Return the routes of the health check."""
    routes = Routes("health")
    routes.get("/health/live")(live)
    routes.get("/health/ready")(ready)
    routes.get("/health")(ready)
    return routes


async def live(request: web.Request) -> web.StreamResponse:
    """Answer 200: the process does. A server that is not live is to be killed and started again."""
    return json_response({"status": "ok"})


async def ready(request: web.Request) -> web.StreamResponse:
    """Answer 200 while this process can do its work and is not about to end, else 503."""
    here = services(request)
    if here.draining.is_set():
        return json_response({"status": "draining"}, status=503)
    try:
        async with asyncio.timeout(DATABASE_TIMEOUT_S), here.db.acquire() as conn:
            served = await is_served(conn, newest_version())
    except (DatabaseUnavailable, TimeoutError):
        return json_response({"status": "database unavailable"}, status=503)
    if not served:
        return json_response({"status": "database needs a newer server"}, status=503)
    return json_response({"status": "ok"})
