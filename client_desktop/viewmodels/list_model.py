"""A list for QML whose rows are frozen dataclasses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    Property,
    QAbstractListModel,
    QByteArray,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Signal,
    Slot,
)

from client_desktop.viewmodels.qml_values import field_names, to_qml

T = TypeVar("T")

# Of `Qt.ItemDataRole`, whose making with all else in `Qt` would cost the start 20 ms.
DISPLAY_ROLE = 0
FIRST_ROLE = 0x0100 + 1
ROOT = QModelIndex()


class ValueListModel(QAbstractListModel, Generic[T]):
    """Rows of one dataclass; a role for every field, named in camelCase, and `row` for the whole as a map.

    `key` says which rows are the same one before and after; keys are unique. Every change of the list tells
    the views only what is different, so that scroll positions and delegates survive.
    """

    countChanged = Signal()  # noqa: N815

    def __init__(
        self, row_type: type[T], key: Callable[[T], Hashable], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._rows: list[T] = []
        self._key = key
        described: Any = row_type
        names = field_names(described)
        self._fields = tuple(name for name, _ in names)
        self._names = {FIRST_ROLE + number: QByteArray(qml.encode()) for number, (_, qml) in enumerate(names)}
        self._whole_role = FIRST_ROLE + len(self._fields)
        self._names[self._whole_role] = QByteArray(b"row")

    @property
    def rows(self) -> Sequence[T]:
        """What is listed now; not to be changed."""
        return self._rows

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __bool__(self) -> bool:
        return True

    # What Qt asks

    def roleNames(self) -> dict[int, QByteArray]:  # noqa: N802
        return self._names

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = ROOT) -> int:  # noqa: N802
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = DISPLAY_ROLE) -> Any:
        position = index.row()
        if not 0 <= position < len(self._rows):
            return None
        if role == self._whole_role:
            return to_qml(self._rows[position])
        number = role - FIRST_ROLE
        if not 0 <= number < len(self._fields):
            return None
        return to_qml(getattr(self._rows[position], self._fields[number]))

    @Slot(int, result="QVariant")
    def get(self, position: int) -> Any:
        """The row at a position as a map; None where there is none."""
        return to_qml(self._rows[position]) if 0 <= position < len(self._rows) else None

    @Slot(str, result=int)
    def indexOf(self, key: str) -> int:  # noqa: N802
        """Position of the row with this key; -1 where there is none."""
        return self.position(key)

    def _count(self) -> int:
        return len(self._rows)

    count = Property(int, _count, notify=countChanged)

    def position(self, key: Hashable) -> int:
        """Position of the row with this key, searched from the end; -1 where there is none."""
        for position in range(len(self._rows) - 1, -1, -1):
            if self._key(self._rows[position]) == key:
                return position
        return -1

    # Single operations

    def reset(self, rows: Iterable[T]) -> None:
        """Begin anew: views forget where they were."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()
        self.countChanged.emit()

    def insert(self, position: int, rows: Sequence[T]) -> None:
        """Put rows before `position`."""
        if not rows:
            return
        self.beginInsertRows(ROOT, position, position + len(rows) - 1)
        self._rows[position:position] = rows
        self.endInsertRows()
        self.countChanged.emit()

    def append(self, row: T) -> None:
        self.insert(len(self._rows), (row,))

    def replace(self, position: int, row: T) -> None:
        """Show `row` at `position`; only the roles that differ are told."""
        before = self._rows[position]
        self._rows[position] = row
        roles = [
            FIRST_ROLE + number
            for number, name in enumerate(self._fields)
            if getattr(before, name) != getattr(row, name)
        ]
        if roles:
            place = self.index(position)
            self.dataChanged.emit(place, place, [*roles, self._whole_role])

    def remove(self, position: int, count: int = 1) -> None:
        if count < 1:
            return
        self.beginRemoveRows(ROOT, position, position + count - 1)
        del self._rows[position : position + count]
        self.endRemoveRows()
        self.countChanged.emit()

    def move(self, source: int, target: int) -> None:
        """Take the row at `source` and put it where it then is at `target`."""
        if source == target:
            return
        self.beginMoveRows(ROOT, source, source, ROOT, target + 1 if target > source else target)
        self._rows.insert(target, self._rows.pop(source))
        self.endMoveRows()

    # A whole new list

    def update(self, rows: Iterable[T]) -> None:
        """Become this list by as few removals, moves, insertions and replacements as it takes."""
        wanted = list(rows)
        keys = [self._key(row) for row in wanted]
        self._remove_all_but(set(keys))
        self._put_in_order(keys)
        self._fill_in(wanted, keys)

    def _remove_all_but(self, keys: set[Hashable]) -> None:
        position = len(self._rows)
        while position > 0:
            last = position
            while position > 0 and self._key(self._rows[position - 1]) not in keys:
                position -= 1
            if position < last:
                self.remove(position, last - position)
            position -= 1

    def _put_in_order(self, keys: list[Hashable]) -> None:
        """Move the rows that stand out of order; those of the longest run in order stay."""
        places = {key: place for place, key in enumerate(keys)}
        order = [places[self._key(row)] for row in self._rows]
        staying = _longest_increasing(order)
        if len(staying) == len(order):
            return
        settled = sorted(staying)
        for place in sorted(set(order) - staying):
            source = order.index(place)
            before = bisect_left(settled, place)
            target = order.index(settled[before - 1]) + 1 if before else 0
            if source < target:
                target -= 1
            self.move(source, target)
            order.insert(target, order.pop(source))
            settled.insert(before, place)

    def _fill_in(self, wanted: list[T], keys: list[Hashable]) -> None:
        """Put in what is missing and replace what looks different; the order is right already."""
        position = 0
        while position < len(wanted):
            if position < len(self._rows) and self._key(self._rows[position]) == keys[position]:
                if self._rows[position] is not wanted[position] and self._rows[position] != wanted[position]:
                    self.replace(position, wanted[position])
                position += 1
                continue
            here = self._key(self._rows[position]) if position < len(self._rows) else None
            end = position + 1
            while end < len(wanted) and (position >= len(self._rows) or keys[end] != here):
                end += 1
            self.insert(position, wanted[position:end])
            position = end


def _longest_increasing(numbers: list[int]) -> set[int]:
    """The members of a longest increasing run of different numbers, in O(n log n)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect_left(tails, number)
        before.append(ends[at - 1] if at else -1)
        tails[at : at + 1] = [number]
        ends[at : at + 1] = [place]
    members: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        members.add(numbers[place])
        place = before[place]
    return members
