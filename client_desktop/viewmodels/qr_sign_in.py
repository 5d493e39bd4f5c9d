"""Signing in with the help of a device that is signed in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from client_desktop.core.accounts.qr.code import QrCode
from client_desktop.core.accounts.qr.conversation import QrPrompt
from client_desktop.core.accounts.qr.new_device import NewDevice, QrSignIn
from client_desktop.core.accounts.qr.rendezvous import POLL_S
from client_desktop.core.boundary import describe
from client_desktop.core.errors import Cancelled, ClientError
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.qr_meeting import QrMeeting

if TYPE_CHECKING:
    from client_desktop.viewmodels.login import Accounts, LoginModel

log = logging.getLogger(__name__)


class QrSignInModel(QrMeeting):
    """`app.qrSignIn`: this is the new device. Ends in `login.signedIn`, as every other way in."""

    def __init__(
        self,
        bridge: Bridge,
        accounts: Accounts,
        login: LoginModel,
        browser: Browser,
        poll_s: float = POLL_S,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, browser, self._show_code_to, self._scan_code_of, parent)
        self._accounts = accounts
        self._login = login
        self._poll_s = poll_s

    async def _show_code_to(self, prompt: QrPrompt) -> None:
        homeserver = self._login.homeserver
        if homeserver is None:
            raise Cancelled
        new = self._new_device(prompt)
        await self._enter(await self.bridge.call(lambda: new.show(homeserver.url)))

    async def _scan_code_of(self, prompt: QrPrompt, code: QrCode) -> None:
        new = self._new_device(prompt)
        await self._enter(await self.bridge.call(lambda: new.scan(code)))

    def _new_device(self, prompt: QrPrompt) -> NewDevice:
        from client_desktop.viewmodels.login import DESCRIPTION

        accounts = self._accounts
        return NewDevice(accounts.http, accounts.clock, prompt, DESCRIPTION, self._poll_s)

    async def _enter(self, signed_in: QrSignIn) -> None:
        await self._login.enter(signed_in.session, new=False, prepare=lambda: self._verify(signed_in))
        self.finish()

    async def _verify(self, signed_in: QrSignIn) -> None:
        """Make this device one of the account's; where that fails it is signed in all the same."""
        accounts, user_id = self._accounts, signed_in.session.user_id
        try:
            await self.bridge.call(lambda: accounts.accounts[user_id].crypto.adopt_bundle(signed_in.secrets))
        except ClientError as error:
            log.warning("the secrets that were handed over are of no use: %s", describe(error))
