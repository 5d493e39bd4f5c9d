"""What other servers may ask of us: one module per endpoint family. Handlers parse, ask and render."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from federation.routes.routing import FederationRoute, FederationRoutes


def federation_routes() -> Iterator[FederationRoute]:
    """Yield the routes of every module of this package: a module only has to name its `routes`."""
    for module in iter_modules(__path__, f"{__name__}."):
        routes = getattr(import_module(module.name), "routes", None)
        if isinstance(routes, FederationRoutes):
            yield from routes
