"""People named in what is being written: shown as `@Name`, sent as links that mean the person."""

from __future__ import annotations

import re
from urllib.parse import quote

from client_desktop.core.text.links import LinkKind, parse_matrix_link

ROOM = "@room"

_LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(((?:https://matrix\.to/#/|matrix:)[^)\s]*)\)")


class Mentions:
    """Names that were chosen from completion, with whom they mean.

    Only a name that still stands in the text counts: deleting it takes the mention back.
    """

    def __init__(self) -> None:
        self._people: dict[str, str] = {}
        self._pictures: dict[str, str] = {}

    def add_picture(self, shortcode: str, url: str) -> None:
        """Let `:shortcode:` mean a picture of an image pack."""
        self._pictures[shortcode] = url

    def add(self, name: str, user_id: str) -> None:
        self._people[name] = user_id

    def clear(self) -> None:
        self._people.clear()
        self._pictures.clear()

    def named(self, text: str) -> tuple[str, ...]:
        """User ids of those whose name stands in the text."""
        return tuple(user_id for name, user_id in self._people.items() if self._pattern(name).search(text))

    def as_markdown(self, text: str) -> str:
        """The text with every name as a link to its person, every chosen picture as an image."""
        for name in sorted(self._people, key=len, reverse=True):
            label = re.sub(r"([\\\[\]*_`])", r"\\\1", name)
            link = f"[{label}](https://matrix.to/#/{quote(self._people[name], safe='@:')})"
            text = self._pattern(name).sub(lambda _, link=link: link, text)  # type: ignore[misc]
        for shortcode, url in self._pictures.items():
            text = text.replace(f":{shortcode}:", f"![:{shortcode}:]({url})")
        return text

    def from_markdown(self, text: str) -> str:
        """The text with every link to a person as a name; the names are remembered."""
        return _LINK.sub(self._name, text)

    def _name(self, match: re.Match[str]) -> str:
        link = parse_matrix_link(match[2])
        name = re.sub(r"\\(.)", r"\1", match[1]).lstrip("@")
        if link is None or link.kind is not LinkKind.USER or not name:
            return match[0]
        self.add(name, link.identifier)
        return f"@{name}"

    @staticmethod
    def _pattern(name: str) -> re.Pattern[str]:
        return re.compile(rf"(?<![\w\[])@{re.escape(name)}(?!\w)")
