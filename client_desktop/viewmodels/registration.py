"""Making an account: a free name, a password, and the stages that the server asks for."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.accounts.registration import register_account, user_name_problem
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.login import Accounts, LoginModel, device_name
from client_desktop.viewmodels.problems import error_sentence
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.words import word

MIN_PASSWORD: Final = 8
ASK_AFTER_S: Final = 0.4
"""So long after the last key press the server is asked whether the name is free."""
_LOCALPART: Final = re.compile(r"[a-z0-9._=/+-]+")


class RegistrationModel(Flow):
    """One new account on the server chosen in `LoginModel`; its stages are asked by `prompt`."""

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
        self._name_problem = ""
        self._name_is_free = False
        self._check: asyncio.Task[None] | None = None

    nameProblem = shown(str, "_name_problem", changed)  # noqa: N815
    nameIsFree = shown(bool, "_name_is_free", changed)  # noqa: N815

    @Slot(str)
    def checkName(self, name: str) -> None:  # noqa: N802
        """Say whether the name may be used; asks the server when nobody types for a moment."""
        if self._check is not None:
            self._check.cancel()
        self.show(_name_is_free=False, _name_problem="")
        if name and not _LOCALPART.fullmatch(name):
            self.show(_name_problem=word("login.register_name_invalid"))
        elif name:
            self._check = self.start(self._ask_about(name))

    @Slot(str, str)
    def register(self, name: str, password: str) -> None:
        """Make the account."""
        name = name.strip().removeprefix("@").partition(":")[0]
        if not name:
            self.set_error(word("login.need_username"))
        elif not _LOCALPART.fullmatch(name):
            self.set_error(word("login.register_name_invalid"))
        elif len(password) < MIN_PASSWORD:
            self.set_error(word("login.register_password_weak", str(MIN_PASSWORD)))
        else:
            self.act(self._register(name, password))

    @Slot()
    def cancel(self) -> None:
        """Go back to the form."""
        self._prompt.cancel()

    async def _ask_about(self, name: str) -> None:
        await asyncio.sleep(ASK_AFTER_S)
        homeserver = self._login.homeserver
        if homeserver is None:
            return
        problem = await self.bridge.call(lambda: user_name_problem(self._accounts.http, homeserver.url, name))
        self.show(_name_is_free=not problem, _name_problem=error_sentence(problem) if problem else "")

    async def _register(self, name: str, password: str) -> None:
        homeserver = self._login.homeserver
        if homeserver is None:
            return
        session = await self.bridge.call(
            lambda: register_account(
                self._accounts.http,
                homeserver.url,
                name,
                password,
                self._prompt,
                clock=self._accounts.clock,
                device_name=device_name(),
            )
        )
        await self._login.enter(session, new=True)
