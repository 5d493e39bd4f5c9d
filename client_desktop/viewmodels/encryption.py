"""How the account stands with encryption, and what the user should do about it next."""

from __future__ import annotations

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import EncryptionStateChanged
from client_desktop.core.values import EncryptionState
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge

UNKNOWN = EncryptionState(
    available=True,
    identity_exists=False,
    device_verified=False,
    private_keys_here=False,
    storage_exists=False,
    backup_version=None,
    backup_trusted=False,
    backup_active=False,
    keys_waiting=0,
)


class EncryptionModel(AccountModel):
    """`app.encryption`: the state as properties, and `banner`: which line to show above the room list."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._state = UNKNOWN
        self._known = False
        self._dismissed: set[str] = set()
        self.listen(EncryptionStateChanged, self._state_changed)

    known = Property(bool, lambda self: self._known, notify=changed)
    """The server has been asked; before that nothing is worth a banner."""
    available = Property(bool, lambda self: self._state.available, notify=changed)
    identityExists = Property(bool, lambda self: self._state.identity_exists, notify=changed)  # noqa: N815
    deviceVerified = Property(bool, lambda self: self._state.device_verified, notify=changed)  # noqa: N815
    storageExists = Property(bool, lambda self: self._state.storage_exists, notify=changed)  # noqa: N815
    privateKeysHere = Property(bool, lambda self: self._state.private_keys_here, notify=changed)  # noqa: N815
    backupExists = Property(  # noqa: N815
        bool, lambda self: self._state.backup_version is not None, notify=changed
    )
    backupTrusted = Property(bool, lambda self: self._state.backup_trusted, notify=changed)  # noqa: N815
    backupActive = Property(bool, lambda self: self._state.backup_active, notify=changed)  # noqa: N815
    keysWaiting = Property(int, lambda self: self._state.keys_waiting, notify=changed)  # noqa: N815
    banner = Property(str, lambda self: self._banner(), notify=changed)
    """verify, set_up, backup, or empty."""

    @property
    def state(self) -> EncryptionState:
        """All of it, as a value."""
        return self._state

    async def account_changed(self) -> None:
        self._state, self._known = UNKNOWN, False
        self._dismissed.clear()
        self.changed.emit()
        if self.user_id:
            client = self.client
            self._known = await self.bridge.call(lambda: client.crypto.known)
            await self._read()

    @Slot()
    def dismiss(self) -> None:
        """Put the banner away until the next start."""
        self._dismissed.add(self._banner())
        self.changed.emit()

    def next_step(self) -> str:
        """What is to be done to read and keep encrypted history: verify, set_up, backup, or nothing."""
        state = self._state
        if not self._known or not state.available:
            return ""
        if not state.identity_exists:
            return "set_up"
        if not state.device_verified:
            return "verify"
        if not state.storage_exists:
            return "set_up"
        return "" if state.backup_active else "backup"

    def _banner(self) -> str:
        step = self.next_step()
        return "" if step in self._dismissed else step

    async def _read(self) -> None:
        client = self.client
        self._state = await self.bridge.call(client.crypto.state)
        self.changed.emit()

    async def _hear(self) -> None:
        client = self.client
        self._known = await self.bridge.call(lambda: client.crypto.known)  # news may come before it is
        await self._read()

    def _state_changed(self, change: EncryptionStateChanged) -> None:
        if change.account == self.user_id:
            self.start(self._hear())
