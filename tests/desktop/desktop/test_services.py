"""The running client and the desktop's notification server: what is shown, answered and taken back."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from dbus_fast.aio import MessageBus
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from client_desktop.app import DesktopApp, Places
from client_desktop.core.accounts.login import log_in_with_password
from client_desktop.core.clock import SystemClock
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.desktop.dbus_notifier import SERVICE, DBusNotifier
from client_desktop.viewmodels.words import install_words
from client_desktop.views.look import prepare_application
from tests.api.client import PASSWORD, ApiClient
from tests.desktop.desktop.test_notifications import Server
from tests.desktop.waiting import until
from tests.desktop.windows import qt_at_work


@pytest.fixture(scope="module")
def bus_address() -> Iterator[str]:
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    assert bus.stdout is not None
    yield bus.stdout.readline().strip()
    bus.terminate()
    bus.wait()
    bus.stdout.close()


@pytest.fixture
async def server(bus_address: str) -> AsyncIterator[Server]:
    bus = await MessageBus(bus_address=bus_address).connect()
    server = Server(bus, ["actions", "body", "inline-reply"])
    bus.add_message_handler(server.answer)
    await bus.request_name(SERVICE)
    yield server
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


@pytest.fixture
async def desktop(
    qtbot: QtBot,
    server: Server,
    bus_address: str,
    homeserver_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[DesktopApp]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus_address)
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    prepare_application(application)
    install_words("en")
    async with qt_at_work():
        desktop = DesktopApp(Places(tmp_path / "desktop"))
        await desktop.open()
        yield desktop
        await desktop.close()


async def sign_in(desktop: DesktopApp, nobody: ApiClient, name: str) -> str:
    engine, bridge = desktop._engine, desktop._bridge
    assert engine is not None
    assert bridge is not None
    user = await nobody.register(name)
    session = await bridge.call(
        lambda: log_in_with_password(
            engine.http, nobody.base_url, name, PASSWORD, clock=SystemClock(), device_name="test"
        )
    )
    client = await bridge.call(engine.add, session)
    await desktop.show_account(client)
    return user.user_id


async def test_message_is_notified_answered_and_taken_back(
    desktop: DesktopApp, server: Server, nobody: ApiClient
) -> None:
    alice = await sign_in(desktop, nobody, "alice")
    bob = await nobody.register("bob")
    app = desktop.app
    assert app is not None
    room_id = (await bob.post("/_matrix/client/v3/createRoom", {"is_direct": True, "invite": [alice]})).ok()[
        "room_id"
    ]
    await until(lambda: room_id in app.rooms_model.summaries)
    bridge, engine = desktop._bridge, desktop._engine
    assert bridge is not None
    assert engine is not None
    client = engine.accounts[alice]
    await bridge.call(client.rooms.join, room_id)
    await until(lambda: app.rooms_model.summaries[room_id].membership == "join")
    await bob.put(
        f"/_matrix/client/v3/rooms/{room_id}/send/m.room.message/1", {"msgtype": "m.text", "body": "Bread?"}
    )
    number, body = await until(
        lambda: next(((n, body) for n, body in server.shown.items() if "Bread?" in str(body[4])), None)
    )
    assert body[5] == ["default", "Open", "inline-reply", "Reply", "mark-read", "Mark as read"]
    notifier = desktop._services._notifier if desktop._services is not None else None
    assert isinstance(notifier, DBusNotifier)
    await until(lambda: notifier.shows(alice, room_id))
    await server.signal("NotificationReplied", "us", [number, "On my way"])
    await until(lambda: app.rooms_model.summaries[room_id].last_text == "On my way")
    await until(lambda: number not in server.shown)


async def test_device_that_wants_quiet_shows_nothing(
    desktop: DesktopApp, server: Server, nobody: ApiClient
) -> None:
    alice = await sign_in(desktop, nobody, "alice")
    app = desktop.app
    assert app is not None
    preferences = app.part("preferences")
    assert preferences is not None
    preferences.setProperty("desktopNotifications", False)
    bob = await nobody.register("bob")
    await bob.post("/_matrix/client/v3/createRoom", {"is_direct": True, "invite": [alice]})
    await until(lambda: app.rooms_model.summaries)
    assert server.shown == {}


async def test_the_room_in_front_is_the_one_that_nothing_is_told_of(
    desktop: DesktopApp, server: Server, nobody: ApiClient
) -> None:
    alice = await sign_in(desktop, nobody, "alice")
    app, window, engine, bridge = desktop.app, desktop.window, desktop._engine, desktop._bridge
    assert app is not None
    assert window is not None
    assert engine is not None
    assert bridge is not None
    client = engine.accounts[alice]
    room_id = await bridge.call(client.rooms.create, CreateRoom(name="Hut"))
    await until(lambda: room_id in app.rooms_model.summaries)
    app.room_model.open(room_id)
    window.requestActivate()
    await until(lambda: client.push_rules._notifier.watched == (room_id, ""))
    app.show("settings")
    await until(lambda: client.push_rules._notifier.watched is None)
    app.show("main")
    await until(lambda: client.push_rules._notifier.watched == (room_id, ""))
