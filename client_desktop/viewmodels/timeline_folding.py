"""Many people who come and go: told in one line, unfolded by those who want to see each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from client_desktop.core.values import ItemKind, TimelineItem
from client_desktop.viewmodels.names_text import names_text
from client_desktop.viewmodels.timeline_creation import creation_part
from client_desktop.viewmodels.words import word

FEWEST: Final = 3
"""Two lines are read as fast as one."""
MOST: Final = 100
COMING_AND_GOING: Final = frozenset({"joined", "left", "left_reason"})
INVITED: Final = "invited"


def run_around(items: Sequence[TimelineItem], place: int) -> range:
    """Return the places of what is told together with the item at `place`; empty where it stands alone."""
    alike = alike_around(items, place)
    return alike if len(alike) >= FEWEST else range(0)


def alike_around(items: Sequence[TimelineItem], place: int) -> range:
    """Return the places around `place` that would be told together if they were enough."""
    kind = _kind(items, place)
    if not kind:
        return range(0)
    first = last = place
    while first > 0 and place - first < MOST and _kind(items, first - 1) == kind:
        first -= 1
    while last + 1 < len(items) and last - place < MOST and _kind(items, last + 1) == kind:
        last += 1
    return range(first, last + 1)


def fold_text(items: Sequence[TimelineItem]) -> str:
    """Say what became of everybody in a run: "Alice, Bob and 3 others joined"."""
    if items[0].state_word == INVITED:
        invited = names_text(list(dict.fromkeys(item.state_args[1] for item in items)))
        return word("event.invited", items[0].state_args[0], invited)
    ended = {item.state_args[0]: "joined" if item.state_word == "joined" else "left" for item in items}
    parts = []
    for became in ("joined", "left"):
        names = [name for name, word_of_name in ended.items() if word_of_name == became]
        if names:
            parts.append(word(f"event.fold_{became}", names_text(names), n=len(names)))
    return " · ".join(parts)


def _kind(items: Sequence[TimelineItem], place: int) -> str:
    """What the item may be told together with; empty: nothing."""
    item = items[place]
    if item.kind is not ItemKind.MEMBERSHIP or not item.state_args or creation_part(items, place):
        return ""
    if item.state_word in COMING_AND_GOING:
        return "coming and going"
    return f"invited by {item.sender}" if item.state_word == INVITED else ""
