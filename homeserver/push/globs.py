"""Glob patterns, matched in time linear in the text: no regular expressions, no backtracking.

A pattern is cut at its `*` into pieces that must follow each other. Taking the leftmost place for each piece
leaves the most text to the next, so no choice is ever reconsidered.

Spec: https://spec.matrix.org/v1.19/appendices/#glob-style-matching
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MAX_PATTERN_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern that matches regardless of case. Texts must be folded (`fold`) before they are matched."""

    pieces: tuple["Piece", ...]

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

    def matches_words(self, folded: str) -> bool:
        """Whether the pattern matches a part of the text that begins and ends at word boundaries."""
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
    if literally:
        return Glob((Piece(folded, None, 0),))
    return Glob(tuple(_piece(text) for text in folded.split("*")))


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


def _is_of_word(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalnum())


def _piece(text: str) -> Piece:
    if "?" not in text:
        return Piece(text, None, 0)
    any_mask = sum(1 << i for i, character in enumerate(text) if character == "?")
    masks = dict.fromkeys(text, any_mask)
    for i, character in enumerate(text):
        masks[character] |= 1 << i
    return Piece(text, masks, any_mask)
