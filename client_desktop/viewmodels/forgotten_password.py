"""A new password for somebody who has forgotten the old one and can read the account's mail."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.accounts.account_settings import reset_forgotten_password
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.login import Accounts, LoginModel
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.registration import MIN_PASSWORD
from client_desktop.viewmodels.words import word


class ForgottenPasswordModel(Flow):
    """Sets the password on the server chosen in `LoginModel`; the mail address is asked for by `prompt`."""

    changed = Signal()

    def __init__(
        self,
        bridge: Bridge,
        accounts: Accounts,
        login: LoginModel,
        prompt: PromptModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self._accounts = accounts
        self._login = login
        self._prompt = prompt
        self._finished = False
        login.changed.connect(self._begin_anew)

    finished = shown(bool, "_finished", changed)

    @Slot(str, bool)
    def submit(self, new_password: str, sign_out_others: bool) -> None:
        """Set the password after the mail has been answered."""
        if len(new_password) < MIN_PASSWORD:
            self.set_error(word("login.register_password_weak", str(MIN_PASSWORD)))
        else:
            self.act(self._submit(new_password, sign_out_others))

    async def _submit(self, new_password: str, sign_out_others: bool) -> None:
        homeserver = self._login.homeserver
        if homeserver is None:
            return
        await self.bridge.call(
            lambda: reset_forgotten_password(
                self._accounts.http,
                homeserver.url,
                new_password,
                self._prompt,
                sign_out_others=sign_out_others,
            )
        )
        self.show(_finished=True)

    @Slot()
    def _begin_anew(self) -> None:
        if not self._login.is_at("forgot"):
            self.show(_finished=False)
            self.set_error("")
