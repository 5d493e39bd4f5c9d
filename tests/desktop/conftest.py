"""A real homeserver in this process, and clients of the desktop engine that are signed in to it."""

import os

# Before anything loads Qt: no display, no graphics card.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from client_desktop.core.changes import Changes
from homeserver.config.settings import Settings
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.mailbox import smtp_settings
from tests.desktop.clients import OpenClient
from tests.desktop.homeserver import Homeserver
from tests.support.fake_clock import FakeClock
from tests.support.smtp_server import SmtpServer, running_smtp_server


@pytest.fixture
def overrides() -> JsonObject:
    """Settings of the server that a test wants otherwise."""
    return {}


@pytest.fixture
async def smtp_server(overrides: JsonObject) -> AsyncIterator[SmtpServer]:
    """What the server sends its mails to; to be asked for before the server."""
    async with running_smtp_server() as server:
        overrides["smtp"] = smtp_settings(server)
        yield server


@pytest.fixture
def homeserver_settings(overrides: JsonObject, tmp_path: Path, database_url: str) -> Settings:
    written: JsonObject = {
        "server_name": "example.org",
        "data_dir": tmp_path / "server",
        "database_url": database_url,
        "auth": {"password_hash": "minimum"},
        "limits": {"enabled": False},
        "registration": {"mode": "open"},
        "listeners": [{"port": 0, "serve": ["client", "media", "health"]}],
    }
    return Settings.model_validate({**written, **overrides})


@pytest.fixture
async def homeserver(homeserver_settings: Settings, clock: FakeClock) -> AsyncIterator[Homeserver]:
    """A server that a test may stop and start again."""
    homeserver = await Homeserver(homeserver_settings, clock).start()
    yield homeserver
    await homeserver.stop()


@pytest.fixture
def homeserver_url(homeserver: Homeserver) -> str:
    return homeserver.url


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def changes() -> Changes:
    """What changes are published to by clients of `open_client`, of all accounts."""
    return Changes()


@pytest.fixture
async def nobody(homeserver_url: str, http: aiohttp.ClientSession) -> ApiClient:
    """The plain API, for what the other side does in a test: `await nobody.register("bob")`."""
    return ApiClient(http, homeserver_url)


@pytest.fixture
async def open_client(
    homeserver: Homeserver, http: aiohttp.ClientSession, changes: Changes, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[OpenClient]:
    """`client = await open_client("alice")`: an account of that name, registered where it is new."""
    opener = OpenClient(homeserver, http, changes, clock, tmp_path / "clients")
    yield opener
    await opener.close_all()
