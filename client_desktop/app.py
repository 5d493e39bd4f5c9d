"""The desktop client put together: engine, view models, views; opened once, closed once."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QSettings, QUrl
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from client_desktop.core.accounts.secret_keys import KeyringClosed, open_secret_store, set_secrets_aside
from client_desktop.core.changes import AccountsChanged, Changes
from client_desktop.core.clock import SystemClock
from client_desktop.core.engine import Engine
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.rooms.names import name_words
from client_desktop.desktop.window_state import (
    apply_window_state,
    load_window_state,
    save_window_state,
    window_state_of,
)
from client_desktop.viewmodels.accounts import AccountsModel
from client_desktop.viewmodels.app import App
from client_desktop.viewmodels.apply_preferences import apply_preferences
from client_desktop.viewmodels.blurhash import BlurhashProvider
from client_desktop.viewmodels.bridge import Bridge, EngineThread
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.dialogs import DialogsModel
from client_desktop.viewmodels.encryption import EncryptionModel
from client_desktop.viewmodels.forgotten_password import ForgottenPasswordModel
from client_desktop.viewmodels.login import LoginModel
from client_desktop.viewmodels.preferences import PreferencesModel
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.qr_sign_in import QrSignInModel
from client_desktop.viewmodels.recorder import RecorderModel
from client_desktop.viewmodels.registration import RegistrationModel
from client_desktop.viewmodels.scanner import CameraPictures, ScannerModel
from client_desktop.viewmodels.settings import SettingsModel
from client_desktop.viewmodels.words import install_words, language, system_language
from client_desktop.views.look import VIEWS, prepare_engine

if TYPE_CHECKING:
    from client_desktop.core.client import Client
    from client_desktop.desktop.services import DesktopServices

WINDOW = VIEWS / "main" / "Window.qml"
FIRST_FRAME_LIMIT_S = 1.0

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
        self.app: App | None = None
        self.window: QQuickWindow | None = None
        self._qml: QQmlApplicationEngine | None = None

    async def open(self, *, hidden: bool = False) -> None:
        """Show the window with what the stores hold, then follow the servers; a locked keyring is waited for.

        Raises: ViewsBroken; ClientError where the secrets cannot be opened.
        """
        self._thread.start()
        changes = Changes()
        self._engine = await self._open_once_unlocked(changes)
        if self._engine is None:
            return
        self._bridge = Bridge(self._thread.loop, changes, self)
        preferences = PreferencesModel(self._places.preferences, self)
        install_words(preferences.values.language or None)
        self.app = self._assemble(self._bridge, self._engine, preferences)
        self.window = self._load_views(self.app)
        await self._bridge.call(apply_preferences, self._engine.accounts.values(), preferences.values)
        await self._show_first_account()
        if not (hidden or preferences.values.start_hidden):
            await self._show_window(self.window)
        self._services = self._join_desktop(self.app, self.window, self._bridge, self._engine, preferences)
        await self._services.start()
        await self._bridge.call(self._engine.start)

    async def wait(self) -> None:
        """Return when the user has left."""
        await self._left.wait()

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
        if self._bridge is not None and self._engine is not None:
            await self._bridge.call(self._engine.close)
            self._bridge.close()
        self._thread.stop()

    async def _open_once_unlocked(self, changes: Changes) -> Engine | None:
        """Open the engine; where the keyring is locked, as soon as it is not. None: the user left."""
        while True:
            try:
                return await asyncio.wrap_future(self._thread.submit(lambda: self._open_engine(changes)))
            except KeyringClosed:
                log.info("The system keyring is locked")
            # Imported now: hardly any start needs it.
            from client_desktop.keyring_wait import ask_to_unlock

            if not await ask_to_unlock():
                self.leave()
                return None

    async def _open_engine(self, changes: Changes) -> Engine:
        folder = self._places.data_dir
        try:
            secrets = await open_secret_store(folder)
        except StoreDamaged as error:
            # Without its key nobody reads that file again: signing in goes on without it.
            log.error("The stored sign-ins cannot be read: %s", error)
            set_secrets_aside(folder)
            secrets = await open_secret_store(folder)
        return await Engine.open(
            folder,
            secrets,
            changes,
            clock=SystemClock(),
            words=name_words(language()),
            start=False,
        )

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

    def _assemble(self, bridge: Bridge, engine: Engine, preferences: PreferencesModel) -> App:
        recent = QSettings(str(self._places.recent), QSettings.Format.IniFormat)
        app = App(bridge, recent, self)
        browser = Browser(parent=app)
        prompt = PromptModel(browser, app)
        accounts = AccountsModel(bridge, engine, self.show_account, app)
        login = LoginModel(bridge, engine, browser, app)
        app.attach("preferences", preferences)
        app.attach("accounts", accounts)
        app.attach("login", login)
        app.attach("prompt", prompt)
        app.attach("registration", RegistrationModel(bridge, engine, login, prompt, app))
        app.attach("forgottenPassword", ForgottenPasswordModel(bridge, engine, login, prompt, app))
        app.attach("encryption", EncryptionModel(bridge, app))
        app.attach("dialogs", DialogsModel(bridge, prompt, browser, app))
        app.attach(
            "settings",
            SettingsModel(bridge, prompt, browser, self._places.data_dir, accounts.sign_out, app),
        )
        app.attach("recorder", RecorderModel(app))
        app.attach("qrSignIn", QrSignInModel(bridge, engine, login, browser, parent=app))
        app.attach("scanner", ScannerModel(app))
        login.signedIn.connect(self._signed_in)
        login.left.connect(lambda: app.show("main"))
        accounts.addWanted.connect(lambda: app.show("welcome"))
        app.leaving.connect(self.leave)
        app.closing.connect(self._close_window)
        preferences.changed.connect(lambda: self._follow(preferences))
        bridge.listen(AccountsChanged, self._accounts_changed)
        self._follow_with(app, preferences)
        return app

    def _load_views(self, app: App) -> QQuickWindow:
        self._qml = QQmlApplicationEngine(self)
        prepare_engine(self._qml)
        self._qml.addImageProvider("blurhash", BlurhashProvider())
        scanner = app.part("scanner")
        assert isinstance(scanner, ScannerModel)
        self._qml.addImageProvider("camera", CameraPictures(scanner))
        self._qml.rootContext().setContextProperty("app", app)
        self._qml.load(QUrl.fromLocalFile(str(WINDOW)))
        roots = self._qml.rootObjects()
        if not roots or not isinstance(roots[0], QQuickWindow):
            raise ViewsBroken
        apply_window_state(roots[0], load_window_state(self._places.window))
        return roots[0]

    def _join_desktop(
        self,
        app: App,
        window: QQuickWindow,
        bridge: Bridge,
        engine: Engine,
        preferences: PreferencesModel,
    ) -> DesktopServices:
        # Imported now: the first frame does not wait for D-Bus and the tray.
        from client_desktop.desktop.services import DesktopServices

        accounts = app.part("accounts")
        assert isinstance(accounts, AccountsModel)
        return DesktopServices(app, window, bridge, engine, accounts, preferences, self)

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
        install_words(wanted)
        if self._qml is not None:
            self._qml.retranslate()
        self.app.session_model.start(bridge.call(engine.set_words, name_words(wanted)))

    def _follow_with(self, app: App, preferences: PreferencesModel) -> None:
        values = preferences.values
        app.room_model.choose(typing=values.send_typing, private_receipts=not values.public_receipts)
        app.rooms_model.private_receipts = not values.public_receipts
