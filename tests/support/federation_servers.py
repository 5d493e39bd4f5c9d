"""Several servers in this process that reach each other over TLS on loopback, and their users."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from federation.protocol.ids import ServerName
from homeserver.app import RunningServer, running_server
from homeserver.clock import Clock, SystemClock
from homeserver.config.settings import Settings
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.support.authority import Authority
from tests.support.ports import free_port
from tests.support.postgres import TestDatabases


@dataclass
class FederationServer:
    """A server that may be stopped and started again: its name, ports and data stay."""

    name: ServerName
    settings: Settings
    clock: Clock
    session: aiohttp.ClientSession
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _running: RunningServer | None = None

    @property
    def services(self) -> Services:
        """The parts of the running server."""
        assert self._running is not None, f"{self.name} is stopped"
        return self._running.services

    @property
    def is_running(self) -> bool:
        return self._running is not None

    @property
    def client(self) -> ApiClient:
        """Somebody who is not logged in."""
        return ApiClient(self.session, self.settings.listeners[0].base_url)

    async def user(self, localpart: str) -> ApiClient:
        """Make an account and return its client."""
        return await self.client.register(localpart)

    async def start(self) -> None:
        """Start the server where it was stopped."""
        assert self._running is None, f"{self.name} is running"
        self._running = await self._stack.enter_async_context(running_server(self.settings, self.clock))

    async def stop(self) -> None:
        """Stop the server; its database and folder stay."""
        self._running = None
        await self._stack.aclose()


@dataclass(frozen=True)
class ServerMaker:
    """Starts servers that trust one authority, each on a database of its own."""

    databases: TestDatabases
    authority: Authority
    folder: Path
    clock: Clock = field(default_factory=SystemClock)

    @asynccontextmanager
    async def running(
        self, overrides: Mapping[str, object] | None = None, *, host: str = "127.0.0.1"
    ) -> AsyncIterator[FederationServer]:
        """Run a server named after its federation port. `host` is 127.0.0.1 or localhost."""
        url = await self.databases.make()
        settings = self._settings(host, url, overrides or {})
        async with aiohttp.ClientSession() as session:
            server = FederationServer(ServerName(settings.server_name), settings, self.clock, session)
            try:
                await server.start()
                yield server
            finally:
                await server.stop()
                await self.databases.drop(url)

    @asynccontextmanager
    async def running_several(
        self, count: int, overrides: Mapping[str, object] | None = None
    ) -> AsyncIterator[list[FederationServer]]:
        """Run so many servers."""
        async with AsyncExitStack() as stack:
            yield [await stack.enter_async_context(self.running(overrides)) for _ in range(count)]

    def _settings(self, host: str, database_url: str, overrides: Mapping[str, object]) -> Settings:
        client_port, federation_port = free_port(), free_port()
        data_dir = self.folder / f"server-{federation_port}"
        data_dir.mkdir()
        listener: JsonObject = {
            "port": federation_port,
            "serve": ["federation", "media", "client"],
            "tls_certificate": self.authority.certificate_file,
            "tls_key": self.authority.key_file,
        }
        federation: JsonObject = {
            "ca_file": self.authority.ca_file,
            "allow_private_addresses": True,
            "trusted_key_servers": [],
        }
        written: JsonObject = {
            "server_name": f"{host}:{federation_port}",
            "public_baseurl": f"http://127.0.0.1:{client_port}",
            "data_dir": data_dir,
            "database_url": database_url,
            "auth": {"password_hash": "minimum"},
            "limits": {"enabled": False},
            "registration": {"mode": "open"},
            "listeners": [{"port": client_port, "serve": ["client", "media", "health"]}, listener],
            "federation": federation,
        }
        more = dict(overrides)
        for section in ("federation", "registration"):
            if isinstance(changed := more.get(section), Mapping):
                more[section] = {**written[section], **changed}
        return Settings.model_validate({**written, **more})
