"""Telling those who run the server about a message, a room or a person."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown


class ReportModel(Flow):
    """`begin` says what it is about; `submit` sends it."""

    changed = Signal()
    done = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._event_id = ""
        self._about = ""
        self._name = ""
        self._kind = "room"

    kind = shown(str, "_kind", changed)
    """message, room or user."""
    name = shown(str, "_name", changed)
    """Of the person it is about, or who wrote the message; empty for rooms."""

    @Slot(str, str, str)
    def begin(self, room_id: str, event_id: str, user_id: str) -> None:
        """Report an event of a room; without one the room; without a room the person."""
        self.set_error("")
        self._room_id, self._event_id = room_id, event_id
        kind = "message" if event_id else "room" if room_id else "user"
        self.show(_about=user_id, _name=user_id, _kind=kind)
        if user_id:
            self.start(self._find_name())

    @Slot(str, bool)
    def submit(self, reason: str, ignore: bool) -> None:
        """Send it; and see nothing of the person any more, if so wished."""
        self.act(self._submit(reason.strip(), ignore and bool(self._about)))

    async def _find_name(self) -> None:
        profile = await self.bridge.call(self.client.people.known_profile, self._about)
        self.show(_name=profile.display_name)

    async def _submit(self, reason: str, ignore: bool) -> None:
        client, about = self.client, self._about
        if self._room_id:
            await self.bridge.call(client.rooms.report, self._room_id, self._event_id or None, reason)
        else:
            await self.bridge.call(client.people.report, about, reason)
        if ignore:
            await self.bridge.call(client.people.ignore, about)
        self.done.emit()
