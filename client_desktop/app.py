"""The desktop client put together: engine, view models, views; opened once, closed once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QSettings, QUrl, Slot
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from client_desktop.core.changes import AccountsChanged, Changes
from client_desktop.core.start_picture import read_start_picture
from client_desktop.desktop.window_state import (
    apply_window_state,
    load_window_state,
    save_window_state,
    window_state_of,
)
from client_desktop.viewmodels.app import App
from client_desktop.viewmodels.bridge import Bridge, EngineThread
from client_desktop.viewmodels.preferences import Preferences, PreferencesModel
from client_desktop.viewmodels.words import install_words, language, system_language
from client_desktop.views.look import VIEWS, prepare_engine

if TYPE_CHECKING:
    from client_desktop.attached_parts import AttachedParts
    from client_desktop.core.client import Client
    from client_desktop.core.engine import Engine
    from client_desktop.desktop.services import DesktopServices

WINDOW = VIEWS / "main" / "Window.qml"
FIRST_FRAME_LIMIT_S = 1.0

T = TypeVar("T")

log = logging.getLogger(__name__)


class ViewsBroken(Exception):
    """The QML of the window could not be loaded; Qt has said why on its log."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the client keeps what it keeps."""

    data_dir: Path

    @property
    def preferences(self) -> Path:
        return self.data_dir / "preferences.json"

    @property
    def window(self) -> Path:
        return self.data_dir / "window.json"

    @property
    def recent(self) -> Path:
        return self.data_dir / "recent.ini"


class DesktopApp(QObject):
    """Made in the interface's thread, with its loop running. `open`, then `wait`, then `close`."""

    def __init__(self, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._thread = EngineThread()
        self._engine: Engine | None = None
        self._bridge: Bridge | None = None
        self._left = asyncio.Event()
        self._services: DesktopServices | None = None
        self._parts: AttachedParts | None = None
        self.app: App | None = None
        self.window: QQuickWindow | None = None
        self._qml: QQmlApplicationEngine | None = None

    async def open(self, *, hidden: bool = False) -> None:
        """Show the window with what was seen last, then what the stores hold, then follow the servers.

        A locked keyring is waited for. Raises: ViewsBroken; ClientError where the secrets cannot be opened.
        """
        self._thread.start()
        changes = Changes()
        bridge = self._bridge = Bridge(self._thread.loop, changes, self)
        preferences = PreferencesModel(self._places.preferences, self)
        install_words(preferences.values.language or None)
        app = self.app = self._make_app(bridge, preferences)
        hidden = hidden or preferences.values.start_hidden
        if not hidden and self._show_stored(app):
            await self._show_window(self._load_views(app))
        engine = self._engine = await self._open_once_unlocked(changes)
        if engine is None:
            return
        parts = await self._complete(app, engine, preferences)
        window = self.window or self._load_views(app)
        await self._show_first_account()
        if not (hidden or window.isVisible()):
            await self._show_window(window)
        self._services = self._join_desktop(app, window, bridge, engine, parts, preferences)
        await self._services.start()
        await bridge.call(engine.start)
        await self._beside(_load_highlighting)

    async def wait(self) -> None:
        """Return when the user has left."""
        await self._left.wait()

    @Slot()
    def leave(self) -> None:
        """Begin to end."""
        self._left.set()

    async def close(self) -> None:
        """Close views, view models, engine and its thread, in this order; nothing is left running."""
        if self.window is not None:
            before = load_window_state(self._places.window)
            save_window_state(self._places.window, window_state_of(self.window, before))
            self.window.hide()
        if self._services is not None:
            await self._services.close()
        if self._qml is not None:
            shiboken6.delete(self._qml)  # now: views must not outlive what they show
        if self.app is not None:
            await self.app.close()
        if self._bridge is not None:
            if self._engine is not None:
                await self._bridge.call(self._engine.close)
            self._bridge.close()
        self._thread.stop()

    def _show_stored(self, app: App) -> bool:
        """Fill the first frame with what was seen last, if anything was."""
        picture = read_start_picture(self._places.data_dir)
        if picture is not None:
            app.show_stored(picture)
        return picture is not None

    async def _open_once_unlocked(self, changes: Changes) -> Engine | None:
        """Open the engine; where the keyring is locked, as soon as it is not. None: the user left."""
        open_engine, keyring_closed = await self._beside(_load_engine)
        while True:
            try:
                work = self._thread.submit(lambda: open_engine(self._places.data_dir, changes))
                return await asyncio.wrap_future(work)
            except keyring_closed:
                log.info("The system keyring is locked")
            # Imported now: hardly any start needs it.
            from client_desktop.keyring_wait import ask_to_unlock

            if not await ask_to_unlock():
                self.leave()
                return None

    async def _beside(self, load: Callable[[], T]) -> T:
        """Import modules in the engine's thread: the interface goes on meanwhile."""

        async def run() -> T:
            return load()

        return await asyncio.wrap_future(self._thread.submit(run))

    @staticmethod
    async def _show_window(window: QQuickWindow) -> None:
        """Return when something is seen, or when the desktop takes its time for that."""
        seen = asyncio.Event()
        window.frameSwapped.connect(seen.set)
        window.show()
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_FRAME_LIMIT_S):
                await seen.wait()
        window.frameSwapped.disconnect(seen.set)

    def _make_app(self, bridge: Bridge, preferences: PreferencesModel) -> App:
        app = App(bridge, self)
        app.attach("preferences", preferences)
        app.leaving.connect(self.leave)
        app.closing.connect(self._close_window)
        return app

    async def _complete(self, app: App, engine: Engine, preferences: PreferencesModel) -> AttachedParts:
        """Make the parts that the first frame did without."""
        attached, apply_preferences = await self._beside(_load_parts)
        app.complete(QSettings(str(self._places.recent), QSettings.Format.IniFormat))
        parts = attached.attach(app, engine, self._places.data_dir, self.show_account)
        parts.login.signedIn.connect(self._signed_in)
        parts.login.left.connect(lambda: app.show("main"))
        parts.accounts.addWanted.connect(lambda: app.show("welcome"))
        preferences.changed.connect(lambda: self._follow(preferences))
        app.bridge.listen(AccountsChanged, self._accounts_changed)
        self._follow_with(app, preferences)
        await app.bridge.call(apply_preferences, engine.accounts.values(), preferences.values)
        self._parts = parts
        if self._qml is not None:
            parts.provide_pictures(self._qml)
        return parts

    def _load_views(self, app: App) -> QQuickWindow:
        self._qml = QQmlApplicationEngine(self)
        prepare_engine(self._qml)
        if self._parts is not None:
            self._parts.provide_pictures(self._qml)
        self._qml.rootContext().setContextProperty("app", app)
        self._qml.load(QUrl.fromLocalFile(str(WINDOW)))
        roots = self._qml.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise ViewsBroken
        self.window = roots[0]
        apply_window_state(roots[0], load_window_state(self._places.window))
        return roots[0]

    def _join_desktop(
        self,
        app: App,
        window: QQuickWindow,
        bridge: Bridge,
        engine: Engine,
        parts: AttachedParts,
        preferences: PreferencesModel,
    ) -> DesktopServices:
        # Imported now: the first frame does not wait for D-Bus and the tray.
        from client_desktop.desktop.services import DesktopServices

        return DesktopServices(app, window, bridge, engine, parts.accounts, preferences, self)

    @Slot()
    def _close_window(self) -> None:
        """Leave, or go on in the tray where the user wants that."""
        if self._services is not None and self._services.stays_when_closed() and self.window is not None:
            self.window.hide()
        else:
            self.leave()

    # Accounts

    async def show_account(self, client: Client | None) -> None:
        """Show this account; nobody signed in: the way to sign in."""
        if self.app is not None:
            await self.app.use(client)
            self.app.show("welcome" if client is None else "main")

    async def _show_first_account(self) -> None:
        engine = self._engine
        if engine is not None and self._bridge is not None:
            clients = await self._bridge.call(lambda: tuple(engine.accounts.values()))
            await self.show_account(clients[0] if clients else None)

    @Slot(str)
    def _signed_in(self, user_id: str) -> None:
        if self.app is not None:
            self.app.session_model.start(self._show_account_of(user_id))

    async def _show_account_of(self, user_id: str) -> None:
        engine = self._engine
        if engine is not None and self._bridge is not None:
            await self.show_account(await self._bridge.call(lambda: engine.accounts.get(user_id)))

    def _accounts_changed(self, change: AccountsChanged) -> None:
        app = self.app
        if app is not None and app.session_model.user_id == "" and app.property("page") == "main":
            app.session_model.start(self._show_first_account())

    def activate(self, links: list[str] | None = None) -> None:
        """Come to the front, and follow links."""
        if self.app is not None:
            self.app.activated.emit()
            for link in links or ():
                self.app.openLink(link)

    # Choices

    def _follow(self, preferences: PreferencesModel) -> None:
        if self.app is not None:
            self._follow_with(self.app, preferences)
            self._speak(preferences.values.language or system_language())

    def _speak(self, wanted: str) -> None:
        """Change the language of what is shown, and of what the engine names."""
        engine, bridge = self._engine, self._bridge
        if wanted == language() or self.app is None or engine is None or bridge is None:
            return
        from client_desktop.core.rooms.names import name_words

        install_words(wanted)
        if self._qml is not None:
            self._qml.retranslate()
        self.app.room_model.speak()
        self.app.session_model.start(bridge.call(engine.set_words, name_words(wanted)))

    def _follow_with(self, app: App, preferences: PreferencesModel) -> None:
        values = preferences.values
        app.room_model.choose(typing=values.send_typing, private_receipts=not values.public_receipts)
        app.rooms_model.private_receipts = not values.public_receipts


def _load_engine() -> tuple[Callable[[Path, Changes], Coroutine[Any, Any, Engine]], type[Exception]]:
    """Import the engine; return what opens it, and what that raises where the keyring is locked."""
    from client_desktop.engine_opening import KeyringClosed, open_engine

    return open_engine, KeyringClosed


def _load_parts() -> tuple[type[AttachedParts], Callable[[Iterable[Client], Preferences], None]]:
    """Import most of the view models; return what makes those around the main page, and what tells accounts
    of preferences."""
    import client_desktop.viewmodels.app_parts  # noqa: F401
    from client_desktop.attached_parts import AttachedParts
    from client_desktop.viewmodels.apply_preferences import apply_preferences

    return AttachedParts, apply_preferences


def _load_highlighting() -> None:
    """Load what the first message with code would keep the interface waiting for."""
    from client_desktop.core.text.highlight import highlight

    highlight("pass", "python")
