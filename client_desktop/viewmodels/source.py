"""Developer tools: what an event and a room's state look like on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.json_types import JsonValue
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.time_text import full_text


@dataclass(frozen=True, slots=True)
class StateRow:
    type: str
    state_key: str


class SourceModel(AccountModel):
    """`app.source`: JSON of an event (`text`; `clearText` where it was encrypted), or of a room's state."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._kind = self._text = self._clear = self._room_id = ""
        self._rows: ValueListModel[StateRow] = ValueListModel(
            StateRow, lambda row: (row.type, row.state_key), self
        )

    kind = Property(str, lambda self: self._kind, notify=changed)
    """event, state, or empty while nothing is shown."""
    text = Property(str, lambda self: self._text, notify=changed)
    clearText = Property(str, lambda self: self._clear, notify=changed)  # noqa: N815
    states = Property(QObject, lambda self: self._rows, constant=True)

    async def account_changed(self) -> None:
        self.hide()

    @Slot(str, str)
    def showEvent(self, room_id: str, event_id: str) -> None:  # noqa: N802
        self.start(self._show_event(room_id, event_id))

    @Slot(str, str)
    def showHistory(self, room_id: str, event_id: str) -> None:  # noqa: N802
        """The earlier versions of an edited message, newest first."""
        self.start(self._show_history(room_id, event_id))

    @Slot(str)
    def showState(self, room_id: str) -> None:  # noqa: N802
        self.start(self._show_state(room_id))

    @Slot(str, str)
    def chooseState(self, event_type: str, state_key: str) -> None:  # noqa: N802
        self.start(self._choose_state(event_type, state_key))

    @Slot()
    def hide(self) -> None:
        if self._kind:
            self._show("", "", "")

    async def _show_event(self, room_id: str, event_id: str) -> None:
        source = await self.bridge.call(self.client.timelines.event_source, room_id, event_id)
        self._show("event", pretty(source.event), pretty(source.clear) if source.clear else "")

    async def _show_history(self, room_id: str, event_id: str) -> None:
        versions = await self.bridge.call(self.client.timelines.edit_history, room_id, event_id)
        lines = (f"{full_text(version.at_ms)}\n{version.body}" for version in reversed(versions))
        self._show("history", "\n\n".join(lines), "")

    async def _show_state(self, room_id: str) -> None:
        self._room_id = room_id
        events = await self.bridge.call(self.client.rooms.all_state, room_id)
        keys = sorted((str(event["type"]), str(event.get("state_key", ""))) for event in events)
        self._rows.update(StateRow(event_type, state_key) for event_type, state_key in keys)
        self._show("state", "", "")

    async def _choose_state(self, event_type: str, state_key: str) -> None:
        content = await self.bridge.call(self.client.rooms.state_event, self._room_id, event_type, state_key)
        self._show("state", pretty(content), "")

    def _show(self, kind: str, text: str, clear: str) -> None:
        self._kind, self._text, self._clear = kind, text, clear
        self.changed.emit()


def pretty(value: JsonValue | object) -> str:
    """JSON as people read it."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=str)
