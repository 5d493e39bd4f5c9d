"""The emoji picker: groups, those used last, and what fits some words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Property, QObject, QSettings, Signal, Slot

from client_desktop.core.text.emoji import Emoji, emoji_groups, find_emoji
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.words import language, word

KEPT = 27
MOST_FOUND = 90
FIRST = ("👍", "❤️", "😄", "🎉", "👀", "🙏", "🔥", "✅", "😢")
RECENT_KEY = "emoji/recent"


@dataclass(frozen=True, slots=True)
class EmojiCell:
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class EmojiRow:
    """A line of cells, or a heading (`title`) above lines."""

    key: str
    title: str
    emoji: tuple[EmojiCell, ...]


class EmojiModel(QObject):
    """`app.emoji`: lines of `per_row` cells, so that a list can show thousands without making them."""

    changed = Signal()

    def __init__(self, settings: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._recent = self._load_recent()
        self._per_row = 9
        self._words = ""
        self._rows: ValueListModel[EmojiRow] = ValueListModel(EmojiRow, lambda row: row.key, self)

    rows = Property(QObject, lambda self: self._rows, constant=True)
    groups = Property("QVariant", lambda self: self._groups(), notify=changed)  # type: ignore[arg-type]
    first = Property(str, lambda self: self._first(), notify=changed)
    """What Return takes: the first that was found."""

    @Slot(int)
    def begin(self, per_row: int) -> None:
        """The picker opens."""
        self._per_row = max(1, per_row)
        self.setWords("")

    @Slot(str)
    def setWords(self, words: str) -> None:  # noqa: N802
        self._words = words.strip()
        self._rows.reset(self._found() if self._words else self._all())
        self.changed.emit()

    @Slot(str)
    def used(self, text: str) -> None:
        """Remember it among those used last."""
        self._recent = (text, *(kept for kept in self._recent if kept != text))[:KEPT]
        if self._settings is not None:
            self._settings.setValue(RECENT_KEY, list(self._recent))

    @Slot(str, result=int)
    def rowOf(self, group: str) -> int:  # noqa: N802
        """Where a group's heading stands."""
        return max(0, self._rows.position(f"{group}:title"))

    def _groups(self) -> list[dict[str, str]]:
        recent = {"key": "recent", "name": word("main.emoji.recent"), "emoji": "🕘"}
        return [recent] + [
            {"key": group.key, "name": group.name, "emoji": group.emoji[0].text}
            for group in emoji_groups(language())
            if group.emoji
        ]

    def _all(self) -> list[EmojiRow]:
        recent = (*self._recent, *(text for text in FIRST if text not in self._recent))[: 2 * self._per_row]
        rows = self._lines("recent", word("main.emoji.recent"), (EmojiCell(text, text) for text in recent))
        for group in emoji_groups(language()):
            rows += self._lines(group.key, group.name, _cells(group.emoji))
        return rows

    def _found(self) -> list[EmojiRow]:
        return self._lines("found", "", _cells(find_emoji(self._words, language(), MOST_FOUND)))

    def _lines(self, key: str, title: str, cells: Iterable[EmojiCell]) -> list[EmojiRow]:
        every = tuple(cells)
        heading = [EmojiRow(f"{key}:title", title, ())] if title else []
        return heading + [
            EmojiRow(f"{key}:{start}", "", every[start : start + self._per_row])
            for start in range(0, len(every), self._per_row)
        ]

    def _first(self) -> str:
        return self._rows.rows[0].emoji[0].text if self._words and len(self._rows) else ""

    def _load_recent(self) -> tuple[str, ...]:
        stored = self._settings.value(RECENT_KEY, []) if self._settings is not None else []
        return tuple(str(text) for text in stored)[:KEPT] if isinstance(stored, list) else ()


def _cells(emoji: Sequence[Emoji]) -> tuple[EmojiCell, ...]:
    return tuple(EmojiCell(one.text, one.name) for one in emoji)
