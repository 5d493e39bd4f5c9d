"""Several people in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from client_desktop.viewmodels.words import word

MOST_NAMED: Final = 3


def names_text(names: Sequence[str]) -> str:
    """Write `Alice`, `Alice and Bob`, `Alice, Bob and Carol`, `Alice, Bob and 3 others`."""
    if len(names) > MOST_NAMED:
        return word("main.names.others", ", ".join(names[: MOST_NAMED - 1]), n=len(names) - MOST_NAMED + 1)
    if len(names) > 1:
        return word("main.names.and", ", ".join(names[:-1]), names[-1])
    return "".join(names)
