"""Administration over HTTP: Synapse's admin API where tools use it. One module per endpoint family."""

import sys
from collections.abc import Iterator

from homeserver.http.find_routes import find_routes
from homeserver.http.routing import Route


def admin_routes() -> Iterator[Route]:
    """Yield the routes of every module of this package."""
    return find_routes(sys.modules[__name__])
