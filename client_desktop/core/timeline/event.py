"""An event as the timeline works with it: decrypted, bounded, with what it relates to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_object, as_optional_text, as_text

REDACTION: Final = "m.redaction"
"""Stands for the relation of a redaction to what it redacts, which has no `m.relates_to`."""

ANNOTATION: Final = "m.annotation"
REFERENCE: Final = "m.reference"
REPLACE: Final = "m.replace"
THREAD: Final = "m.thread"

MAX_TEXT: Final = 65_536
"""No event is larger."""

POLL_START: Final = frozenset({"m.poll.start", "org.matrix.msc3381.poll.start"})
POLL_RESPONSE: Final = frozenset({"m.poll.response", "org.matrix.msc3381.poll.response"})
POLL_END: Final = frozenset({"m.poll.end", "org.matrix.msc3381.poll.end"})
VERIFICATION_STEPS: Final = "m.key.verification."


@dataclass(frozen=True, slots=True)
class Event:
    """One event; of an encrypted one `type` and `content` are the decrypted ones.

    `content["m.relates_to"]` is always the one outside of the encryption: nothing else is believed.
    """

    nid: int
    """The store's number; 0 for what is not in the store: local echoes."""
    room_id: str
    event_id: str
    """For a local echo its transaction id."""
    type: str
    sender: str
    at_ms: int
    content: ReadonlyJsonObject
    state_key: str | None = None
    unsigned: ReadonlyJsonObject = field(default_factory=dict)
    rel_type: str | None = None
    rel_target: str | None = None
    thread_root: str = ""
    """Empty in the main timeline."""
    encrypted: bool = False
    failure: str = ""
    """Why it could not be decrypted: `undecryptable.<word>`; empty where it was, or was never encrypted."""
    session_id: str | None = None
    """The session whose keys it waits for."""
    redacted: bool = False
    redacted_because: ReadonlyJsonObject = field(default_factory=dict)
    source: ReadonlyJsonObject = field(default_factory=dict)
    """As the server sent it."""
    session: ReadonlyJsonObject = field(default_factory=dict)
    """Where the keys came from, as the store keeps it."""
    notify: int = 0
    """0 nothing, 1 a notification, 2 a highlight."""
    local: bool = False
    """On its way out: an echo, not known to the server yet."""

    @property
    def relates_to(self) -> JsonObject:
        return as_object(self.content.get("m.relates_to"))

    @property
    def txn_id(self) -> str | None:
        return as_optional_text(self.unsigned.get("transaction_id"), limit=255)


@dataclass(frozen=True, slots=True)
class Relation:
    rel_type: str
    target: str


def read_relation(event_type: str, source: ReadonlyJsonObject) -> Relation | None:
    """Read what an event relates to, from what the server can see of it; None where it is nothing."""
    content = as_object(source.get("content"))
    if event_type == "m.room.redaction":
        target = as_text(content.get("redacts")) or as_text(source.get("redacts"))
        return Relation(REDACTION, target) if target else None
    relates_to = as_object(content.get("m.relates_to"))
    rel_type, target = as_text(relates_to.get("rel_type")), as_text(relates_to.get("event_id"))
    return Relation(rel_type, target) if rel_type and target else None


def reply_target(event: Event) -> str | None:
    """Tell which event this one answers; a thread's fallback for old clients is no answer.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#rich-replies
    """
    relates_to = event.relates_to
    if relates_to.get("rel_type") == THREAD and relates_to.get("is_falling_back") is True:
        return None
    return as_optional_text(as_object(relates_to.get("m.in_reply_to")).get("event_id"), limit=255)


def is_row(event_type: str, rel_type: str | None, state_key: str | None) -> bool:
    """Tell whether an event can be a row by itself: neither an edit nor a reaction nor a step of something.

    A relation that breaks the rules does not hide what carries it, so only known pairs are hidden.
    """
    if state_key is not None:
        return True
    if rel_type in (REPLACE, REDACTION) or event_type in ("m.reaction", "m.room.redaction"):
        return False
    if event_type in POLL_RESPONSE or event_type in POLL_END:
        return False
    if event_type.startswith("m.call."):
        return event_type == "m.call.invite"
    return not event_type.startswith(VERIFICATION_STEPS)


def origin_ms(source: ReadonlyJsonObject) -> int:
    """Read when the sender says that it happened, in milliseconds since 1970, never negative."""
    return max(0, as_int(source.get("origin_server_ts")))
