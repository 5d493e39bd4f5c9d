"""Who was away while nobody looked: in a gap of the history somebody may have left and come back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text

PRESENT: Final = frozenset({"join", "invite"})


def returned_unseen(
    before: Iterable[ReadonlyJsonObject], now: Iterable[ReadonlyJsonObject]
) -> frozenset[str]:
    """Give who was in a room and is, by another event, which does not say that they were all the time."""
    known = {as_text(event.get("state_key")): event.get("event_id") for event in before if _is_present(event)}
    found = set()
    for event in now:
        user_id, event_id = as_text(event.get("state_key")), event.get("event_id")
        if known.get(user_id, event_id) != event_id and _is_present(event) and not _was_present(event):
            found.add(user_id)
    return frozenset(found)


def _is_present(event: ReadonlyJsonObject) -> bool:
    return as_text(as_object(event.get("content")).get("membership")) in PRESENT


def _was_present(event: ReadonlyJsonObject) -> bool:
    """Whether the event says itself that it follows another one of somebody in the room."""
    before = as_object(as_object(event.get("unsigned")).get("prev_content"))
    return as_text(before.get("membership")) in PRESENT
