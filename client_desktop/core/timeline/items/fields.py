"""What builders answer with."""

from __future__ import annotations

from typing import TypedDict

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.values import ItemKind, Media, Poll, SendState


class Fields(TypedDict, total=False):
    """Those fields of a `TimelineItem` that depend on its kind; `kind` is always given."""

    kind: ItemKind
    body: str
    html: str
    only_emoji: bool
    media: Media | None
    gallery: tuple[Media, ...]
    poll: Poll | None
    geo_uri: str | None
    links: tuple[str, ...]
    undecryptable_word: str
    redacted_by: str | None
    redaction_reason: str
    state_word: str
    state_args: tuple[str, ...]
    verification_id: str | None
    extra: ReadonlyJsonObject
    send_state: SendState
    can_edit: bool
