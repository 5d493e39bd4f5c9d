"""People named in what is being written: shown as `@Name`, sent as links that mean the person."""

from __future__ import annotations

import re
from urllib.parse import quote

ROOM = "@room"


class Mentions:
    """Names that were chosen from completion, with whom they mean.

    Only a name that still stands in the text counts: deleting it takes the mention back.
    """

    def __init__(self) -> None:
        self._people: dict[str, str] = {}

    def add(self, name: str, user_id: str) -> None:
        self._people[name] = user_id

    def clear(self) -> None:
        self._people.clear()

    def named(self, text: str) -> tuple[str, ...]:
        """User ids of those whose name stands in the text."""
        return tuple(user_id for name, user_id in self._people.items() if self._pattern(name).search(text))

    def as_markdown(self, text: str) -> str:
        """The text with every name as a link to its person."""
        for name in sorted(self._people, key=len, reverse=True):
            label = re.sub(r"([\\\[\]*_`])", r"\\\1", name)
            link = f"[{label}](https://matrix.to/#/{quote(self._people[name], safe='@:')})"
            text = self._pattern(name).sub(lambda _, link=link: link, text)  # type: ignore[misc]
        return text

    @staticmethod
    def _pattern(name: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w\[])@{re.escape(name)}(?!\w)")
