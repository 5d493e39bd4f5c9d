"""The page "Account": server, password, addresses, own data, signing out, closing the account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
from PySide6.QtCore import QObject, QUrl, Signal, Slot

from client_desktop.core.accounts.email_stage import EmailValidation
from client_desktop.core.accounts.managed_elsewhere import ManagedInBrowser
from client_desktop.core.errors import BadAnswer
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.registration import MIN_PASSWORD
from client_desktop.viewmodels.words import word


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An e-mail address or a telephone number of the account."""

    medium: str
    address: str


class AccountSettingsModel(Flow):
    """`app.settings.account`. What the server's own pages manage opens there."""

    changed = Signal()
    done = Signal(str)
    """A sentence about what has been done."""

    def __init__(
        self,
        bridge: Bridge,
        prompt: PromptModel,
        browser: Browser,
        sign_out: Callable[[str], Awaitable[None]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self._prompt = prompt
        self._browser = browser
        self._sign_out_of = sign_out
        self._server_url = ""
        self._managed = False
        self._has_page = False
        self._can_change_password = False
        self._can_change_addresses = False
        self._addresses: tuple[AddressRow, ...] = ()
        self._waiting_for = ""
        self._validation: EmailValidation | None = None

    serverUrl = shown(str, "_server_url", changed)  # noqa: N815
    managed = shown(bool, "_managed", changed)
    """The account is managed on the server's own pages."""
    hasPage = shown(bool, "_has_page", changed)  # noqa: N815
    """The server has a page for the account, which shows the apps that were let in."""
    canChangePassword = shown(bool, "_can_change_password", changed)  # noqa: N815
    canChangeAddresses = shown(bool, "_can_change_addresses", changed)  # noqa: N815
    addresses = shown(list, "_addresses", changed)
    waitingFor = shown(str, "_waiting_for", changed)  # noqa: N815
    """The address whose mail has to be answered; empty where there is none."""

    async def account_changed(self) -> None:
        self.show(_addresses=(), _waiting_for="", _server_url="", _managed=False, _has_page=False)
        self._validation = None
        if self.user_id:
            me = await self.bridge.call(lambda: self.client.me)
            self.show(_server_url=me.homeserver_url, _managed=me.uses_oauth)

    @Slot()
    def refresh(self) -> None:
        """Ask the server again: the page is shown."""
        if self.user_id:
            self.act(self._refresh())

    @Slot(str, bool)
    def changePassword(self, new_password: str, sign_out_others: bool) -> None:  # noqa: N802
        """Change the password; the old one is asked for by `prompt`."""
        if len(new_password) < MIN_PASSWORD:
            self.set_error(word("settings.account_password_short"))
        else:
            self.act(self._change_password(new_password, sign_out_others))

    @Slot(str)
    def addEmail(self, address: str) -> None:  # noqa: N802
        """Have a mail sent to an address."""
        if "@" in address:
            self.act(self._add_email(address.strip()))

    @Slot()
    def confirmEmail(self) -> None:  # noqa: N802
        """The link in the mail has been opened."""
        self.act(self._confirm_email())

    @Slot()
    def cancelEmail(self) -> None:  # noqa: N802
        """Add no address after all."""
        self._validation = None
        self.set_error("")
        self.show(_waiting_for="")

    @Slot(str, str)
    def removeAddress(self, medium: str, address: str) -> None:  # noqa: N802
        """Forget an address."""
        self.act(self._remove_address(medium, address))

    @Slot(QUrl)
    def exportData(self, file: QUrl) -> None:  # noqa: N802
        """Save what the server keeps of the account."""
        self.act(self._export(Path(file.toLocalFile())))

    @Slot()
    def openAccountPage(self) -> None:  # noqa: N802
        """Open the server's page for the account."""
        self.act(self._open_account_page())

    @Slot()
    def signOut(self) -> None:  # noqa: N802
        """Sign this device out and forget what it stored."""
        self.act(self._sign_out())

    @Slot(bool)
    def closeAccount(self, erase: bool) -> None:  # noqa: N802
        """Close the account for good."""
        self.act(self._close_account(erase))

    async def _refresh(self) -> None:
        account = self.client.account
        capabilities = await self.bridge.call(account.capabilities)
        self.show(
            _can_change_password=capabilities.change_password and not self._managed,
            _can_change_addresses=capabilities.change_threepids and not self._managed,
        )
        addresses = await self.bridge.call(account.emails_and_numbers)
        self.show(_addresses=tuple(AddressRow(entry.medium, entry.address) for entry in addresses))
        try:
            page = await self.bridge.call(account.account_url)
        except BadAnswer:
            page = None  # who offers nothing that can be used offers nothing, as at signing in
        self.show(_has_page=page is not None)

    async def _change_password(self, new_password: str, sign_out_others: bool) -> None:
        account, prompt = self.client.account, self._prompt
        await self._here_or_in_browser(
            lambda: account.change_password(new_password, prompt, sign_out_others=sign_out_others)
        )
        self.done.emit(word("settings.account_password_done"))

    async def _add_email(self, address: str) -> None:
        account, earlier = self.client.account, self._validation
        self._validation = await self.bridge.call(lambda: account.add_email(address, earlier))
        self.show(_waiting_for=address)

    async def _confirm_email(self) -> None:
        account, prompt, validation = self.client.account, self._prompt, self._validation
        if validation is None:
            return
        await self.bridge.call(lambda: account.confirm_email(validation, prompt))
        self.cancelEmail()
        await self._refresh()

    async def _remove_address(self, medium: str, address: str) -> None:
        account = self.client.account
        await self._here_or_in_browser(lambda: account.remove_address(medium, address))
        await self._refresh()

    async def _export(self, file: Path) -> None:
        account = self.client.account

        async def export() -> None:
            content = orjson.dumps(await account.export(), option=orjson.OPT_INDENT_2)
            await asyncio.to_thread(file.write_bytes, content)

        await self.bridge.call(export)
        self.done.emit(word("settings.account_export_done", str(file)))

    async def _open_account_page(self) -> None:
        account = self.client.account
        url = await self.bridge.call(account.account_url)
        if url is not None:
            await self._browser.open(url)

    async def _sign_out(self) -> None:
        await self._sign_out_of(self.user_id)

    async def _close_account(self, erase: bool) -> None:
        account, prompt, user_id = self.client.account, self._prompt, self.user_id
        await self._here_or_in_browser(lambda: account.deactivate(prompt, erase=erase))
        await self._sign_out_of(user_id)

    async def _here_or_in_browser(self, call: Callable[[], Awaitable[None]]) -> None:
        """Do it, or lead to the page that does."""
        try:
            await self.bridge.call(call)
        except ManagedInBrowser as elsewhere:
            if elsewhere.url is None:
                raise
            await self._browser.open(elsewhere.url)
