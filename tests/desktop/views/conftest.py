"""The main window over a real client and a real server, drawn without a display."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow
from pytestqt.qtbot import QtBot

from client_desktop.core.changes import Changes
from client_desktop.core.client import Client
from client_desktop.viewmodels.app import App
from client_desktop.viewmodels.blurhash import BlurhashProvider
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.preferences import PreferencesModel
from client_desktop.viewmodels.words import install_words
from client_desktop.views.look import VIEWS, prepare_application, prepare_engine
from tests.desktop.waiting import until
from tests.desktop.windows import qt_at_work, visible_items


class MainWindow:
    """The window and its view models, on the loop of the test; `until` lets Qt work meanwhile."""

    def __init__(self, app: App, window: QQuickWindow, theme: QObject) -> None:
        self.app = app
        self.window = window
        self.theme = theme
        self.notices: list[str] = []
        app.notice.connect(lambda text, _kind: self.notices.append(text))

    async def until(self, holds: Callable[[], bool]) -> None:
        await until(holds)

    async def open_room(self, room_id: str) -> None:
        """Show a room, with its first messages."""
        await self.until(lambda: room_id in self.app.rooms_model.summaries)
        self.app.room_model.open(room_id)
        current = self.app.room_model.current
        assert current is not None
        await self.until(lambda: bool(current.timeline_model.property("ready")))

    def bodies(self) -> list[str]:
        """What the messages of the open room say, oldest first."""
        current = self.app.room_model.current
        assert current is not None
        return [item.body for item in current.timeline_model.model.items if item.body and item.sender]

    def items(self, type_name: str) -> list[QQuickItem]:
        """Visible items of a QML type, by the beginning of its name."""
        return [
            item
            for item in visible_items(self.window.contentItem())
            if item.metaObject().className().startswith(type_name)
        ]

    def texts(self) -> list[str]:
        """Every text that is to be seen."""
        return [str(item.property("text")) for item in self.text_items()]

    def text_items(self) -> list[QQuickItem]:
        """Everything visible that draws text, whatever its QML type."""
        return [item for item in self.items("") if item.inherits("QQuickText")]

    def grab(self) -> QImage:
        return self.window.grabWindow()


OpenWindow = Callable[[Client], Coroutine[None, None, MainWindow]]


@pytest.fixture
async def open_window(qtbot: QtBot, changes: Changes, tmp_path: Path) -> AsyncIterator[OpenWindow]:
    """`main = await open_window(client)`: the window of one account."""
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    prepare_application(application)
    install_words("en")
    bridge = Bridge(asyncio.get_running_loop(), changes)
    app = App(bridge)
    app.complete()
    app.attach("preferences", PreferencesModel(tmp_path / "preferences.json"))
    engine = QQmlApplicationEngine()
    warnings: list[str] = []
    engine.warnings.connect(lambda found: warnings.extend(warning.toString() for warning in found))

    async def open_it(client: Client) -> MainWindow:
        prepare_engine(engine)
        engine.addImageProvider("blurhash", BlurhashProvider())
        engine.rootContext().setContextProperty("app", app)
        engine.load(QUrl.fromLocalFile(str(VIEWS / "main" / "Window.qml")))
        window = engine.rootObjects()[0]
        theme = engine.singletonInstance("Parlour.Theme", "Theme")
        assert isinstance(window, QQuickWindow)
        assert isinstance(theme, QObject)
        theme.setProperty("reducedMotion", True)
        await app.use(client)
        app.show("main")
        window.show()
        window.requestActivate()
        await until(window.isActive)
        return MainWindow(app, window, theme)

    async with qt_at_work():
        yield open_it
    await app.close()
    shiboken6.delete(engine)
    shiboken6.delete(app)
    bridge.close()
    own = [warning for warning in warnings if "/views/main/" in warning]
    assert own == []
