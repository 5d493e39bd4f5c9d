"""Sending a message on to other rooms."""

from __future__ import annotations

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.rooms import RoomsModel
from client_desktop.viewmodels.switcher import SwitcherModel


class ForwardModel(AccountModel):
    """`app.forward`: `begin` with a message (`beginMany`: several), choose from `rooms`, `send` to each."""

    changed = Signal()
    forwarded = Signal(str)

    def __init__(self, bridge: Bridge, rooms: RoomsModel, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._event_ids: tuple[str, ...] = ()
        self._sent: list[str] = []
        self._rooms = SwitcherModel(rooms.summaries.values, lambda: "", self)

    active = Property(bool, lambda self: bool(self._event_ids), notify=changed)
    rooms = Property(QObject, lambda self: self._rooms, constant=True)
    sent = Property(list, lambda self: self._sent, notify=changed)
    """Rooms that have it now."""

    async def account_changed(self) -> None:
        self.cancel()

    @Slot(str, str)
    def begin(self, room_id: str, event_id: str) -> None:
        """Choose where to send an event of a room."""
        self.beginMany(room_id, [event_id])

    @Slot(str, list)
    def beginMany(self, room_id: str, event_ids: list[str]) -> None:  # noqa: N802
        """Choose where to send several, in this order."""
        self._room_id, self._event_ids, self._sent = room_id, tuple(event_ids), []
        self._rooms.begin()
        self.changed.emit()

    @Slot()
    def cancel(self) -> None:
        if self._event_ids:
            self._event_ids = ()
            self.changed.emit()

    @Slot(str)
    def send(self, room_id: str) -> None:
        if self._event_ids and room_id not in self._sent:
            self.start(self._send(room_id, self._room_id, self._event_ids))

    async def _send(self, target: str, room_id: str, event_ids: tuple[str, ...]) -> None:
        for event_id in event_ids:
            event_type, content = await self.bridge.call(self._content, room_id, event_id)
            await self.bridge.call(self.client.outbox.forward, event_type, content, target)
        self._sent = [*self._sent, target]
        self.changed.emit()
        self.forwarded.emit(target)

    async def _content(self, room_id: str, event_id: str) -> tuple[str, ReadonlyJsonObject]:
        """In the engine's thread: what the event says, decrypted."""
        source = await self.client.timelines.event_source(room_id, event_id)
        event = source.clear or source.event
        return str(event["type"]), event["content"]
