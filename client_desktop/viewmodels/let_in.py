"""Letting another device of one's own sign in."""

from __future__ import annotations

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.accounts.discovery import look_at
from client_desktop.core.accounts.qr.code import QrCode
from client_desktop.core.accounts.qr.conversation import QrPrompt
from client_desktop.core.accounts.qr.existing_device import ExistingDevice
from client_desktop.core.accounts.qr.rendezvous import POLL_S
from client_desktop.core.errors import ClientError
from client_desktop.core.json_types import JsonObject
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.qr_meeting import QrMeeting


class LetInModel(QrMeeting):
    """`app.dialogs.letIn`: this is the device that is signed in."""

    possibleChanged = Signal()  # noqa: N815

    def __init__(
        self, bridge: Bridge, browser: Browser, poll_s: float = POLL_S, parent: QObject | None = None
    ) -> None:
        super().__init__(bridge, browser, self._show_code_to, self._scan_code_of, parent)
        self._poll_s = poll_s
        self._possible = False

    possible = Property(bool, lambda self: self._possible, notify=possibleChanged)
    """The server lets devices meet, and this one has what the new one needs."""

    async def account_changed(self) -> None:
        self.cancel()
        self._set_possible(False)

    @Slot()
    def look(self) -> None:
        """Find out whether it is possible: the page with the button is shown."""
        if self.user_id:
            self.start(self._look())

    async def _show_code_to(self, prompt: QrPrompt) -> None:
        device = await self._existing_device(prompt)
        await self.bridge.call(device.show)
        self.finish()

    async def _scan_code_of(self, prompt: QrPrompt, code: QrCode) -> None:
        device = await self._existing_device(prompt)
        await self.bridge.call(lambda: device.scan(code))
        self.finish()

    async def _existing_device(self, prompt: QrPrompt) -> ExistingDevice:
        client, poll_s = self.client, self._poll_s

        async def secrets() -> JsonObject:
            return client.crypto.bundle()

        return await self.bridge.call(
            lambda: ExistingDevice(client.http, client.api, client.me.user_id, prompt, secrets, poll_s)
        )

    async def _look(self) -> None:
        client = self.client
        try:
            server = await self.bridge.call(lambda: look_at(client.http, client.me.homeserver_url))
        except ClientError:
            return  # the page asks again when it is shown again
        keys_here = await self.bridge.call(lambda: client.crypto.state().private_keys_here)
        self._set_possible(server.has_qr and keys_here)

    def _set_possible(self, possible: bool) -> None:
        self._possible = possible
        self.possibleChanged.emit()
