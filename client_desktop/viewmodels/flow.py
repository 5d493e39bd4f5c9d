"""View models of forms and flows: one thing at a time under way, and what went wrong last."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.errors import Cancelled, ClientError
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.problems import sentence
from client_desktop.viewmodels.qml_values import to_qml


def shown(kind: type | str, name: str, notify: Signal) -> Property:
    """Make a read-only property for QML of the attribute `name`, which `Flow.show` sets."""

    def read(self: QObject) -> Any:
        return to_qml(getattr(self, name))

    return Property(kind, read, notify=notify)  # type: ignore[arg-type]


class Flow(AccountModel):
    """`act` runs what the user asked for: `busy` meanwhile, `error` says in a sentence how it failed.

    Subclasses declare `changed = Signal()` of their own (Qt forgets the notifications of properties whose
    signal is inherited) and properties by `shown`, and set them by `show`.
    """

    busyChanged = Signal()  # noqa: N815
    errorChanged = Signal()  # noqa: N815
    changed: ClassVar[Signal]

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._running = 0
        self._error = ""

    def _is_busy(self) -> bool:
        return self._running > 0

    def _get_error(self) -> str:
        return self._error

    busy = Property(bool, _is_busy, notify=busyChanged)
    error = Property(str, _get_error, notify=errorChanged)

    def act(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run what was asked for; what went wrong before is forgotten."""
        self.set_error("")
        task = self.start(self._act(work))
        task.add_done_callback(lambda _: work.close())
        return task

    def show(self, **values: Any) -> None:
        """Set attributes, and tell the view if anything is different."""
        different = False
        for name, value in values.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
                different = True
        if different:
            self.changed.emit()

    def set_error(self, text: str) -> None:
        """Show this sentence; empty: nothing is wrong (any more)."""
        if text != self._error:
            self._error = text
            self.errorChanged.emit()

    @Slot()
    def clearError(self) -> None:  # noqa: N802
        """What was wrong is being mended."""
        self.set_error("")

    async def _act(self, work: Coroutine[Any, Any, None]) -> None:
        self._count(1)
        try:
            await work
        except Cancelled as problem:
            if problem.word != Cancelled.word:
                self.set_error(sentence(problem))
        except ClientError as problem:
            self.set_error(sentence(problem))
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        before = self._running > 0
        self._running += step
        if (self._running > 0) is not before:
            self.busyChanged.emit()
