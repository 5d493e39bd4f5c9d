"""A server from its start to its end: opens the services and the listeners, takes all down again in order."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
import uvloop

from homeserver.accounts.first_admin import ensure_first_admin_token
from homeserver.admin_api import admin_routes
from homeserver.assembly.services import open_services
from homeserver.client_api import client_routes
from homeserver.clock import Clock, SystemClock
from homeserver.config import Settings
from homeserver.federation_api.adapter import server_routes
from homeserver.http.context import Services
from homeserver.http.listeners import RunningListeners, start_listeners
from homeserver.http.sockets import WorkerPlace
from homeserver.oauth_api import oauth_routes

log = structlog.get_logger(__name__)

GC_THRESHOLDS = (50_000, 20, 50)
DRAIN_S = 0.5
"""How long requests are answered that were on their way when the sockets were closed."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers requests. `first_admin_token` is set as long as there is no account."""

    services: Services
    listeners: RunningListeners
    first_admin_token: str | None

    @property
    def base_url(self) -> str:
        return self.services.settings.public_baseurl or self.listeners.base_urls[0]


@asynccontextmanager
async def running_server(
    settings: Settings,
    clock: Clock | None = None,
    place: WorkerPlace | None = None,
    *,
    drain_s: float = 0.0,
) -> AsyncIterator[RunningServer]:
    """Run a server, or one of several workers, for the length of the block.

    Raises: what the configuration, the database or the sockets refuse, before anything is answered.
    """
    async with AsyncExitStack() as stack:
        services = await open_services(stack, settings, clock or SystemClock())
        routes = [*client_routes(), *oauth_routes(), *admin_routes(), *server_routes()]
        listeners = await start_listeners(
            services, settings.listeners, routes, place=place, drain_s=drain_s,
            shutdown_timeout_s=settings.shutdown.timeout.total_seconds(),
        )  # fmt: skip
        stack.push_async_callback(_drain, services, listeners)
        yield RunningServer(services, listeners, await ensure_first_admin_token(services.accounts))


def run(settings: Settings, place: WorkerPlace | None = None) -> None:
    """Run a server until SIGTERM or SIGINT, or one of several workers, until whoever started it is gone."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, place))


async def _serve(settings: Settings, place: WorkerPlace | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if place is None:
        loop.add_signal_handler(signal.SIGINT, stop.set)
    else:
        # A terminal's goes to all of them; the supervisor ends its workers.
        loop.add_signal_handler(signal.SIGINT, _ignore)
        loop.add_reader(sys.stdin.fileno(), stop.set)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    async with running_server(settings, place=place, drain_s=DRAIN_S) as server:
        if place is None and not sys.stdin.isatty():  # a terminal that is closed means the end by it
            loop.add_signal_handler(signal.SIGHUP, server.listeners.reload_certificates)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        sys.stdout.write(f"ready {server.base_url}\n")
        if server.first_admin_token is not None:
            sys.stdout.write(_welcome(server.base_url, server.first_admin_token))
        if place is not None:
            sys.stdout.write("\n")  # the end of what the supervisor waits for
        sys.stdout.flush()
        await stop.wait()
        log.info("stopping")


async def _drain(services: Services, listeners: RunningListeners) -> None:
    """Say that this process is about to end, leave its work to others, and let requests end in time.

    Waiting syncs are answered with their token, WebSockets are closed with 1012.
    """
    services.draining.set()
    await asyncio.sleep(services.settings.shutdown.notice.total_seconds())
    await listeners.close()  # first: who is told to connect again must not come back here
    services.sync.stopping.set()
    services.sync.hub.wake_everybody()
    await asyncio.gather(listeners.stop(), services.rooms.shares.stop())


def _ignore() -> None:
    pass


def _welcome(base_url: str, token: str) -> str:
    return (
        "There is no account yet. The first one is made with this token, and is a server admin:\n"
        f"  token  {token}\n"
        f"  link   {base_url}/admin/welcome#token={token}\n"
    )
