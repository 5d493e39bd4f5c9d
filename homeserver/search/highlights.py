"""Which words of the results a client should highlight."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from homeserver.search.event_texts import text_of
from homeserver.search.text import MAX_INDEXED_CHARS, Needle, fold
from homeserver.storage.events import StoredEvent

MAX_HIGHLIGHTS: Final = 100

_WORD: Final = re.compile(r"\w+")


def highlighted_words(
    needles: Sequence[Needle], events: Iterable[StoredEvent], stemmed: Iterable[str]
) -> list[str]:
    """Return what was asked for, and words as they stand in the texts where they are written otherwise.

    `stemmed` are folded words that were found by their stems.
    """
    words: dict[str, None] = dict.fromkeys(needle.typed.casefold() for needle in needles)
    words.update(dict.fromkeys(sorted(stemmed)))
    for event in events:
        words.update(dict.fromkeys(_written_otherwise(needles, event)))
    return list(words)[:MAX_HIGHLIGHTS]


def _written_otherwise(needles: Sequence[Needle], event: StoredEvent) -> Iterator[str]:
    text = text_of(event.type, event.load()["content"])[:MAX_INDEXED_CHARS]
    if text.isascii():
        return
    for word in set(_WORD.findall(text)):
        folded = fold(word)
        if folded != word.casefold() and any(needle.words in folded for needle in needles):
            yield word.casefold()
