"""A view model that shows one account at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from client_desktop.core.errors import Cancelled
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.view_model import ViewModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client


class AccountModel(ViewModel):
    """`use(client)` shows another account, `use(None)` none. Subclasses read anew in `account_changed`.

    `self.client` belongs to the engine's thread: touch it only inside `self.bridge.call`.
    """

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._client: Client | None = None
        self.user_id = ""
        """The account's key, as changes carry it; empty while there is none."""

    @property
    def client(self) -> Client:
        """The account shown. Raises Cancelled while there is none: what was asked makes no sense any more."""
        if self._client is None:
            raise Cancelled
        return self._client

    async def use(self, client: Client | None) -> None:
        """Show this account from now on."""
        self._client = client
        self.user_id = await self.bridge.call(lambda: client.me.user_id) if client else ""
        await self.account_changed()

    async def account_changed(self) -> None:
        """Forget what was shown and read what there is; `self.user_id` is empty where there is nothing."""
