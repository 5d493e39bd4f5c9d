"""From a server name to where its server is, and to how it must prove itself.

Spec: https://spec.matrix.org/v1.19/server-server-api/#resolving-server-names
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from typing import Final, Protocol

from federation.protocol.errors import InvalidIdentifier
from federation.protocol.ids import ServerName
from federation.transport.coalesce import AgingCache, Coalesced
from federation.transport.resolver import Service
from federation.transport.server_names import is_literal, split_server_name
from federation.transport.well_known import WellKnown

DEFAULT_PORT: Final = 8448
MAX_ENDPOINTS: Final = 4
SERVICES_KEPT_MS: Final = 5 * 60_000
FAILURE_KEPT_MS: Final = 60_000
MAX_KEPT: Final = 20_000


@unique
class FoundBy(Enum):
    """Which step of the specification led to a server."""

    ADDRESS = "its name is an address"
    PORT = "its name has a port"
    SERVICE = "an SRV record of _matrix-fed._tcp"
    OLD_SERVICE = "an SRV record of _matrix._tcp, which is deprecated"
    DEFAULT = f"neither a port nor an SRV record, so port {DEFAULT_PORT}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host, name or address, and a port to connect to."""

    host: str
    port: int

    @property
    def authority(self) -> str:
        """The endpoint as it stands in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Route:
    """How to reach a server: `endpoints` to try in turn, the Host header, the name its certificate is for.

    `well_known` is what the domain's file said, None where it is not asked for.
    """

    endpoints: tuple[Endpoint, ...]
    host_header: str
    tls_name: str
    found_by: FoundBy
    well_known: WellKnown | None = None


class Undiscoverable(OSError):
    """There is no way to reach a server; the message says why."""


class FindsDelegation(Protocol):
    """What discovery needs of `WellKnownFiles`."""

    async def look_up(self, host: str) -> WellKnown: ...


class FindsServices(Protocol):
    """What discovery needs of `Resolver`."""

    async def services(self, name: str) -> list[Service]: ...


class Discovery:
    """Finds servers. What it learns is kept for a while."""

    def __init__(
        self,
        well_known: FindsDelegation,
        services: FindsServices,
        now_ms: Callable[[], int],
        dice: random.Random | None = None,
    ) -> None:
        self._well_known = well_known
        self._services = services
        self._now_ms = now_ms
        self._dice = dice or random.Random()
        self._kept: AgingCache[str, list[Service]] = AgingCache(MAX_KEPT, now_ms)
        self._look_ups = Coalesced(self._look_up, "SRV record")

    async def find(self, server: ServerName) -> Route:
        """Return how to reach a server. Raises Undiscoverable."""
        try:
            host, port = split_server_name(server)
            if is_literal(host) or port is not None:
                return _plain_route(server)
            well_known = await self._well_known.look_up(host)
            return await self._delegated_route(well_known.delegated or server, well_known)
        except InvalidIdentifier as error:
            raise Undiscoverable(str(error)) from error

    async def close(self) -> None:
        """Stop what is being looked up."""
        await self._look_ups.close()

    async def _delegated_route(self, server: ServerName, well_known: WellKnown) -> Route:
        host, port = split_server_name(server)
        if is_literal(host) or port is not None:
            return _plain_route(server, well_known)
        for label, found_by in (("_matrix-fed", FoundBy.SERVICE), ("_matrix", FoundBy.OLD_SERVICE)):
            if services := await self._find_services(f"{label}._tcp.{host}"):
                return Route(_endpoints(services, self._dice), server, host, found_by, well_known)
        return Route((Endpoint(host, DEFAULT_PORT),), server, host, FoundBy.DEFAULT, well_known)

    async def _find_services(self, name: str) -> list[Service]:
        services = self._kept.get(name)
        return await self._look_ups.run(name) if services is None else services

    async def _look_up(self, name: str) -> list[Service]:
        try:
            services, kept_for_ms = await self._services.services(name), SERVICES_KEPT_MS
        except OSError:
            # The port that is left is as safe: the certificate decides.
            services, kept_for_ms = [], FAILURE_KEPT_MS
        self._kept.put(name, services, self._now_ms() + kept_for_ms)
        return services


def _plain_route(server: ServerName, well_known: WellKnown | None = None) -> Route:
    """Return the route of a name that is, or has, an address or a port."""
    host, port = split_server_name(server)
    found_by = FoundBy.ADDRESS if is_literal(host) else FoundBy.PORT
    return Route((Endpoint(host, port or DEFAULT_PORT),), server, host, found_by, well_known)


def _endpoints(services: Sequence[Service], dice: random.Random) -> tuple[Endpoint, ...]:
    offered = [service for service in services if service.host and service.port]
    if not offered:
        raise Undiscoverable("its SRV record says that it does not federate")
    return tuple(Endpoint(service.host, service.port) for service in _in_order(offered, dice)[:MAX_ENDPOINTS])


def _in_order(services: Sequence[Service], dice: random.Random) -> list[Service]:
    """Sort by priority; draw those of one priority by weight, as RFC 2782 says."""
    ordered: list[Service] = []
    for priority in sorted({service.priority for service in services}):
        left = [service for service in services if service.priority == priority]
        while left:
            # Weight 0 keeps a small chance.
            drawn = dice.choices(left, [service.weight or 0.1 for service in left])[0]
            left.remove(drawn)
            ordered.append(drawn)
    return ordered
