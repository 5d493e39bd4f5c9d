"""How much one room notifies, for oneself on all devices."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.changes import AccountDataChanged
from client_desktop.core.push.levels import RoomLevel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.time_text import full_text

HOUR_MS: Final = 3_600_000


class RoomNotificationsModel(Flow):
    """`begin(room)` shows it; `setLevel` and `muteFor` change it at once."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._level = RoomLevel.DEFAULT.value
        self._until = ""
        self.listen(AccountDataChanged, self._account_data_changed)

    level = shown(str, "_level", changed)
    """default, all, mentions or mute."""
    mutedUntil = shown(str, "_until", changed)  # noqa: N815
    """When a mute ends, as people read it; empty where it does not."""

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Show this room."""
        self._room_id = room_id
        self.act(self._read())

    @Slot(str)
    def setLevel(self, level: str) -> None:  # noqa: N802
        self.act(self._set(RoomLevel(level), None))

    @Slot(int)
    def muteFor(self, hours: int) -> None:  # noqa: N802
        """Be told of nothing for so long."""
        self.act(self._set(RoomLevel.MUTE, hours))

    async def _set(self, level: RoomLevel, hours: int | None) -> None:
        client, room_id = self.client, self._room_id
        until_ms = None
        if hours is not None:
            until_ms = await self.bridge.call(client.clock.now_ms) + hours * HOUR_MS
        await self.bridge.call(client.push_rules.set_level, room_id, level, until_ms)
        # The rules themselves come back by sync; what was chosen is shown meanwhile.
        self.show(_level=level.value, _until=full_text(until_ms) if until_ms is not None else "")

    async def _read(self) -> None:
        client, room_id = self.client, self._room_id
        level = await self.bridge.call(client.push_rules.level, room_id)
        until_ms = await self.bridge.call(client.push_rules.muted_until_ms, room_id)
        self.show(_level=level.value, _until=full_text(until_ms) if until_ms is not None else "")

    def _account_data_changed(self, change: AccountDataChanged) -> None:
        if change.account == self.user_id and self._room_id and "m.push_rules" in change.types:
            self.start(self._read())
