"""The offers above the composer while a name, a room, an emoji or a command is being typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.viewmodels.completion import Completion, Query, query_at
from client_desktop.viewmodels.list_model import ValueListModel

Find = Callable[[Query], Iterable[Completion]]


class Completer(QObject):
    """Offers for what stands before the cursor, one of them chosen."""

    changed = Signal()

    def __init__(self, find: Find, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self._query: Query | None = None
        self._chosen = -1
        self._rows: ValueListModel[Completion] = ValueListModel(Completion, lambda row: row.key, self)

    rows = Property(QObject, lambda self: self._rows, constant=True)
    chosen = Property(int, lambda self: self._chosen, notify=changed)
    active = Property(bool, lambda self: self._query is not None, notify=changed)

    @property
    def query(self) -> Query | None:
        """What is being completed; None while nothing fits."""
        return self._query

    def look(self, text: str, cursor: int) -> None:
        """Offer what fits the text before the cursor."""
        query = query_at(text, cursor)
        found = list(self._find(query)) if query else []
        same = query is not None and self._query is not None and query.start == self._query.start
        chosen = (min(max(self._chosen, 0), len(found) - 1) if same else 0) if found else -1
        self._show(query if found else None, found, chosen)

    def offer(self, place: int) -> Completion | None:
        """The offer at a place; -1: the chosen one."""
        place = self._chosen if place < 0 else place
        return self._rows.rows[place] if 0 <= place < len(self._rows) else None

    def dismiss(self) -> None:
        self._show(None, [], -1)

    @Slot(int)
    def step(self, step: int) -> None:
        """Choose the next offer down (1) or up (-1), round and round."""
        if len(self._rows):
            self._chosen = (self._chosen + step) % len(self._rows)
            self.changed.emit()

    def _show(self, query: Query | None, found: list[Completion], chosen: int) -> None:
        if query is None and self._query is None:
            return
        self._query = query
        self._chosen = chosen
        self._rows.update(found)
        self.changed.emit()
