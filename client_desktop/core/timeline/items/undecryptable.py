"""What cannot be decrypted, yet or ever."""

from __future__ import annotations

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import ItemKind


def build_undecryptable(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Say why it cannot be read."""
    return Fields(kind=ItemKind.UNDECRYPTABLE, undecryptable_word=event.failure or "failed")
