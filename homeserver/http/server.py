"""One HTTP server per set of resources: the routes it serves, behind one dispatcher."""

from collections.abc import Iterable
from dataclasses import replace

from homeserver.http.context import Services
from homeserver.http.dispatch import Dispatcher
from homeserver.http.health import health_routes
from homeserver.http.metrics import metrics_routes
from homeserver.http.protocol import HttpServer
from homeserver.http.route_stats import RouteStats
from homeserver.http.routing import Route, Serve


def build_servers(
    services: Services, kinds: Iterable[frozenset[Serve]], routes: Iterable[Route]
) -> dict[frozenset[Serve], HttpServer]:
    """Build a server for each distinct set of resources that some listener serves.

    /health and /metrics are added to `routes`. Every call counts requests anew.
    """
    told = [replace(route, stats=RouteStats()) for route in (*routes, *health_routes())]
    everything = [*told, *metrics_routes(told)]
    servers: dict[frozenset[Serve], HttpServer] = {}
    for serve in kinds:
        if serve not in servers:
            dispatcher = Dispatcher(services, serve, everything)
            told.append(dispatcher.unmatched)
            servers[serve] = HttpServer(dispatcher)
    return servers
