"""What this client has no picture of."""

from __future__ import annotations

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import ItemKind


def build_unknown(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Hide it from all but developer tools; its type is what they show."""
    return Fields(kind=ItemKind.UNKNOWN, body=event.type[:255])
