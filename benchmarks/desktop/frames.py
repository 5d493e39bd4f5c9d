"""Watching the interface's thread: when frames come, and how long it answers nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtQuick import QQuickItem, QQuickWindow

from client_desktop.viewmodels.timeline_rows import TimelineRows

FRAME_S = 0.016
PATIENCE_S = 20.0


class Frames(QObject):
    """Waits for frames of a window."""

    def __init__(self, window: QQuickWindow) -> None:
        super().__init__(window)
        self._window = window
        self._timeline: QQuickItem | None = None
        self._next: asyncio.Future[float] | None = None
        # Direct: the software renderer draws in the interface's thread.
        window.frameSwapped.connect(self._swapped, Qt.ConnectionType.DirectConnection)

    async def next(self) -> float:
        """Ask for a frame, and return when it was shown, by `time.perf_counter`."""
        self._next = asyncio.get_running_loop().create_future()
        self._window.update()
        async with asyncio.timeout(PATIENCE_S):
            return await self._next

    def timeline(self) -> QQuickItem:
        """The list of messages, looked for once: the view stays when another room is shown."""
        if self._timeline is None:
            self._timeline = timeline_list(self._window)
        return self._timeline

    def _swapped(self) -> None:
        waiting, self._next = self._next, None
        if waiting is not None and not waiting.done():
            waiting.set_result(time.perf_counter())


class Heartbeat(QObject):
    """Beats every millisecond in the interface's thread: its longest pause is how long that was blocked."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.pauses_ms: list[float] = []
        self.busy_ms: list[float] = []
        """What of each pause the thread had a processor for."""
        self._before, self._cpu_before = time.perf_counter(), time.thread_time()
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer, interval=1)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.pauses_ms, self.busy_ms = [], []
        self._before, self._cpu_before = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> None:
        self._beat()
        self._timer.stop()

    def _beat(self) -> None:
        now, cpu = time.perf_counter(), time.thread_time()
        self.pauses_ms.append((now - self._before) * 1000)
        self.busy_ms.append((cpu - self._cpu_before) * 1000)
        self._before, self._cpu_before = now, cpu


def items_below(item: QQuickItem) -> Iterator[QQuickItem]:
    """Everything in an item, depth first."""
    for child in item.childItems():
        yield child
        yield from items_below(child)


def timeline_list(window: QQuickWindow) -> QQuickItem:
    """The list of messages.

    Raises: LookupError where none is shown.
    """
    for item in items_below(window.contentItem()):
        if item.inherits("QQuickListView") and isinstance(item.property("model"), TimelineRows):
            return item
    raise LookupError("no timeline is shown")


def scroll_by(window: QQuickWindow, above: QQuickItem, pixels: int, *, begin: bool = False) -> None:
    """Scroll by pixels over the middle of an item, as a touchpad does; the first time with `begin`."""
    place = above.mapToScene(QPointF(above.width() / 2, above.height() / 2))
    event = QWheelEvent(
        place,
        window.mapToGlobal(place),
        QPoint(0, pixels),
        QPoint(0, pixels),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollBegin if begin else Qt.ScrollPhase.ScrollUpdate,
        False,
        Qt.MouseEventSource.MouseEventSynthesizedBySystem,
    )
    QCoreApplication.sendEvent(window, event)


async def until_quiet(pause_s: float = 0.3, longest_ms: float = 8.0) -> None:
    """Return when the interface's thread has had nothing long to do for a while; other processes may have."""
    async with asyncio.timeout(PATIENCE_S):
        quiet_since, before = time.perf_counter(), time.thread_time()
        while time.perf_counter() - quiet_since < pause_s:
            await asyncio.sleep(0.002)
            busy_ms = (time.thread_time() - before) * 1000
            before = time.thread_time()
            if busy_ms > longest_ms:
                quiet_since = time.perf_counter()
