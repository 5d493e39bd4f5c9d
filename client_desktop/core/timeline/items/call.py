"""Calls that began.

Spec: https://spec.matrix.org/v1.19/client-server-api/#voice-over-ip
"""

from __future__ import annotations

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import ItemKind


def build_call(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Say who called, with or without a picture."""
    video = "m=video" in as_text(as_object(content.get("offer")).get("sdp"))
    return Fields(
        kind=ItemKind.CALL,
        state_word="call_video" if video else "call_voice",
        state_args=(around.room.person(event.sender).name,),
    )
