"""Starts that meet a locked keyring or a store that cannot be read: the user is told, and told what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import keyring
import msgspec
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem, QQuickWindow
from pytestqt.qtbot import QtBot

from client_desktop.app import DesktopApp, Places
from client_desktop.core.accounts.secret_keys import open_secret_store
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.stored_sessions import keep_session, stored_sessions
from client_desktop.core.changes import Changes
from client_desktop.core.clock import SystemClock
from client_desktop.core.engine import STORE_FILE, Engine
from client_desktop.core.start_picture import FILE, StartPicture
from client_desktop.viewmodels.words import install_words
from client_desktop.views.look import prepare_application
from tests.desktop.waiting import until
from tests.desktop.windows import click_when_still, qt_at_work, visible_item

ME = Session("@alice:stage.org", "DEVICE", "http://127.0.0.1:9", "token")


class LockableKeyring(KeyringBackend):
    """Keeps passwords in memory, and gives none while it is locked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.locked = False
        self.refusals = 0
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            self.refusals += 1
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def lockable() -> Iterator[LockableKeyring]:
    before, lockable = keyring.get_keyring(), LockableKeyring()
    keyring.set_keyring(lockable)
    yield lockable
    keyring.set_keyring(before)


@pytest.fixture
async def desktop(qtbot: QtBot, lockable: LockableKeyring, tmp_path: Path) -> AsyncIterator[DesktopApp]:
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    prepare_application(application)
    install_words("en")
    keep_session(await open_secret_store(tmp_path), ME)
    async with qt_at_work():
        desktop = DesktopApp(Places(tmp_path))
        yield desktop
        await desktop.close()


async def test_a_start_waits_until_the_keyring_is_unlocked(
    desktop: DesktopApp, lockable: LockableKeyring
) -> None:
    lockable.locked = True
    opening = asyncio.create_task(desktop.open())
    await click("keyringAgain")
    await until(lambda: lockable.refusals == 2)
    assert not opening.done()
    lockable.locked = False
    await click("keyringAgain")
    await opening
    assert desktop._engine is not None
    assert [*desktop._engine.accounts] == [ME.user_id]


async def test_who_does_not_unlock_the_keyring_leaves(desktop: DesktopApp, lockable: LockableKeyring) -> None:
    lockable.locked = True
    opening = asyncio.create_task(desktop.open())
    await click("keyringLeave")
    await opening
    await desktop.wait()
    assert desktop.window is None
    lockable.locked = False
    secrets = await open_secret_store(desktop._places.data_dir)
    assert [session.user_id for session in stored_sessions(secrets)] == [ME.user_id]


async def test_what_was_seen_last_is_shown_while_the_keyring_is_locked(
    desktop: DesktopApp, lockable: LockableKeyring
) -> None:
    seen = StartPicture(ME.user_id, "Alice", None, ())
    (desktop._places.data_dir / FILE).write_bytes(msgspec.json.encode(seen))
    lockable.locked = True
    opening = asyncio.create_task(desktop.open())
    await until(lambda: lockable.refusals)
    assert desktop.window is not None
    assert desktop.window.isVisible()
    assert desktop.app is not None
    assert desktop.app.session_model.property("displayName") == "Alice"
    desktop.app.openDialog("accounts")
    lockable.locked = False
    await click("keyringAgain")
    await opening
    await until(lambda: visible_item(desktop.window, "addAccount"))


async def test_an_account_whose_store_is_damaged_is_signed_in_again(desktop: DesktopApp) -> None:
    secrets = await open_secret_store(desktop._places.data_dir)
    engine = await Engine.open(desktop._places.data_dir, secrets, Changes(), clock=SystemClock(), start=False)
    store = engine.folder(ME) / STORE_FILE
    await engine.close()
    store.write_bytes(b"no database" * 1000)
    await desktop.open()
    assert desktop._engine is not None
    assert [*desktop._engine.broken] == [ME.user_id]
    await click("storeBrokenAgain")
    await until(lambda: not store.exists())  # the last of what the engine's thread does
    assert not desktop._engine.broken
    assert not stored_sessions(desktop._engine.secrets)
    app = desktop.app
    assert app is not None
    await until(lambda: app.property("page") == "welcome")


async def click(name: str) -> None:
    """Click what has this name, in whichever window it is."""
    await click_when_still(lambda: _shown(name))


def _shown(name: str) -> tuple[QQuickWindow, QQuickItem] | None:
    for window in QGuiApplication.topLevelWindows():
        if isinstance(window, QQuickWindow) and window.isVisible():
            item = visible_item(window, name)
            if item is not None:
                return window, item
    return None
