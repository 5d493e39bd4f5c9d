"""Requests to verify each other, in the room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-verification-framework
"""

from __future__ import annotations

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_text
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import ItemKind


def build_verification(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Show the request; how far it got, the verification of this id tells."""
    other = as_text(content.get("to")) if event.sender == around.room.me else event.sender
    return Fields(
        kind=ItemKind.VERIFICATION,
        verification_id=event.event_id,
        state_word="verification_asked" if event.sender == around.room.me else "verification_asks",
        state_args=(around.room.person(other).name if other else "",),
    )
