"""The list of a timeline for QML: newest first, rows made when a view asks for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    Property,
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from client_desktop.core.text.blocks import Surroundings
from client_desktop.core.values import (
    Insert,
    ItemKind,
    Remove,
    Replace,
    Reset,
    TimelineItem,
    TimelineOperation,
)
from client_desktop.viewmodels.timeline_creation import creation_part
from client_desktop.viewmodels.timeline_folding import alike_around, fold_text, run_around
from client_desktop.viewmodels.timeline_row import MESSAGES, begins_group, message_shape, row_of, shape_of

ROOT = QModelIndex()
SHAPE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = SHAPE_ROLE + 1
KEPT_ROWS = 400


class TimelineRows(QAbstractListModel):
    """Items of one timeline, turned round: the view fills from below, so the newest is row 0.

    Two roles: `shape` chooses the delegate when it is made, `row` is everything it shows. A message's row
    depends on the item before it (one name for a group), so what follows a change is looked at again.
    """

    countChanged = Signal()  # noqa: N815
    arrived = Signal(int)
    """So many messages of others were put at the newest end."""

    def __init__(self, now_ms: Callable[[], int], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: list[TimelineItem] = []
        self._made: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._now_ms = now_ms
        self._developer = False
        self.around = Surroundings()
        """Who reads, and what people are called here; `refresh` after a change."""
        self._names = {SHAPE_ROLE: QByteArray(b"shape"), ROW_ROLE: QByteArray(b"row")}

    @property
    def items(self) -> Sequence[TimelineItem]:
        """Oldest first; not to be changed."""
        return self._items

    # What Qt asks

    def roleNames(self) -> dict[int, QByteArray]:  # noqa: N802
        return self._names

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._items)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        place = len(self._items) - 1 - index.row()
        if not 0 <= place < len(self._items):
            return None
        if role == SHAPE_ROLE:
            shape = shape_of(self._items[place], self._developer)
            return message_shape(self._row(place)) if shape == "message" else shape
        return self._row(place) if role == ROW_ROLE else None

    def _count(self) -> int:
        return len(self._items)

    count = Property(int, _count, notify=countChanged)

    @Slot(int, result="QVariant")
    def get(self, row: int) -> Any:
        """The row's map; None where there is none."""
        place = len(self._items) - 1 - row
        return self._row(place) if 0 <= place < len(self._items) else None

    @Slot(str, result=int)
    def rowOfKey(self, key: str) -> int:  # noqa: N802
        """Where the item with this key or event id is; -1 where it is not."""
        for row, item in enumerate(reversed(self._items)):
            if key and key in (item.key, item.event_id):
                return row
        return -1

    @Slot(result=int)
    def newRow(self) -> int:  # noqa: N802
        """Where the line above the unread is; -1 where there is none."""
        for row, item in enumerate(reversed(self._items)):
            if item.kind is ItemKind.NEW:
                return row
        return -1

    @Slot(int, result=str)
    def dayAt(self, row: int) -> str:  # noqa: N802
        """The day that a row belongs to, for the label that floats while scrolling."""
        for place in range(len(self._items) - 1 - row, -1, -1):
            if self._items[place].kind is ItemKind.DAY:
                return str(self._row(place)["text"])
        return ""

    def item(self, key: str) -> TimelineItem | None:
        """The item with this key or event id."""
        row = self.rowOfKey(key)
        return self._items[len(self._items) - 1 - row] if row >= 0 else None

    # Changes

    def show_developer_rows(self, shown: bool) -> None:
        """Show what is otherwise hidden: events of kinds that nobody knows."""
        if shown == self._developer:
            return
        self.beginResetModel()
        self._developer = shown
        self.endResetModel()

    def refresh(self) -> None:
        """Make every row anew: names, the language or the time of day changed. Told are those that differ."""
        before, self._made = self._made, OrderedDict()
        for place, item in enumerate(self._items):
            if item.key in before and self._row(place) != before[item.key]:
                self._tell(place)

    def apply(self, operations: Sequence[TimelineOperation]) -> None:
        """Follow the engine's list. Operations that do not fit the list are a programming error there."""
        for operation in operations:
            match operation:
                case Reset(items):
                    self._reset(items)
                case Insert(index, items):
                    self._insert(index, items)
                case Replace(index, item):
                    self._replace(index, item)
                case Remove(index, count):
                    self._remove(index, count)

    def _reset(self, items: Sequence[TimelineItem]) -> None:
        self.beginResetModel()
        self._items = list(items)
        self._made.clear()
        self.endResetModel()
        self.countChanged.emit()

    def _insert(self, place: int, items: Sequence[TimelineItem]) -> None:
        if not items:
            return
        at_end = place == len(self._items)
        row = len(self._items) - place
        self.beginInsertRows(ROOT, row, row + len(items) - 1)
        self._items[place:place] = items
        self.endInsertRows()
        self._look_again(place + len(items))
        self._look_at_runs(place - 1, place, place + len(items))
        self.countChanged.emit()
        if at_end and (news := sum(1 for item in items if item.kind in MESSAGES and not item.own)):
            self.arrived.emit(news)

    def _replace(self, place: int, item: TimelineItem) -> None:
        before = self._items[place]
        if shape_of(before, self._developer) != shape_of(item, self._developer):
            self._remove(place, 1)
            self._insert(place, (item,))
            return
        self._items[place] = item
        self._made.pop(before.key, None)
        self._made.pop(item.key, None)
        self._tell(place)
        if (before.sender, before.at_ms, before.kind) != (item.sender, item.at_ms, item.kind):
            self._look_again(place + 1)

    def _remove(self, place: int, count: int) -> None:
        if count < 1:
            return
        last_row = len(self._items) - 1 - place
        self.beginRemoveRows(ROOT, last_row - count + 1, last_row)
        for item in self._items[place : place + count]:
            self._made.pop(item.key, None)
        del self._items[place : place + count]
        self.endRemoveRows()
        self._look_again(place)
        self._look_at_runs(place - 1, place)
        self.countChanged.emit()

    def _look_again(self, place: int) -> None:
        """The item at `place` has another one before it now: it may begin a group, or no longer."""
        if not 0 <= place < len(self._items):
            return
        item = self._items[place]
        made = self._made.get(item.key)
        if made is None or item.kind not in MESSAGES:
            return
        before = self._items[place - 1] if place else None
        if made["head"] != begins_group(item, before):
            del self._made[item.key]
            self._tell(place)

    def _look_at_runs(self, *places: int) -> None:
        """What is told in one line may have become more, or fewer, at these places."""
        for place in places:
            if 0 <= place < len(self._items):
                for told in alike_around(self._items, place):
                    if self._made.pop(self._items[told].key, None) is not None:
                        self._tell(told)

    def _fold(self, place: int) -> dict[str, str]:
        """`foldText` for the first of what is told in one line; `folded`, the first one's key, for each."""
        run = run_around(self._items, place) if self._items[place].kind is ItemKind.MEMBERSHIP else range(0)
        if not run:
            return {}
        first = self._items[run.start].key
        if place > run.start:
            return {"folded": first}
        return {"folded": first, "foldText": fold_text(self._items[run.start : run.stop])}

    def _tell(self, place: int) -> None:
        index = self.index(len(self._items) - 1 - place)
        self.dataChanged.emit(index, index, [ROW_ROLE])

    def _row(self, place: int) -> dict[str, Any]:
        item = self._items[place]
        made = self._made.get(item.key)
        if made is None:
            before = self._items[place - 1] if place else None
            made = row_of(item, before, self._now_ms(), self.around)
            if (part := creation_part(self._items, place)) != "":
                made["aside"] = part
            made |= self._fold(place)
            self._made[item.key] = made
            if len(self._made) > KEPT_ROWS:
                self._made.popitem(last=False)
        return made
