"""`app.settings`: which page is shown, and what is behind each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.settings_about import AboutModel
from client_desktop.viewmodels.settings_account import AccountSettingsModel
from client_desktop.viewmodels.settings_devices import DevicesModel
from client_desktop.viewmodels.settings_keys import KeysSettingsModel
from client_desktop.viewmodels.settings_notifications import NotificationSettingsModel
from client_desktop.viewmodels.settings_privacy import PrivacySettingsModel
from client_desktop.viewmodels.settings_profile import ProfileSettingsModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client

PAGES: Final = (
    "profile",
    "account",
    "devices",
    "notifications",
    "appearance",
    "privacy",
    "encryption",
    "keyboard",
    "about",
)


class SettingsModel(AccountModel):
    """The pages' models follow the account together with this."""

    pageChanged = Signal()  # noqa: N815

    def __init__(
        self,
        bridge: Bridge,
        prompt: PromptModel,
        browser: Browser,
        data_dir: Path,
        sign_out: Callable[[str], Awaitable[None]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self._page = PAGES[0]
        self._profile = ProfileSettingsModel(bridge, self)
        self._account = AccountSettingsModel(bridge, prompt, browser, sign_out, self)
        self._devices = DevicesModel(bridge, prompt, browser, self)
        self._notifications = NotificationSettingsModel(bridge, self)
        self._privacy = PrivacySettingsModel(bridge, self)
        self._keys = KeysSettingsModel(bridge, self)
        self._about = AboutModel(bridge, data_dir, self)

    page = Property(str, lambda self: self._page, notify=pageChanged)
    profile = Property(QObject, lambda self: self._profile, constant=True)
    account = Property(QObject, lambda self: self._account, constant=True)
    devices = Property(QObject, lambda self: self._devices, constant=True)
    notifications = Property(QObject, lambda self: self._notifications, constant=True)
    privacy = Property(QObject, lambda self: self._privacy, constant=True)
    keys = Property(QObject, lambda self: self._keys, constant=True)
    about = Property(QObject, lambda self: self._about, constant=True)

    @Slot(str)
    def open(self, page: str) -> None:
        """Show a page."""
        if page in PAGES and page != self._page:
            self._page = page
            self.pageChanged.emit()

    async def use(self, client: Client | None) -> None:
        """Show this account on every page."""
        await super().use(client)
        for part in self._parts():
            await part.use(client)

    async def close(self) -> None:
        """End what the pages have begun."""
        await super().close()
        await asyncio.gather(*(part.close() for part in self._parts()))

    def _parts(self) -> tuple[AccountModel, ...]:
        return (
            self._profile,
            self._account,
            self._devices,
            self._notifications,
            self._privacy,
            self._keys,
            self._about,
        )
