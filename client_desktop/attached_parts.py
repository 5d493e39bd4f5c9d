"""The parts of the interface around the main page: signing in, accounts, dialogs, settings.

Loaded after the first frame.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from client_desktop.viewmodels.accounts import AccountsModel
from client_desktop.viewmodels.blurhash import BlurhashProvider
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.dialogs import DialogsModel
from client_desktop.viewmodels.encryption import EncryptionModel
from client_desktop.viewmodels.forgotten_password import ForgottenPasswordModel
from client_desktop.viewmodels.links import LinksModel
from client_desktop.viewmodels.login import LoginModel
from client_desktop.viewmodels.preferences import PreferencesModel
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.qr_sign_in import QrSignInModel
from client_desktop.viewmodels.recorder import RecorderModel
from client_desktop.viewmodels.registration import RegistrationModel
from client_desktop.viewmodels.scanner import CameraPictures, ScannerModel
from client_desktop.viewmodels.settings import SettingsModel

if TYPE_CHECKING:
    from PySide6.QtQml import QQmlEngine

    from client_desktop.core.client import Client
    from client_desktop.core.engine import Engine
    from client_desktop.viewmodels.app import App


@dataclass(frozen=True, slots=True)
class AttachedParts:
    """Those of the attached parts that the client itself listens to."""

    accounts: AccountsModel
    login: LoginModel
    scanner: ScannerModel

    @classmethod
    def attach(
        cls,
        app: App,
        engine: Engine,
        data_dir: Path,
        show_account: Callable[[Client | None], Awaitable[None]],
    ) -> AttachedParts:
        """Make all parts and attach them to `app`."""
        bridge = app.bridge
        browser = Browser(parent=app)
        prompt = PromptModel(browser, app)
        accounts = AccountsModel(bridge, engine, show_account, app)
        login = LoginModel(bridge, engine, browser, app)
        scanner = ScannerModel(app)
        app.attach("accounts", accounts)
        app.attach("login", login)
        app.attach("prompt", prompt)
        app.attach("registration", RegistrationModel(bridge, engine, login, prompt, app))
        app.attach("forgottenPassword", ForgottenPasswordModel(bridge, engine, login, prompt, app))
        app.attach("encryption", EncryptionModel(bridge, app))
        app.attach("dialogs", DialogsModel(bridge, prompt, browser, app))
        app.attach("settings", SettingsModel(bridge, prompt, browser, data_dir, accounts.sign_out, app))
        app.attach("recorder", RecorderModel(app))
        app.attach("qrSignIn", QrSignInModel(bridge, engine, login, browser, parent=app))
        app.attach("scanner", scanner)
        preferences = app.part("preferences")
        assert isinstance(preferences, PreferencesModel)
        app.attach("links", LinksModel(preferences, app))
        return cls(accounts, login, scanner)

    def provide_pictures(self, views: QQmlEngine) -> None:
        """Give views the pictures that these parts make."""
        views.addImageProvider("blurhash", BlurhashProvider())
        views.addImageProvider("camera", CameraPictures(self.scanner))
