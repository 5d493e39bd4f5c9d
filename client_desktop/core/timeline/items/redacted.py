"""What was removed."""

from __future__ import annotations

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.timeline.texts import one_line
from client_desktop.core.values import ItemKind


def build_redacted(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Say that something was removed, by whom and why."""
    because = event.redacted_because
    by = as_text(because.get("sender"), around.room.me if around.going else "")
    reason = as_text(as_object(because.get("content")).get("reason"))
    return Fields(
        kind=ItemKind.REDACTED,
        redacted_by=around.room.person(by).name if by else None,
        redaction_reason=one_line(reason),
    )
