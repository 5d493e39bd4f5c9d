"""A message as it goes on to another room."""

from __future__ import annotations

from typing import Final

from client_desktop.core.errors import NotAllowed
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.outbox.contents.relations import MENTIONS, NEW_CONTENT, RELATES_TO, mentions
from client_desktop.core.shapes import as_object

FORWARDABLE: Final = frozenset({"m.room.message", "m.sticker", "org.matrix.msc3381.poll.start"})
_ASKS_FOR_VERIFICATION: Final = "m.key.verification.request"


def forwarded(event_type: str, content: ReadonlyJsonObject) -> JsonObject:
    """Return the content without what tied it to its room: it replies to nothing and notifies nobody.

    Raises: NotAllowed for what makes no sense elsewhere.
    """
    if event_type not in FORWARDABLE or content.get("msgtype") == _ASKS_FOR_VERIFICATION or not content:
        raise NotAllowed(f"{event_type} cannot be forwarded")
    newest = as_object(content.get(NEW_CONTENT)) or content
    kept = {key: value for key, value in newest.items() if key not in (RELATES_TO, MENTIONS, NEW_CONTENT)}
    return {**kept, MENTIONS: mentions()} if event_type == "m.room.message" else kept
