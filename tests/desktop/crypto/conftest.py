"""Devices for tests of encryption: one server for all tests of a module, accounts of their own for each."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from homeserver.config.settings import Settings
from tests.api.client import ApiClient
from tests.desktop.crypto.devices import EncryptingDevice, OpenDevice
from tests.desktop.homeserver import Homeserver
from tests.support.fake_clock import FakeClock
from tests.support.postgres import TestDatabases


@pytest.fixture(scope="module")
def shared_clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="module")
def account_numbers() -> Iterator[int]:
    return count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_server(
    databases: TestDatabases, tmp_path_factory: pytest.TempPathFactory, shared_clock: FakeClock
) -> AsyncIterator[Homeserver]:
    database_url = await databases.make()
    settings = Settings.model_validate(
        {
            "server_name": "example.org",
            "data_dir": tmp_path_factory.mktemp("server"),
            "database_url": database_url,
            "auth": {"password_hash": "minimum"},
            "limits": {"enabled": False},
            "registration": {"mode": "open"},
            "listeners": [{"port": 0, "serve": ["client", "media", "health"]}],
        }
    )
    server = await Homeserver(settings, shared_clock).start()
    yield server
    await server.stop()
    await databases.drop(database_url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture(loop_scope="module")
async def open_device(
    shared_server: Homeserver,
    shared_http: aiohttp.ClientSession,
    shared_clock: FakeClock,
    account_numbers: Iterator[int],
    tmp_path: Path,
) -> AsyncIterator[OpenDevice]:
    """`await open_device("alice")`: a new device of that account of this test's."""
    nobody = ApiClient(shared_http, shared_server.url)
    opener = OpenDevice(nobody, shared_http, shared_clock, tmp_path, f"-{next(account_numbers)}")
    yield opener
    for device in opener.opened:
        device.crypto.close()
        device.store.close()


@pytest_asyncio.fixture(loop_scope="module")
async def alice(open_device: OpenDevice) -> EncryptingDevice:
    return await open_device("alice")


@pytest_asyncio.fixture(loop_scope="module")
async def bob(open_device: OpenDevice) -> EncryptingDevice:
    return await open_device("bob")
