"""The quick switcher: a few letters lead to a room or a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.values import Membership, RoomKind, RoomSection, RoomSummary
from client_desktop.viewmodels.completion import rank_of
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.room_row import is_unread

MOST = 30


@dataclass(frozen=True, slots=True)
class SwitchRow:
    room_id: str
    name: str
    detail: str
    avatar_url: str
    color_id: str
    is_direct: bool
    is_space: bool
    unread: int
    mentions: int


class SwitcherModel(QObject):
    """`rows` fit `words`, best first; without words the rooms that want to be read, then the recent ones."""

    changed = Signal()

    def __init__(
        self,
        rooms: Callable[[], Iterable[RoomSummary]],
        current: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._rooms = rooms
        self._current = current
        self._words = ""
        self._chosen = 0
        self._rows: ValueListModel[SwitchRow] = ValueListModel(SwitchRow, lambda row: row.room_id, self)

    rows = Property(QObject, lambda self: self._rows, constant=True)
    words = Property(str, lambda self: self._words, notify=changed)
    chosen = Property(int, lambda self: self._chosen, notify=changed)

    @Slot()
    def begin(self) -> None:
        """Forget the words of last time."""
        self.setWords("")

    @Slot(str)
    def setWords(self, words: str) -> None:  # noqa: N802
        self._words = words.strip()
        self._chosen = 0
        self._rows.update(switch_rows(self._rooms(), self._words, self._current()))
        self.changed.emit()

    @Slot(int)
    def step(self, step: int) -> None:
        if len(self._rows):
            self._chosen = (self._chosen + step) % len(self._rows)
            self.changed.emit()

    @Slot(result=str)
    def choice(self) -> str:
        """Room id of the chosen row; empty where nothing fits."""
        return self._rows.rows[self._chosen].room_id if self._chosen < len(self._rows) else ""


def switch_rows(rooms: Iterable[RoomSummary], words: str, current: str) -> list[SwitchRow]:
    """Rooms whose name, address or person fits."""
    found = []
    for room in rooms:
        if not _can_be_opened(room) or (room.room_id == current and not words):
            continue
        names = (room.name, (room.canonical_alias or "")[1:], (room.direct_user or "")[1:])
        rank = rank_of(words, *(name for name in names if name))
        if rank is not None:
            urgency = 0 if room.mentions else 1 if is_unread(room) and not room.muted else 2
            found.append(((rank if words else 0, urgency, -room.last_at_ms, room.room_id), room))
    found.sort(key=lambda item: item[0])
    return [_row(room) for _, room in found[:MOST]]


def _can_be_opened(room: RoomSummary) -> bool:
    if room.kind is RoomKind.SPACE:
        return room.membership is Membership.JOIN
    return room.section is not RoomSection.HIDDEN


def _row(room: RoomSummary) -> SwitchRow:
    return SwitchRow(
        room_id=room.room_id,
        name=room.name,
        detail=room.direct_user or room.canonical_alias or room.topic.split("\n", 1)[0],
        avatar_url=room.avatar_url or "",
        color_id=room.direct_user or room.room_id,
        is_direct=room.kind is RoomKind.DIRECT,
        is_space=room.kind is RoomKind.SPACE,
        unread=room.unread,
        mentions=room.mentions,
    )
