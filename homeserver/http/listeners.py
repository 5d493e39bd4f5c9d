"""The sockets: each listener serves any of the resources, plain or over TLS."""

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

import structlog
from aiohttp import web

from homeserver.config.listeners import Listener
from homeserver.http.context import Services
from homeserver.http.routing import Route, Serve
from homeserver.http.server import build_servers
from homeserver.http.tls import Certificate

log = structlog.get_logger(__name__)

BACKLOG: Final = 1024
SHUTDOWN_TIMEOUT_S: Final = 5.0
CERTIFICATE_CHECK_S: Final = 60.0


async def start_listeners(
    services: Services,
    listeners: Sequence[Listener],
    routes: Iterable[Route],
    *,
    reuse_port: bool = False,
    shutdown_timeout_s: float = SHUTDOWN_TIMEOUT_S,
) -> "RunningListeners":
    """Open every listener's socket and begin to answer.

    `reuse_port` lets several worker processes of this machine listen on the same port.

    Raises: OSError when an address is taken or a certificate cannot be read; what was opened is closed again.
    """
    kinds: list[frozenset[Serve]] = [
        frozenset(resource.value for resource in listener.serve) for listener in listeners
    ]
    servers = build_servers(services, kinds, routes)
    runners = {
        serve: web.ServerRunner(server, shutdown_timeout=shutdown_timeout_s)
        for serve, server in servers.items()
    }
    running = RunningListeners(list(runners.values()))
    try:
        for runner in runners.values():
            await runner.setup()
        for listener, serve in zip(listeners, kinds, strict=True):
            await running.listen(listener, runners[serve], reuse_port=reuse_port)
    except BaseException:
        await running.stop()
        raise
    return running


class RunningListeners:
    """The open sockets of this process. `base_urls` are in the order of the configured listeners."""

    def __init__(self, runners: list[web.ServerRunner]) -> None:
        self.base_urls: list[str] = []
        self._runners = runners
        self._certificates: list[Certificate] = []
        self._watcher: asyncio.Task[None] | None = None

    async def listen(self, listener: Listener, runner: web.ServerRunner, *, reuse_port: bool = False) -> None:
        """Open one more socket."""
        certificate = _certificate_of(listener)
        context = certificate.context if certificate else None
        before = len(runner.addresses)
        site = web.TCPSite(
            runner, listener.bind, listener.port, backlog=BACKLOG, ssl_context=context, reuse_port=reuse_port
        )
        await site.start()
        port = runner.addresses[before][1]
        self.base_urls.append(listener.model_copy(update={"port": port}).base_url)
        if certificate:
            self._certificates.append(certificate)
            self._watcher = self._watcher or asyncio.create_task(self._watch(), name="certificate-watcher")

    async def stop(self) -> None:
        """Close the sockets, let running requests end within the shutdown time-out, then cut them off."""
        if self._watcher:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
        await asyncio.gather(*(runner.cleanup() for runner in self._runners))

    def reload_certificates(self) -> None:
        """Take up renewed certificates; one that cannot be read is logged and the old one stays."""
        for certificate in self._certificates:
            try:
                if certificate.reload_if_changed():
                    log.info("certificate_reloaded", file=str(certificate.file))
            except (OSError, ssl.SSLError) as error:
                log.error("certificate_not_reloaded", file=str(certificate.file), reason=str(error))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CERTIFICATE_CHECK_S)
            self.reload_certificates()


def _certificate_of(listener: Listener) -> Certificate | None:
    if listener.tls_certificate is None or listener.tls_key is None:
        return None
    return Certificate(listener.tls_certificate, listener.tls_key)
