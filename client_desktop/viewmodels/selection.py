"""Several messages picked at once: to copy, forward or remove them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from client_desktop.core.values import ItemKind, TimelineItem
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.time_text import full_text
from client_desktop.viewmodels.timeline import TimelineModel
from client_desktop.viewmodels.timeline_row import MESSAGES
from client_desktop.viewmodels.view_model import ViewModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client

MOST = 100


class SelectionModel(ViewModel):
    """`conversation.selection`. Messages are named by their rows' keys, and handled in their own order."""

    changed = Signal()
    copied = Signal()

    def __init__(
        self, bridge: Bridge, client: Client, timeline: TimelineModel, parent: QObject | None = None
    ) -> None:
        super().__init__(bridge, parent)
        self._client = client
        self._timeline = timeline
        self._active = False
        self._keys: set[str] = set()
        timeline.model.countChanged.connect(self._forget_gone)

    active = Property(bool, lambda self: self._active, notify=changed)
    keys = Property(list, lambda self: sorted(self._keys), notify=changed)
    count = Property(int, lambda self: len(self._keys), notify=changed)
    eventIds = Property(list, lambda self: self._event_ids(), notify=changed)  # noqa: N815
    canForward = Property(bool, lambda self: self._can_forward(), notify=changed)  # noqa: N815
    canRemove = Property(bool, lambda self: self._can_remove(), notify=changed)  # noqa: N815

    @Slot(str)
    def toggle(self, key: str) -> None:
        """Pick a message, or leave it out again; the first one begins."""
        item = self._timeline.model.item(key)
        if item is None or item.kind not in MESSAGES:
            return
        if key in self._keys:
            self._keys.remove(key)
        elif len(self._keys) < MOST:
            self._keys.add(key)
        self._active = True
        self.changed.emit()

    @Slot()
    def clear(self) -> None:
        """Pick no more."""
        self._keys.clear()
        self._active = False
        self.changed.emit()

    @Slot()
    def copy(self) -> None:
        """Put what they say on the clipboard: of several, each with who said it and when."""
        items = self._items()
        text = items[0].body if len(items) == 1 else "\n".join(_line(item) for item in items)
        QGuiApplication.clipboard().setText(text)
        self.copied.emit()
        self.clear()

    @Slot(str)
    def remove(self, reason: str) -> None:
        """Remove all of them, for everybody."""
        event_ids = self._event_ids() if self._can_remove() else []
        self.clear()
        if event_ids:
            self.start(self._remove(event_ids, reason or None))

    async def _remove(self, event_ids: list[str], reason: str | None) -> None:
        outbox, room_id = self._client.outbox, self._timeline.room_id
        for event_id in event_ids:
            await self.bridge.call(outbox.redact, room_id, event_id, reason)

    def _items(self) -> list[TimelineItem]:
        return [item for item in self._timeline.model.items if item.key in self._keys]

    def _event_ids(self) -> list[str]:
        return [item.event_id for item in self._items() if item.event_id is not None]

    def _can_forward(self) -> bool:
        items = self._items()
        gone = (ItemKind.REDACTED, ItemKind.UNDECRYPTABLE)
        return bool(items) and all(item.event_id and item.kind not in gone for item in items)

    def _can_remove(self) -> bool:
        items = self._items()
        return bool(items) and all(item.event_id and item.can_redact for item in items)

    @Slot()
    def _forget_gone(self) -> None:
        here = {item.key for item in self._timeline.model.items} if self._keys else set()
        if self._keys - here:
            self._keys &= here
            self.changed.emit()


def _line(item: TimelineItem) -> str:
    said = item.body or (item.media.name if item.media else "")
    return f"[{full_text(item.at_ms)}] {item.sender_name or item.sender}: {said}"
