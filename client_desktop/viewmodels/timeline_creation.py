"""What a room is made of when it is made: shown as one line, unfolded by those who want to see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from client_desktop.core.values import ItemKind, TimelineItem

CREATED: Final = frozenset({"created", "space_created"})
AT_ONCE_MS: Final = 10_000
MOST_EVENTS: Final = 30

_NO_EVENTS: Final = frozenset({ItemKind.DAY, ItemKind.BEGINNING, ItemKind.NEW})


def creation_part(items: Sequence[TimelineItem], place: int) -> str:
    """Give `created` for what made a room, `setup` for what its creator said of it at once, or nothing."""
    item = items[place]
    if item.kind is ItemKind.STATE and item.state_word in CREATED:
        return "created"
    if not _may_be_setup(item):
        return ""
    for before in reversed(items[max(0, place - MOST_EVENTS) : place]):
        if before.kind in _NO_EVENTS:
            continue
        if before.sender != item.sender or before.kind not in (ItemKind.STATE, ItemKind.MEMBERSHIP):
            return ""
        if before.state_word in CREATED:
            return "setup" if item.at_ms - before.at_ms <= AT_ONCE_MS else ""
    return ""


def _may_be_setup(item: TimelineItem) -> bool:
    """Whom the creator invited is no setting of the room."""
    return item.kind is ItemKind.STATE or (item.kind is ItemKind.MEMBERSHIP and item.state_word == "joined")
