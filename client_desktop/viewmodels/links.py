"""`app.links`: whether the system opens links to people and rooms with this client; offered once."""

from __future__ import annotations

import asyncio
from typing import Protocol

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.viewmodels.preferences import PreferencesModel


class LinkHandler(Protocol):
    """What registers programs with the system; each call but `is_possible` may take a moment."""

    def is_possible(self) -> bool: ...

    def is_registered(self) -> bool: ...

    def register(self) -> None:
        """Raises: Exception, where the system did not take it."""
        ...


class LinksModel(QObject):
    """`state`: empty while nothing can be done, `other` (another program, or none, opens them) or `own`."""

    changed = Signal()
    done = Signal(bool)
    """Whether the system took it."""

    def __init__(self, preferences: PreferencesModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._handler: LinkHandler | None = None
        self._state = ""
        self._task: asyncio.Task[None] | None = None
        preferences.changed.connect(self.changed)

    state = Property(str, lambda self: self._state, notify=changed)
    offered = Property(bool, lambda self: self._is_offered(), notify=changed)
    """Ask now: it is possible, and the user has not been asked yet."""

    def use(self, handler: LinkHandler) -> None:
        """Register with this from now on, and find out how things stand."""
        self._handler = handler
        if handler.is_possible():
            self._task = asyncio.ensure_future(self._look(handler))

    @Slot()
    def register(self) -> None:
        """Have the system open the links with this client."""
        self.dismiss()
        handler = self._handler
        if handler is not None and (self._task is None or self._task.done()):
            self._task = asyncio.ensure_future(self._register(handler))

    @Slot()
    def dismiss(self) -> None:
        """Ask no more; the settings still have it."""
        self._preferences.set_values(links_offered=True)

    async def close(self) -> None:
        """Wait for what was begun."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self, handler: LinkHandler) -> None:
        registered = await asyncio.to_thread(handler.is_registered)
        self._state = "own" if registered else "other"
        self.changed.emit()

    async def _register(self, handler: LinkHandler) -> None:
        try:
            await asyncio.to_thread(handler.register)
        except OSError:
            self.done.emit(False)
            return
        await self._look(handler)
        self.done.emit(self._state == "own")

    def _is_offered(self) -> bool:
        return self._state == "other" and not self._preferences.values.links_offered
