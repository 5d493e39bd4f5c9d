"""Text as it is searched: folded words, and the parts of words that an index can be asked for.

Folding takes away what people do not type: case, width, accents of the scripts that are read without them.
Scripts that are written without blanks (Chinese, Japanese, Thai, ...), Korean, and pictographs are split into
runs, of which every single character and every pair can be found; of all other words every three letters in a
row, and their beginnings. So a compound is found by any part of three letters, and a name by its first one.

No locale of the database has a part in this: it is the same on every PostgreSQL.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from zlib import crc32

MAX_INDEXED_CHARS: Final = 20_000
"""What of a text can be found."""

MAX_TERM_CHARS: Final = 1_000
MAX_NEEDLES: Final = 20
"""What of a search term counts."""

LAST_WITH_ACCENTS: Final = 0x052F
"""Of the Latin, Greek and Cyrillic scripts."""

# Han, kana, Hangul, Thai, Lao, Myanmar, Khmer, Tibetan, and pictographs.
DENSE: Final = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2600-\u27bf\u2e80-\u2fdf\u3005-\u3007\u3021-\u30ff"
    "\u3100-\u318f\u31a0-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_PARTS: Final = re.compile(f"[{DENSE}]+|[^{DENSE}\\W_]+")
_QUOTED: Final = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True, slots=True)
class Needle:
    """One thing that is looked for: `typed` as it was asked for, `folded` as it stands in indexed words.

    A `folded` that begins with a blank is found at the beginning of words only.
    """

    typed: str
    folded: str

    @property
    def words(self) -> str:
        return self.folded.strip()


def fold(text: str) -> str:
    """Return a text as it is compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", "".join(map(_without_accents, unicodedata.normalize("NFC", folded))))


def split(text: str) -> list[str]:
    """Return the words and runs of a text, folded, in their order."""
    return _PARTS.findall(fold(text))


def indexed_words(text: str) -> str:
    """Return the words of a text with a blank before and after each; empty where there are none."""
    found = split(text[:MAX_INDEXED_CHARS])
    return f" {' '.join(found)} " if found else ""


def grams_of_words(words: str) -> list[int]:
    """Return the hashes of everything that these words may be found by."""
    return _hashes(gram for word in set(words.split()) for gram in _grams(word))


def needles_of(term: str) -> list[Needle]:
    """Return what a search term looks for, every one of which must be there; what is quoted is one."""
    needles: dict[str, Needle] = {}
    for quoted, plain in _QUOTED.findall(term[:MAX_TERM_CHARS]):
        words = split(quoted or plain)
        if words:
            folded = " ".join(words)
            needle = Needle(quoted or plain, f" {folded}" if _is_short(words) else folded)
            needles.setdefault(needle.folded, needle)
    return list(needles.values())[:MAX_NEEDLES]


def grams_of_needles(needles: Iterable[Needle]) -> list[int]:
    """Return hashes that words must all have to hold the needles; they may have them and yet not do so."""
    return _hashes(gram for needle in needles for gram in _grams_of_needle(needle))


def room_gram(room_nid: int) -> int:
    """Return the hash that the events of a room have."""
    return _hash(f"room {room_nid}")


def _without_accents(char: str) -> str:
    if ord(char) < 0x80:
        return char
    base = unicodedata.normalize("NFD", char)
    if len(base) > 1 and ord(base[0]) <= LAST_WITH_ACCENTS:
        return base[0]
    return "" if _ACCENTS.fullmatch(char) else char


def _is_dense(word: str) -> bool:
    return re.match(f"[{DENSE}]", word) is not None


def _is_short(words: list[str]) -> bool:
    return len(words) == 1 and len(words[0]) < 3 and not _is_dense(words[0])


def _grams(word: str) -> Iterator[str]:
    if _is_dense(word):
        yield from word
        yield from _slices(word, 2)
        return
    yield f" {word[0]}"
    yield f" {word[:2]}"
    yield from _slices(word, 3)


def _grams_of_needle(needle: Needle) -> Iterator[str]:
    words = needle.words.split()
    for number, word in enumerate(words):
        if _is_dense(word):
            yield from _slices(word, 2) if len(word) > 1 else (word,)
        elif len(word) >= 3:
            yield from _slices(word, 3)
        elif number or needle.folded.startswith(" "):  # of several words the first may be the end of one
            yield f" {word}"


def _slices(word: str, size: int) -> Iterator[str]:
    return (word[start : start + size] for start in range(len(word) - size + 1))


def _hashes(grams: Iterable[str]) -> list[int]:
    return sorted({_hash(gram) for gram in grams})


def _hash(gram: str) -> int:
    return crc32(gram.encode("utf-8", "surrogatepass")) - 2**31
