"""The client-server API: one file per family of endpoints, each with its `routes`.

A handler parses the request, calls one function of a service, renders the result.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from homeserver.http.routing import Route, Routes


def client_routes() -> Iterator[Route]:
    """Return the routes of every module of this package; being there is all a module has to do."""
    for info in sorted(iter_modules(__path__), key=lambda info: info.name):
        routes = getattr(import_module(f"{__name__}.{info.name}"), "routes", ())
        if isinstance(routes, Routes):
            yield from routes
