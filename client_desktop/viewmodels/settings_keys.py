"""The page "Encryption": key backup, keys as files, sending to verified devices only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal, Slot

from client_desktop.core.crypto.room_settings import SendTo
from client_desktop.core.errors import NotAllowed
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.settings_devices import grouped
from client_desktop.viewmodels.words import word

MIN_PASSPHRASE: Final = 12
MAX_FILE_BYTES: Final = 200 * 1024 * 1024


class KeyFileUnreadable(NotAllowed):
    """The file is gone, too large, or nobody may read or write it."""

    word = "key_file"


class KeysSettingsModel(Flow):
    """`app.settings.keys`."""

    changed = Signal()
    done = Signal(str)
    _restored = Signal(int, int)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._device_id = ""
        self._device_key = ""
        self._done_keys = 0
        self._total_keys = 0
        self._verified_only = False
        self._restored.connect(self._show_progress)

    deviceId = shown(str, "_device_id", changed)  # noqa: N815
    deviceKey = shown(str, "_device_key", changed)  # noqa: N815
    verifiedOnly = shown(bool, "_verified_only", changed)  # noqa: N815
    """This account sends only to devices whose owners vouch for them."""
    restored = shown(int, "_done_keys", changed)
    total = shown(int, "_total_keys", changed)

    async def account_changed(self) -> None:
        self.show(_device_id="", _device_key="", _done_keys=0, _total_keys=0)
        if self.user_id:
            client = self.client
            account = await self.bridge.call(lambda: client.crypto.account)
            send_to = await self.bridge.call(lambda: client.crypto.settings.send_to)
            self.show(
                _device_id=account.device_id,
                _device_key=grouped(account.ed25519),
                _verified_only=send_to is not SendTo.EVERYBODY,
            )

    @Slot(bool)
    def sendToVerifiedOnly(self, wanted: bool) -> None:  # noqa: N802
        """Choose for this account; its rooms may be stricter."""
        self.act(self._send_to(SendTo.CROSS_SIGNED if wanted else SendTo.EVERYBODY))

    async def _send_to(self, send_to: SendTo) -> None:
        client = self.client
        await self.bridge.call(client.crypto.set_send_to, send_to)
        self.show(_verified_only=send_to is not SendTo.EVERYBODY)

    @Slot()
    def turnOn(self) -> None:  # noqa: N802
        """Back keys up from now on."""
        self.act(self._turn_on())

    @Slot()
    def turnOff(self) -> None:  # noqa: N802
        """Delete the backup."""
        self.act(self._turn_off())

    @Slot()
    def restore(self) -> None:
        """Get every key out of the backup."""
        self.act(self._restore())

    @Slot(QUrl, str, str)
    def exportKeys(self, file: QUrl, passphrase: str, again: str) -> None:  # noqa: N802
        """Write all keys to a file, encrypted."""
        if len(passphrase) < MIN_PASSPHRASE:
            self.set_error(word("settings.encryption_passphrase_short"))
        elif passphrase != again:
            self.set_error(word("settings.encryption_passphrase_differ"))
        else:
            self.act(self._export(Path(file.toLocalFile()), passphrase))

    @Slot(QUrl, str)
    def importKeys(self, file: QUrl, passphrase: str) -> None:  # noqa: N802
        """Take in the keys of a file."""
        self.act(self._import(Path(file.toLocalFile()), passphrase))

    async def _turn_on(self) -> None:
        await self.bridge.call(self.client.crypto.backup.switch_on)

    async def _turn_off(self) -> None:
        await self.bridge.call(self.client.crypto.backup.switch_off)

    async def _restore(self) -> None:
        client = self.client
        restored = await self.bridge.call(lambda: client.crypto.restore_backup(self._restored.emit))
        self.show(_done_keys=0, _total_keys=0)
        self.done.emit(word("settings.encryption_backup_restored", n=restored.new))

    async def _export(self, file: Path, passphrase: str) -> None:
        client = self.client
        text = await self.bridge.call(client.crypto.export_keys, passphrase)
        await asyncio.to_thread(_write, file, text)
        self.done.emit(word("settings.encryption_export_done", file.name))

    async def _import(self, file: Path, passphrase: str) -> None:
        client = self.client
        text = await asyncio.to_thread(_read, file)
        imported, _ = await self.bridge.call(client.crypto.import_keys, text, passphrase)
        self.done.emit(word("settings.encryption_imported", n=imported))

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        self.show(_done_keys=done, _total_keys=total)


def _write(file: Path, text: str) -> None:
    try:
        file.touch(mode=0o600)
        file.write_text(text, "utf-8")
    except OSError as problem:
        raise KeyFileUnreadable(type(problem).__name__) from problem


def _read(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise KeyFileUnreadable("too large")
        return file.read_text("utf-8", "replace")
    except OSError as problem:
        raise KeyFileUnreadable(type(problem).__name__) from problem
