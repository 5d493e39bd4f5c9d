"""View models over a real client and a real server, on the loop of the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from client_desktop.core.accounts.secret_store import MemorySecretStore
from client_desktop.core.changes import Changes
from client_desktop.core.client import Client
from client_desktop.core.engine import Engine
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.words import install_words
from tests.desktop import waiting
from tests.support.fake_clock import FakeClock

Show = Callable[[AccountModel, Client | None], Awaitable[None]]
Until = Callable[[Callable[[], object]], Awaitable[object]]


def shown(model: QObject, name: str) -> object:
    """Read a property as QML does."""
    return model.property(name)


@pytest.fixture
async def bridge(qtbot: QtBot, changes: Changes) -> AsyncIterator[Bridge]:
    install_words("en")
    bridge = Bridge(asyncio.get_running_loop(), changes)
    yield bridge
    bridge.close()
    await asyncio.sleep(0)


@pytest.fixture
def pages() -> list[str]:
    """What was opened in the browser."""
    return []


@pytest.fixture
def browser(qtbot: QtBot, pages: list[str]) -> Browser:
    def open_page(url: str) -> bool:
        pages.append(url)
        return True

    return Browser(open_page)


@pytest.fixture
def prompt(browser: Browser) -> PromptModel:
    return PromptModel(browser)


@pytest.fixture
async def engine(
    changes: Changes, clock: FakeClock, tmp_path: Path, homeserver_url: str
) -> AsyncIterator[Engine]:
    """Ends before the server does, as `homeserver_url` is asked for only to say."""
    engine = await Engine.open(tmp_path / "desktop", MemorySecretStore(), changes, clock=clock)
    yield engine
    await engine.close()


@pytest.fixture
async def show() -> AsyncIterator[Show]:
    """`await show(model, client)`: let a model follow an account, and close it at the end."""
    models: list[AccountModel] = []

    async def show_it(model: AccountModel, client: Client | None) -> None:
        models.append(model)
        if client is not None:
            await model.use(client)

    yield show_it
    for model in models:
        await model.close()


@pytest.fixture
def until() -> Until:
    """`await until(condition)`: changes reach view models after a moment."""
    return waiting.until
