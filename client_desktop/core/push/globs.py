"""Glob patterns of push rules, matched in linear time.

Spec: https://spec.matrix.org/v1.19/appendices/#glob-style-matching
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_PATTERN: Final = 1024
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern as the pieces between its stars; each piece has a fixed length.

    Stars are not given to the regular expression engine: several of them would let a sender choose a text
    that takes for ever.
    """

    pieces: tuple[re.Pattern[str], ...]
    last_length: int

    def matches(self, text: str) -> bool:
        """Tell whether the whole text fits, whatever its case."""
        text = text.casefold()
        if len(self.pieces) == 1:
            return self.pieces[0].fullmatch(text) is not None
        first = self.pieces[0].match(text)
        if first is None:
            return False
        position = self._skip_middle(text, first.end())
        return position is not None and self._ends(text, position)

    def matches_words(self, text: str) -> bool:
        """Tell whether some part of the text that begins and ends at word boundaries fits."""
        text = text.casefold()
        starts = (
            match for match in _matches(self.pieces[0], text, 0) if _is_boundary_before(text, match.start())
        )
        if len(self.pieces) == 1:
            return any(_is_boundary_after(text, match.end()) for match in starts)
        first = next(starts, None)  # the leftmost leaves most room for the rest
        if first is None:
            return False
        position = self._skip_middle(text, first.end())
        return position is not None and any(
            _is_boundary_after(text, match.end()) for match in _matches(self.pieces[-1], text, position)
        )

    def _ends(self, text: str, position: int) -> bool:
        """Tell whether the last piece fits the end of the text, from `position` on."""
        last = self.pieces[-1]
        start = len(text) - self.last_length
        return start >= position and last.fullmatch(text, start) is not None

    def _skip_middle(self, text: str, position: int) -> int | None:
        for piece in self.pieces[1:-1]:
            match = piece.search(text, position)
            if match is None:
                return None
            position = match.end()
        return position


def compile_glob(pattern: str, *, literally: bool = False) -> Glob:
    """Prepare a pattern; `literally`: stars and question marks stand for themselves."""
    pattern = pattern[:MAX_PATTERN].casefold()
    if literally:
        return Glob((re.compile(re.escape(pattern)),), len(pattern))
    pieces = re.split(r"\*+", pattern)
    return Glob(tuple(_compile_piece(piece) for piece in pieces), len(pieces[-1]))


def _compile_piece(piece: str) -> re.Pattern[str]:
    return re.compile("".join("." if letter == "?" else re.escape(letter) for letter in piece), re.DOTALL)


def _matches(piece: re.Pattern[str], text: str, position: int) -> Iterator[re.Match[str]]:
    """Give all matches of a piece from a position on, overlapping ones too."""
    while position <= len(text) and (match := piece.search(text, position)) is not None:
        yield match
        position = match.start() + 1


def _is_boundary_before(text: str, position: int) -> bool:
    return position == 0 or text[position - 1] not in _WORD


def _is_boundary_after(text: str, position: int) -> bool:
    return position == len(text) or text[position] not in _WORD
