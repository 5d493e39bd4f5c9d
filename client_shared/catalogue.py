"""Words of one language, for code that has no toolkit: the engine's exports, view models, notifications."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

CATALOGUES = Path(__file__).parent / "generated" / "words"

_PLACEHOLDER = re.compile(r"\{(n|\d)\}")


@cache
def catalogue(language: str) -> dict[str, str | dict[str, str]]:
    """Return the words of a language; English where there is no such catalogue."""
    path = CATALOGUES / f"{language}.json"
    if not path.exists():
        path = CATALOGUES / "en.json"
    words: dict[str, str | dict[str, str]] = json.loads(path.read_text("utf-8"))
    return words


def text(language: str, word_id: str, *args: str, n: int | None = None) -> str:
    """Return a text with its placeholders filled; the id itself where nobody wrote one.

    `{0}`, `{1}` are `args`; `{n}` is `n`, which also chooses the plural form. What is filled in is never
    looked at again, so a name may contain braces.
    """
    word = catalogue(language).get(word_id, word_id)
    if isinstance(word, dict):
        word = word["one" if n == 1 else "other"]

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "n":
            return match.group() if n is None else str(n)
        return args[int(name)] if int(name) < len(args) else match.group()

    return _PLACEHOLDER.sub(fill, word)
