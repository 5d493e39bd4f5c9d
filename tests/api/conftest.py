"""A server in this process, on a loopback port and a database of the test's own, and people who use it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_admin
from homeserver.app import RunningServer, running_server
from homeserver.config.settings import Settings
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create, join
from tests.api.unread_reader import Reader
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
async def server(settings: Settings, clock: FakeClock) -> AsyncIterator[RunningServer]:
    async with running_server(settings, clock) as server:
        yield server


@pytest.fixture
def services(server: RunningServer) -> Services:
    return server.services


@pytest.fixture
def base_urls(server: RunningServer) -> list[str]:
    return server.listeners.base_urls


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


@pytest.fixture
def reader(alice: ApiClient, services: Services) -> Reader:
    return Reader(alice, services)


@pytest.fixture
async def carol(client: ApiClient) -> ApiClient:
    return await client.register("carol")


@pytest.fixture
async def room_id(alice: ApiClient, bob: ApiClient, carol: ApiClient) -> str:
    """A room of three, made by Bob, in which Alice has read everything."""
    room_id = await create(bob, preset="public_chat")
    (await join(carol, room_id)).ok()
    (await join(alice, room_id)).ok()
    return room_id


@pytest.fixture
async def admin(client: ApiClient, services: Services) -> ApiClient:
    """A server admin."""
    admin = await client.register("root")
    await set_admin(services.accounts, (await find_account(services.accounts, "root")).user_nid, True)
    return admin
