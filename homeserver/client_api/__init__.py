"""The client-server API: one module per endpoint family. Handlers parse, call one service and render."""

import sys
from collections.abc import Iterator

from homeserver.http.find_routes import find_routes
from homeserver.http.routing import Route


def client_routes() -> Iterator[Route]:
    """Yield the routes of every module of this package."""
    return find_routes(sys.modules[__name__])
