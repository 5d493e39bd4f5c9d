"""Glob patterns, matched in time linear in the text: no regular expressions, no backtracking.

A pattern is cut at its `*` into pieces that must follow each other. Taking the leftmost place for each piece
leaves the most text to the next, so no choice is ever reconsidered.

Spec: https://spec.matrix.org/v1.19/appendices/#glob-style-matching
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

MAX_PATTERN_CHARACTERS = 255
WILDCARD_COST = 50
"""How much longer a pattern with `?` takes: it is followed character by character in Python."""

# Private-use characters that stand before and after each word of a marked text.
_BEGIN, _END = "\ue001", "\ue002"
_WITHOUT_MARKS = str.maketrans(_BEGIN + _END, "\ufffd\ufffd")
_WORD = re.compile("[A-Za-z0-9_]+")


class WordText:
    """A text, without its case, of which words are asked."""

    def __init__(self, folded: str) -> None:
        self.folded = folded

    @cached_property
    def marked(self) -> str:
        """The text with marks at the bounds of its words, so that `find` heeds them."""
        return _mark_words(self.folded)


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern that matches regardless of case. `marked` are its pieces as they stand in a marked text.

    Texts must be folded (`fold`) before they are matched.
    """

    pieces: tuple["Piece", ...]
    marked: tuple[str, ...] | None

    @property
    def cost(self) -> int:
        """How long the pattern takes, beside the shortest."""
        return 1 if self.marked is not None else WILDCARD_COST

    def matches(self, folded: str) -> bool:
        """Whether the pattern matches the whole text."""
        first, *middle = self.pieces
        if not middle:
            return len(folded) == len(first.text) and first.is_at(folded, 0)
        last = middle.pop()
        end_of_first, start_of_last = len(first.text), len(folded) - len(last.text)
        if end_of_first > start_of_last or not (first.is_at(folded, 0) and last.is_at(folded, start_of_last)):
            return False
        at = _follow(middle, folded, end_of_first)
        return at is not None and at <= start_of_last

    def matches_words(self, text: WordText) -> bool:
        """Whether the pattern matches a part of the text that begins and ends at word boundaries."""
        if self.marked is None:
            return self._matches_words_slowly(text.folded)
        at = 0
        for piece in self.marked:
            found = text.marked.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    def _matches_words_slowly(self, folded: str) -> bool:
        first, *rest = self.pieces
        boundaries = is_boundary(folded)
        if not rest:
            return first.end_after(folded, 0, boundaries, boundaries) is not None
        at = _follow(rest[:-1], folded, first.end_after(folded, 0, starts=boundaries))
        return at is not None and rest[-1].end_after(folded, at, ends=boundaries) is not None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a pattern without `*`.

    `masks` hold, per character, where it may stand in a piece with `?`, as bits; `any_mask` for all others.
    """

    text: str
    masks: dict[str, int] | None
    any_mask: int

    def is_at(self, folded: str, at: int) -> bool:
        """Whether the piece stands at this place."""
        if self.masks is None:
            return folded.startswith(self.text, at)
        part = folded[at : at + len(self.text)]
        return len(part) == len(self.text) and all(
            wanted in ("?", found) for wanted, found in zip(self.text, part, strict=True)
        )

    def end_after(
        self,
        folded: str,
        at: int,
        starts: Callable[[int], bool] | None = None,
        ends: Callable[[int], bool] | None = None,
    ) -> int | None:
        """Return the end of the first occurrence from a place on whose start and end are allowed."""
        if self.masks is not None:
            return self._search_with_wildcards(folded, at, starts, ends)
        while (found := folded.find(self.text, at)) >= 0:
            end = found + len(self.text)
            if (starts is None or starts(found)) and (ends is None or ends(end)):
                return end
            at = found + 1
        return None

    def _search_with_wildcards(
        self,
        folded: str,
        at: int,
        starts: Callable[[int], bool] | None,
        ends: Callable[[int], bool] | None,
    ) -> int | None:
        """Shift-and: bit i of `state` says that the piece's first i+1 characters end here."""
        assert self.masks is not None
        accepted = 1 << (len(self.text) - 1)
        state = 0
        for place in range(at, len(folded)):
            state = ((state << 1) | 1) & self.masks.get(folded[place], self.any_mask)
            if state & accepted:
                end = place + 1
                if (starts is None or starts(end - len(self.text))) and (ends is None or ends(end)):
                    return end
        return None


def compile_glob(pattern: str, *, literally: bool = False) -> Glob:
    """Return the pattern, ready to match. `literally`: its `*` and `?` stand for themselves."""
    folded = fold(pattern)
    texts = [folded] if literally else folded.split("*")
    if "?" in folded and not literally:
        return Glob(tuple(map(_piece, texts)), None)
    return Glob(tuple(Piece(text, None, 0) for text in texts), tuple(_marked_pieces(texts)))


def fold(text: str) -> str:
    """Return a text as it is compared: without case."""
    return text.casefold()


def is_boundary(folded: str) -> Callable[[int], bool]:
    """Return whether a place is a word boundary: one where not both neighbors belong to a word."""

    def at(place: int) -> bool:
        if place in (0, len(folded)):
            return True
        return not (_is_of_word(folded[place - 1]) and _is_of_word(folded[place]))

    return at


def _follow(pieces: Sequence[Piece], folded: str, at: int | None) -> int | None:
    """Return the end of the last of some pieces that follow each other from a place on."""
    for piece in pieces:
        if at is None:
            break
        at = piece.end_after(folded, at)
    return at


def _piece(text: str) -> Piece:
    if "?" not in text:
        return Piece(text, None, 0)
    any_mask = sum(1 << i for i, character in enumerate(text) if character == "?")
    masks = dict.fromkeys(text, any_mask)
    for i, character in enumerate(text):
        masks[character] |= 1 << i
    return Piece(text, masks, any_mask)


def _marked_pieces(texts: Sequence[str]) -> list[str]:
    """Mark the words of pieces: where a piece borders on a `*`, a word may go on."""
    marked = [_mark_words(text) for text in texts]
    return [
        text.removeprefix("" if i == 0 else _BEGIN).removesuffix("" if i == len(marked) - 1 else _END)
        for i, text in enumerate(marked)
    ]


def _mark_words(folded: str) -> str:
    return _WORD.sub(f"{_BEGIN}\\g<0>{_END}", folded.translate(_WITHOUT_MARKS))


def _is_of_word(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalnum())
