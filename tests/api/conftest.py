"""A server in this process, on a loopback port and a database of the test's own, and people who use it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from federation.protocol.ids import ServerName
from homeserver.accounts.context import open_accounts
from homeserver.client_api import client_routes
from homeserver.config.settings import Settings
from homeserver.http.addresses import ClientAddresses
from homeserver.http.context import Services
from homeserver.http.gauges import Gauges
from homeserver.http.listeners import start_listeners
from homeserver.http.rate_limits import RateLimits
from homeserver.json_types import JsonObject
from homeserver.storage.db import Database
from homeserver.storage.positions import Positions
from tests.api.client import ApiClient
from tests.conformance.response_validator import response_validator
from tests.support.fake_clock import FakeClock

SERVER_NAME = "example.org"


@pytest.fixture
def overrides() -> JsonObject:
    """Settings that a test wants otherwise: `@pytest.mark.parametrize("overrides", [{…}])`."""
    return {}


@pytest.fixture
def settings(overrides: JsonObject, tmp_path: Path, database_url: str) -> Settings:
    written: JsonObject = {
        "server_name": SERVER_NAME,
        "public_baseurl": "https://matrix.example.org",
        "data_dir": tmp_path,
        "database_url": database_url,
        "auth": {"password_hash": "minimum"},
        "limits": {"enabled": False},
        "registration": {"mode": "open"},
        "listeners": [{"port": 0, "serve": ["client", "media", "health"]}, {"port": 0, "serve": ["metrics"]}],
    }
    return Settings.model_validate({**written, **overrides})


@pytest.fixture
async def services(settings: Settings, db: Database, clock: FakeClock) -> AsyncIterator[Services]:
    server_name = ServerName(settings.server_name)
    positions = Positions(db, lambda entry: None)
    async with open_accounts(settings, server_name, clock, db, positions) as accounts:
        yield Services(
            settings=settings,
            server_name=server_name,
            clock=clock,
            db=db,
            positions=positions,
            accounts=accounts,
            rate_limits=RateLimits(clock, settings.limits),
            addresses=ClientAddresses(settings.trusted_proxies),
            gauges=Gauges(),
        )


@pytest.fixture
async def base_urls(services: Services) -> AsyncIterator[list[str]]:
    listeners = await start_listeners(services, services.settings.listeners, client_routes())
    yield listeners.base_urls
    await listeners.stop()


@pytest.fixture
async def client(base_urls: list[str]) -> AsyncIterator[ApiClient]:
    """Somebody who is not logged in."""
    validator = response_validator()
    async with aiohttp.ClientSession() as session:
        yield ApiClient(session, base_urls[0], validator.validate if validator else None)


@pytest.fixture
async def alice(client: ApiClient) -> ApiClient:
    return await client.register("alice")


@pytest.fixture
async def bob(client: ApiClient) -> ApiClient:
    return await client.register("bob")
