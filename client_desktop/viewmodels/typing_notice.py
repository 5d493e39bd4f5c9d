"""When to tell a room that one is typing: at once, again before it runs out, and that it ended."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

AGAIN_MS = 20_000
IDLE_MS = 8_000


class TypingNotice(QObject):
    """`tell(True)` with every key; `notify` is called only when the room has to hear of it."""

    def __init__(self, notify: Callable[[bool], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notify = notify
        self._said = False
        self._idle = self._timer(IDLE_MS)
        self._idle.timeout.connect(self._ended)
        self._again = self._timer(AGAIN_MS)

    def tell(self, typing: bool) -> None:
        """Somebody types now, or has sent or deleted it all."""
        if not typing:
            self._ended()
            return
        self._idle.start()
        if not self._said or not self._again.isActive():
            self._said = True
            self._again.start()
            self._notify(True)

    def stop(self) -> None:
        """Tell nothing more by itself."""
        self._idle.stop()
        self._again.stop()

    @Slot()
    def _ended(self) -> None:
        self.stop()
        if self._said:
            self._said = False
            self._notify(False)

    def _timer(self, interval_ms: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        return timer
