"""Progress of files, told often enough to be seen and not more."""

from __future__ import annotations

from typing import Final

from client_desktop.core.changes import Changes, TransferChanged
from client_desktop.core.clock import Clock
from client_desktop.core.values import Transfer

INTERVAL_S: Final = 0.1


class TransferTeller:
    """Tells of one transfer."""

    def __init__(
        self, changes: Changes, clock: Clock, account: str, transfer_id: str, *, upload: bool
    ) -> None:
        self._changes = changes
        self._clock = clock
        self._account = account
        self._transfer_id = transfer_id
        self._upload = upload
        self._told_at_s = -INTERVAL_S
        self._done = 0
        self._total: int | None = None

    @property
    def part(self) -> float:
        """How much is done, 0 to 1."""
        return self._done / self._total if self._total else 0.0

    def progress(self, done: int, total: int | None) -> bool:
        """Note it, and tell whether it was told."""
        self._done, self._total = done, total
        now_s = self._clock.monotonic()
        if now_s - self._told_at_s < INTERVAL_S and done != total:
            return False
        self._told_at_s = now_s
        self._tell(False, "")
        return True

    def finish(self, error_word: str = "") -> None:
        """Tell that it is over."""
        self._tell(True, error_word)

    def _tell(self, finished: bool, error_word: str) -> None:
        transfer = Transfer(self._transfer_id, self._upload, self._done, self._total, finished, error_word)
        self._changes.publish(TransferChanged(self._account, transfer))
