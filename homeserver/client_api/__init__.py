"""The client-server API: one module per endpoint family. Handlers parse, call one service and render."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from homeserver.http.routing import Route, Routes


def client_routes() -> Iterator[Route]:
    """Yield the routes of every module of this package: a module only has to name its `routes`."""
    for module in iter_modules(__path__, f"{__name__}."):
        routes = getattr(import_module(module.name), "routes", None)
        if isinstance(routes, Routes):
            yield from routes
