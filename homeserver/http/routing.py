"""How handlers are declared: one `Routes` per module, collected into one table per listener.

`routes = Routes()` at the top of a client_api module, `@routes.get("/_matrix/client/v3/…")` over each
handler. A path is written as in the specification: `{roomId}` takes one segment, percent-decoded and perhaps
empty (`/state/m.room.name/`); `{path*}`, as the last one, takes all that is left.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal, Protocol, TypeAlias

from aiohttp import web

from homeserver.http.rate_limits import Action
from homeserver.http.route_stats import RouteStats

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve: TypeAlias = Literal["client", "federation", "media", "web", "metrics", "health"]

DEFAULT_MAX_BODY: Final = 256 * 1024


@dataclass(frozen=True, eq=False, slots=True)
class Route:
    """One method of one path.

    `limit` is counted per user by `require_user`, or, for the actions in `BY_ADDRESS`, per address before the
    handler runs. `max_body` is in bytes and bounds what `read_bytes` and its kin accept. `waits` says that
    the endpoint takes its time on purpose (long polls), so that it is not logged as slow. `cors`: scripts of
    other sites may read the answer.
    """

    method: str
    path: str
    handler: Handler
    serve: Serve
    limit: Action = Action.OTHER
    max_body: int = DEFAULT_MAX_BODY
    waits: bool = False
    cors: bool = True
    stats: RouteStats = field(default_factory=RouteStats)


@dataclass(frozen=True, slots=True)
class Match:
    """The route that a request was led to, and the variables of its path."""

    route: Route
    params: dict[str, str]


MATCH: web.RequestKey[Match] = web.RequestKey("match", Match)


class Declare(Protocol):
    """A method of `Routes` that is already told its HTTP method."""

    def __call__(
        self, path: str, *, limit: Action = ..., max_body: int = ..., waits: bool = ...
    ) -> Callable[[Handler], Handler]: ...


class Routes:
    """The routes of one module, all of them for the same kind of listener.

    `get` answers HEAD as well. `cors` is False for pages that know their visitors by cookies: they
    are nothing for scripts of other sites.
    """

    def __init__(self, serve: Serve = "client", *, cors: bool = True) -> None:
        self._serve: Serve = serve
        self._cors = cors
        self._routes: list[Route] = []
        self.get: Declare = partial(self.route, "GET")
        self.put: Declare = partial(self.route, "PUT")
        self.post: Declare = partial(self.route, "POST")
        self.delete: Declare = partial(self.route, "DELETE")

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def route(
        self,
        method: str,
        path: str,
        *,
        limit: Action = Action.OTHER,
        max_body: int = DEFAULT_MAX_BODY,
        waits: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare the handler of `method` on `path`; several may be stacked over one handler."""

        def declare(handler: Handler) -> Handler:
            self._routes.append(Route(method, path, handler, self._serve, limit, max_body, waits, self._cors))
            return handler

        return declare


def path_param(request: web.Request, name: str) -> str:
    """Return a variable of the path, percent-decoded; it may be empty, and holds no U+0000."""
    return request[MATCH].params[name]
