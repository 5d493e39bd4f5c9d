"""Event types as filters name them: `*` stands for any sequence of characters, everything else for itself.

Matching takes time linear in the length of the type, however many `*` a pattern has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class TypePatterns:
    """A list of event types with wildcards, prepared for matching."""

    exact: frozenset[str]
    wild: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Self:
        patterns = sorted(set(patterns))
        return cls(
            frozenset(pattern for pattern in patterns if "*" not in pattern),
            tuple(tuple(pattern.split("*")) for pattern in patterns if "*" in pattern),
        )

    def match(self, type_: str) -> bool:
        return type_ in self.exact or any(_match(parts, type_) for parts in self.wild)


def _match(parts: tuple[str, ...], text: str) -> bool:
    """Match what stands between the wildcards; taking each part where it first occurs loses nothing."""
    first, *middle, last = parts
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
