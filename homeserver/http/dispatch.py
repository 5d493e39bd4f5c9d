"""The one function between a connection and a handler.

It is flat on purpose: each layer of middleware costs every request.
"""

from collections.abc import Iterable
from itertools import count
from secrets import token_hex
from time import monotonic
from typing import Final

import structlog
from aiohttp import web

from homeserver.errors import Unrecognized
from homeserver.http.context import SERVICES, Services
from homeserver.http.cors import CORS_HEADERS, CORS_KINDS, SERVER
from homeserver.http.errors import failure_response
from homeserver.http.rate_limits import BY_ADDRESS
from homeserver.http.route_table import RouteTable
from homeserver.http.routing import MATCH, Route, Serve

log = structlog.get_logger(__name__)

SLOW_REQUEST_S: Final = 2.0


class Dispatcher:
    """Answers every request of the listeners that serve the same kinds of endpoint.

    `unmatched` is what the requests for unknown endpoints are counted under.
    """

    def __init__(self, services: Services, serve: frozenset[Serve], routes: Iterable[Route]) -> None:
        self._services = services
        self._table = RouteTable(route for route in routes if route.serve in serve)
        self.unmatched = Route("*", "(unmatched)", _no_endpoint, "client" if serve & CORS_KINDS else "health")
        self._id_prefix = token_hex(4)
        self._ids = count(1)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        """Route, run the handler, turn what it raises into a response, add headers, count."""
        started = monotonic()
        request_id = f"{self._id_prefix}-{next(self._ids):x}"
        request[SERVICES] = self._services
        route = self.unmatched
        response: web.StreamResponse
        try:
            if request.method == "OPTIONS":
                response = web.Response(status=204)
            else:
                match = self._table.find(request.method, request.raw_path)
                route = match.route
                request[MATCH] = match
                if route.limit in BY_ADDRESS:
                    self._count_address(request, route)
                if not request.content.is_eof() and request.headers.get("Expect") == "100-continue":
                    await _ask_for_body(request)
                response = await route.handler(request)
        except Exception as error:  # noqa: BLE001 the one place where every failure becomes a response
            response = failure_response(error, request_id, route.path, begun=request.writer.output_size > 0)
        if not response.prepared:
            headers = response.headers
            headers["X-Request-Id"] = request_id
            if route.cors and route.serve in CORS_KINDS:
                headers.update(CORS_HEADERS)
            else:
                headers["Server"] = SERVER
        seconds = monotonic() - started
        route.stats.add(response.status, seconds)
        if seconds > SLOW_REQUEST_S and not route.waits:
            log.warning("slow_request", request_id=request_id, route=route.path, seconds=round(seconds, 3))
        return response

    def _count_address(self, request: web.Request, route: Route) -> None:
        limits = self._services.rate_limits
        if limits.enabled and not self._is_unlimited(request):
            limits.check_address(route.limit, self._services.addresses.of(request))

    def _is_unlimited(self, request: web.Request) -> bool:
        """Whether an application service asks that may do so as often as it likes."""
        known = self._services.appservices.known
        header = request.headers.get("Authorization") if known else None
        if header is None:
            return False
        registration = known.by_token(header[7:].strip())
        return registration is not None and not registration.rate_limited


async def _ask_for_body(request: web.Request) -> None:
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # what was written is no part of the response


async def _no_endpoint(request: web.Request) -> web.StreamResponse:
    raise Unrecognized(f"There is nothing at {request.path}")
