"""Setting up recovery, getting keys back with it, and beginning anew where it is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QGuiApplication

from client_desktop.core.crypto.secrets.errors import WrongRecoveryKey
from client_desktop.core.errors import NotAllowed
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.words import word

MIN_PASSPHRASE: Final = 12
MAX_KEY_FILE_BYTES: Final = 16 * 1024
KEY_STAYS_MS: Final = 120_000
"""So long a copied key stays on the clipboard."""


class RecoveryModel(Flow):
    """`step` says what to show.

    Setting up: `intro`, `working`, `key` (shown once), `done`. Recovering: `enter`, `working`, `recovered`.
    Resetting: `reset`, then as setting up.
    """

    changed = Signal()
    _restored = Signal(int, int)

    def __init__(self, bridge: Bridge, prompt: PromptModel, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._prompt = prompt
        self._step = "intro"
        self._key = ""
        self._copied = False
        self._saved = False
        self._done = 0
        self._total = 0
        self._takes_passphrase = False
        self._forget_clipboard = QTimer(self)
        self._forget_clipboard.setSingleShot(True)
        self._forget_clipboard.setInterval(KEY_STAYS_MS)
        self._forget_clipboard.timeout.connect(self._clear_clipboard)
        self._copied_text = ""
        self._restored.connect(self._show_progress)

    step = shown(str, "_step", changed)
    key = shown(str, "_key", changed)
    """The recovery key, while it is to be shown."""
    copied = shown(bool, "_copied", changed)
    saved = shown(bool, "_saved", changed)
    restored = shown(int, "_done", changed)
    total = shown(int, "_total", changed)
    takesPassphrase = shown(bool, "_takes_passphrase", changed)  # noqa: N815
    """The storage opens with a passphrase as well."""

    @Slot(str)
    def begin(self, step: str) -> None:
        """Start at `intro`, `enter` or `reset`."""
        self.set_error("")
        self.show(_step=step, _key="", _copied=False, _saved=False, _done=0, _total=0)
        if step == "enter":
            self.start(self._ask_for_passphrase())

    @Slot(str)
    def setUp(self, passphrase: str) -> None:
        """Make identity, storage and backup, and show the recovery key."""
        self._make(lambda: self._set_up(passphrase), passphrase, "intro")

    @Slot(str)
    def changeKey(self, passphrase: str) -> None:  # noqa: N802
        """Make another recovery key in place of the one there is."""
        self._make(lambda: self._change_key(passphrase), passphrase, "intro")

    @Slot(str)
    def reset(self, passphrase: str) -> None:
        """Begin anew with another identity."""
        self._make(lambda: self._reset(passphrase), passphrase, "reset")

    @Slot(str)
    def recover(self, typed: str) -> None:
        """Open the storage with a recovery key or passphrase."""
        if typed.strip():
            self.show(_step="working", _done=0, _total=0)
            self.act(self._falling_back(self._recover(typed.strip()), "enter"))

    @Slot(QUrl)
    def recoverFromFile(self, file: QUrl) -> None:  # noqa: N802
        """Open it with the recovery key in a file that was saved when it was made."""
        path = Path(file.toLocalFile())
        try:
            with path.open("rb") as stream:
                text = stream.read(MAX_KEY_FILE_BYTES).decode("utf-8", "replace")
        except OSError:
            text = ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        key = next((line for line in lines if line.startswith("Es")), lines[0] if lines else "")
        if key:
            self.recover(key)
        else:
            self.set_error(word("error.wrong_recovery_key"))

    @Slot()
    def copyKey(self) -> None:  # noqa: N802
        """Put the key on the clipboard, for two minutes."""
        self._copied_text = self._key
        QGuiApplication.clipboard().setText(self._key)
        self._forget_clipboard.start()
        self.show(_copied=True)

    @Slot(QUrl)
    def saveKey(self, file: QUrl) -> None:  # noqa: N802
        """Write the key to a file that only the user can read."""
        path = Path(file.toLocalFile())
        try:
            path.touch(mode=0o600)
            path.write_text(f"{self.user_id}\n{self._key}\n", "utf-8")
        except OSError:
            self.set_error(word("error.file_not_written"))
        else:
            self.show(_saved=True)

    @Slot()
    def finish(self) -> None:
        """The key is kept: it is never shown again."""
        self.show(_key="", _step="done")

    @Slot()
    def close_flow(self) -> None:
        """Forget everything that was shown."""
        self._prompt.cancel()
        self.show(_key="", _step="intro")

    def _make(self, work: Callable[[], Awaitable[str]], passphrase: str, before: str) -> None:
        if passphrase and len(passphrase) < MIN_PASSPHRASE:
            self.set_error(word("encryption.setup_passphrase_weak"))
            return
        self.show(_step="working")
        self.act(self._falling_back(self._show_key(work), before))

    async def _show_key(self, work: Callable[[], Awaitable[str]]) -> None:
        key = await work()
        self.show(_key=key, _step="key", _copied=False, _saved=False)

    async def _falling_back(self, work: Awaitable[None], step: str) -> None:
        """Go back to where the user can try again if it fails."""
        try:
            await work
        finally:
            if self._step == "working":
                self.show(_step=step)

    async def _set_up(self, passphrase: str) -> str:
        client, prompt = self.client, self._prompt
        return await self.bridge.call(lambda: client.crypto.set_up(prompt, passphrase))

    async def _change_key(self, passphrase: str) -> str:
        client = self.client
        return await self.bridge.call(lambda: client.crypto.change_recovery_key(passphrase))

    async def _reset(self, passphrase: str) -> str:
        client, prompt = self.client, self._prompt
        return await self.bridge.call(lambda: client.crypto.reset(prompt, passphrase))

    async def _ask_for_passphrase(self) -> None:
        client = self.client
        self.show(_takes_passphrase=await self.bridge.call(client.crypto.recovery.passphrase_possible))

    async def _recover(self, typed: str) -> None:
        client = self.client
        try:
            await self.bridge.call(client.crypto.recover, typed)
        except ValueError as problem:
            raise WrongRecoveryKey("not a recovery key") from problem
        backup = (await self.bridge.call(client.crypto.state)).backup_version
        if backup is not None:
            await self._restore()
        self.show(_step="recovered")

    async def _restore(self) -> None:
        client = self.client
        try:
            await self.bridge.call(lambda: client.crypto.restore_backup(self._restored.emit))
        except NotAllowed:
            return  # a backup whose key is not in the storage; the settings page says so

    @Slot(int, int)
    def _show_progress(self, done: int, total: int) -> None:
        self.show(_done=done, _total=total)

    @Slot()
    def _clear_clipboard(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if self._copied_text and clipboard.text() == self._copied_text:
            clipboard.clear()
        self._copied_text = ""
