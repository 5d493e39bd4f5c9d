"""The sockets: each listener serves any of the resources, plain or over TLS."""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from typing import Final

from aiohttp import web

from homeserver.config.listeners import Listener
from homeserver.http.certificates import ServedCertificates
from homeserver.http.context import Services
from homeserver.http.protocol import HttpServer
from homeserver.http.routing import Route, Serve
from homeserver.http.server import build_servers
from homeserver.http.sockets import BACKLOG, AddressUnusable, WorkerPlace, bind

SHUTDOWN_TIMEOUT_S: Final = 5.0


async def start_listeners(
    services: Services,
    listeners: Sequence[Listener],
    routes: Iterable[Route],
    *,
    place: WorkerPlace | None = None,
    drain_s: float = 0.0,
    shutdown_timeout_s: float = SHUTDOWN_TIMEOUT_S,
) -> "RunningListeners":
    """Open every listener's socket and begin to answer; one of several workers takes those that it shares.

    In the `drain_s` after the sockets are closed, connections are answered once more, and then closed.

    Raises: AddressUnusable, CertificateUnusable; what was opened is closed again.
    """
    kinds: list[frozenset[Serve]] = [
        frozenset(resource.value for resource in listener.serve) for listener in listeners
    ]
    servers = build_servers(services, kinds, routes)
    runners = {
        serve: web.ServerRunner(server, shutdown_timeout=shutdown_timeout_s)
        for serve, server in servers.items()
    }
    certificates = ServedCertificates(services.clock)
    services.gauges.add(certificates.samples)
    running = RunningListeners(list(runners.values()), certificates, list(servers.values()), drain_s)
    try:
        for runner in runners.values():
            await runner.setup()
        shared = [None] * len(kinds) if place is None else place.sockets
        for listener, serve, listening in zip(listeners, kinds, shared, strict=True):
            if listening is not None:
                await running.take(listener, runners[serve], listening)
            else:
                await running.listen(listener, runners[serve], number=0 if place is None else place.number)
    except BaseException:
        await running.stop()
        raise
    return running


class RunningListeners:
    """The open sockets of this process. `base_urls` are in the order of the configured listeners."""

    def __init__(
        self,
        runners: list[web.ServerRunner],
        certificates: ServedCertificates,
        servers: Sequence[HttpServer] = (),
        drain_s: float = 0.0,
    ) -> None:
        self.base_urls: list[str] = []
        self._runners = runners
        self._servers = servers
        self._drain_s = drain_s
        self._certificates = certificates

    async def listen(self, listener: Listener, runner: web.ServerRunner, *, number: int = 0) -> None:
        """Open one more socket; `number` counts the port upwards, for workers that each have their own."""
        if listener.unix_path is not None:
            await self.take(listener, runner, bind(listener))
            return
        site = web.TCPSite(
            runner, listener.bind, listener.port and listener.port + number, backlog=BACKLOG,
            ssl_context=self._certificates.context_of(listener), reuse_port=True if number else None,
        )  # fmt: skip
        await self._start(listener, runner, site)

    async def take(self, listener: Listener, runner: web.ServerRunner, listening: socket.socket) -> None:
        """Accept from a socket that is open."""
        site = web.SockSite(
            runner, listening, backlog=BACKLOG, ssl_context=self._certificates.context_of(listener)
        )
        await self._start(listener, runner, site)

    async def _start(self, listener: Listener, runner: web.ServerRunner, site: web.BaseSite) -> None:
        before = len(runner.addresses)
        try:
            await site.start()
        except OSError as error:
            raise AddressUnusable.of(listener, error) from error
        address = runner.addresses[before]
        port = listener.port if isinstance(address, str) else address[1]  # one in the file system has none
        self.base_urls.append(listener.model_copy(update={"port": port}).base_url)

    async def close(self) -> None:
        """Take no further connections; those that are there go on, each to its next answer."""
        for server in self._servers:
            server.is_draining = True
        for site in [site for runner in self._runners for site in runner.sites]:
            await site.stop()

    async def stop(self) -> None:
        """Close the sockets, let running requests end within the shutdown time-out, then cut them off."""
        await self._certificates.stop()
        await self.close()
        await asyncio.sleep(self._drain_s)
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))

    def reload_certificates(self) -> None:
        """Take up renewed certificates; one that cannot be read is logged and the old one stays."""
        self._certificates.reload()
