"""Finding the routes of a package of endpoint families."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from homeserver.http.routing import Route, Routes


def find_routes(package: ModuleType) -> Iterator[Route]:
    """Yield the routes of every module of a package: a module only has to name its `routes`."""
    for module in iter_modules(package.__path__, f"{package.__name__}."):
        routes = getattr(import_module(module.name), "routes", None)
        if isinstance(routes, Routes):
            yield from routes
