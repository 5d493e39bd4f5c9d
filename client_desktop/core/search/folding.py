"""Words as they are compared: without case, accents and width."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

MAX_WORDS: Final = 10
MAX_WORD: Final = 100
_QUOTED: Final = re.compile(r'"([^"]+)"|(\S+)')


def fold(text: str) -> str:
    """Give text as it is compared."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_letter, text))


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Give text as it is compared, and for each of its characters which one of the text it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        part = _fold_letter(letter)
        folded.append(part)
        places.extend([place] * len(part))
    return "".join(folded), places


def parse_words(query: str) -> tuple[str, ...]:
    """Read what somebody typed: words, all of which have to be there; in quotation marks as they stand."""
    found = (fold(quoted or word).strip() for quoted, word in _QUOTED.findall(query[:1000]))
    return tuple(dict.fromkeys(word[:MAX_WORD] for word in found if word.strip('"')))[:MAX_WORDS]


@lru_cache(maxsize=8192)
def _fold_letter(letter: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letter.casefold())
    return "".join(part for part in decomposed if not unicodedata.combining(part))
