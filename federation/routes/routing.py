"""How endpoints for other servers are declared, whatever HTTP server carries them.

`routes = FederationRoutes()` at the top of a module, `@routes.get("/_matrix/federation/v1/…")` over each
handler, which is given who asks, already authenticated, and what.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol, TypeAlias

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import ServerName

DEFAULT_MAX_BODY: Final = 256 * 1024
MAX_INTEGER: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class FederationRequest:
    """One request. `origin` is empty where the endpoint takes requests without a signature.

    `params` are the variables of the path, percent-decoded; `query` has every value of each parameter.
    """

    origin: ServerName
    params: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    body: JsonValue = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def query_all(self, name: str) -> tuple[str, ...]:
        """Return every value of a query parameter."""
        return self.query.get(name, ())

    def optional_query(self, name: str) -> str | None:
        """Return the first value of a query parameter, None where there is none."""
        return next(iter(self.query_all(name)), None)

    def required_query(self, name: str) -> str:
        """Return the first value of a query parameter. Raises FederationRefusal M_MISSING_PARAM."""
        value = self.optional_query(name)
        if value is None:
            raise FederationRefusal(400, "M_MISSING_PARAM", f"{name} is required")
        return value

    def query_int(self, name: str, default: int, *, maximum: int = MAX_INTEGER) -> int:
        """Return a query parameter as an integer of at least 0; above `maximum` counts as `maximum`.

        Raises: FederationRefusal M_INVALID_PARAM.
        """
        value = self.optional_query(name)
        if value is None:
            return default
        if len(value) > 16 or not (value.isascii() and value.isdigit()):
            raise FederationRefusal(400, "M_INVALID_PARAM", f"{name} is not an integer of at least 0")
        return min(int(value), maximum)

    def query_bool(self, name: str, default: bool = False) -> bool:
        """Return a query parameter as true or false. Raises FederationRefusal M_INVALID_PARAM."""
        value = self.optional_query(name)
        if value is None:
            return default
        if value not in ("true", "false"):
            raise FederationRefusal(400, "M_INVALID_PARAM", f"{name} must be true or false")
        return value == "true"

    def object_body(self) -> JsonObject:
        """Return the body as a JSON object. Raises FederationRefusal M_BAD_JSON."""
        if not isinstance(self.body, dict):
            raise FederationRefusal(400, "M_BAD_JSON", "The body is not a JSON object")
        return self.body


@dataclass(frozen=True, slots=True)
class BytesAnswer:
    """An answer that is not JSON, piece by piece."""

    content_type: str
    chunks: AsyncIterable[bytes]


FederationAnswer: TypeAlias = JsonObject | list[JsonValue] | BytesAnswer
"""JSON, answered with status 200, or bytes. JSON may hold `orjson.Fragment`s of canonical events."""
FederationHandler: TypeAlias = Callable[[FederationContext, FederationRequest], Awaitable[FederationAnswer]]


@dataclass(frozen=True, slots=True)
class FederationRoute:
    """One method of one path. `signed` says that the origin must prove itself; `max_body` is in bytes.

    With `is_invite`, what one origin may send in a time is bounded: it may bring new rooms and users.
    """

    method: str
    path: str
    handler: FederationHandler
    signed: bool
    max_body: int
    is_invite: bool = False


class Declare(Protocol):
    """A method of `FederationRoutes` that is already told its HTTP method."""

    def __call__(
        self, path: str, *, signed: bool = ..., max_body: int = ..., is_invite: bool = ...
    ) -> Callable[[FederationHandler], FederationHandler]: ...


class FederationRoutes:
    """The routes of one module."""

    def __init__(self) -> None:
        self._routes: list[FederationRoute] = []
        self.get: Declare = partial(self.route, "GET")
        self.put: Declare = partial(self.route, "PUT")
        self.post: Declare = partial(self.route, "POST")

    def __iter__(self) -> Iterator[FederationRoute]:
        return iter(self._routes)

    def route(
        self,
        method: str,
        path: str,
        *,
        signed: bool = True,
        max_body: int = DEFAULT_MAX_BODY,
        is_invite: bool = False,
    ) -> Callable[[FederationHandler], FederationHandler]:
        """Declare the handler of `method` on `path`; several may be stacked over one handler."""

        def declare(handler: FederationHandler) -> FederationHandler:
            self._routes.append(FederationRoute(method, path, handler, signed, max_body, is_invite))
            return handler

        return declare
