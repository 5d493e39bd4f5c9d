"""Which builder is for which event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from client_desktop.core.events import ENCRYPTED
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_text
from client_desktop.core.timeline.event import POLL_START, Event
from client_desktop.core.timeline.items.call import build_call
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.items.location import build_location
from client_desktop.core.timeline.items.media import (
    GALLERY_TYPES,
    build_gallery,
    build_media,
    build_sticker,
)
from client_desktop.core.timeline.items.membership import build_membership
from client_desktop.core.timeline.items.poll import build_poll
from client_desktop.core.timeline.items.redacted import build_redacted
from client_desktop.core.timeline.items.state import build_state
from client_desktop.core.timeline.items.text import build_text
from client_desktop.core.timeline.items.undecryptable import build_undecryptable
from client_desktop.core.timeline.items.unknown import build_unknown
from client_desktop.core.timeline.items.verification import build_verification
from client_desktop.core.timeline.surroundings import Surroundings

Builder: TypeAlias = Callable[[Event, ReadonlyJsonObject, Surroundings], Fields | None]

_MESSAGES: Final[Mapping[str, Builder]] = {
    "m.image": build_media,
    "m.video": build_media,
    "m.audio": build_media,
    "m.file": build_media,
    "m.location": build_location,
    "m.key.verification.request": build_verification,
    **dict.fromkeys(GALLERY_TYPES, build_gallery),
}
_TYPES: Final[Mapping[str, Builder]] = {
    "m.sticker": build_sticker,
    "m.call.invite": build_call,
    **dict.fromkeys(POLL_START, build_poll),
}


def describe(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields | None:
    """Give the fields of an event's item that depend on its kind; None for what is not worth a row.

    `content`: what the event says after its edits.
    """
    return _builder(event, content, around)(event, content, around)


def _builder(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Builder:
    if event.type == "m.room.member" and event.state_key is not None:
        return build_membership
    if event.redacted or around.going:
        return build_redacted
    if event.state_key is not None:
        return build_state
    if event.type == ENCRYPTED:
        return build_undecryptable
    if event.type == "m.room.message":
        return _message_builder(content)
    return _TYPES.get(event.type, build_unknown)


def _message_builder(content: ReadonlyJsonObject) -> Builder:
    """A message of a kind that we do not know is shown by its body, if it has one."""
    has_body = isinstance(content.get("body"), str)
    return _MESSAGES.get(as_text(content.get("msgtype")), build_text if has_body else build_unknown)
