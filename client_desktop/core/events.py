"""Events as the engine hands them around: what the server sent, and what decryption made of it."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_object, as_optional_text, as_text
from client_desktop.core.values import Shield

ENCRYPTED = "m.room.encrypted"
MAX_ID_CHARACTERS = 255
MAX_TYPE_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class DecryptedFrom:
    """Where the key of a decrypted event came from."""

    session_id: str
    sender_key: str
    """Curve25519 key of the device that made the session."""
    device_id: str | None
    """The sender's device, where it is known."""
    shield: Shield


@dataclass(frozen=True, slots=True)
class ClearEvent:
    """An event of a room. Type and content are those that count: decrypted where it was encrypted."""

    event: ReadonlyJsonObject
    """As the server sent it."""
    clear: ReadonlyJsonObject | None = None
    """The decrypted `type` and `content`."""
    session: DecryptedFrom | None = None
    failure_word: str = ""
    """Why it could not be decrypted: the text `undecryptable.<word>`."""

    @property
    def event_id(self) -> str:
        return as_text(self.event.get("event_id"))

    @property
    def sender(self) -> str:
        return as_text(self.event.get("sender"))

    @property
    def at_ms(self) -> int:
        """When the sender's server says it was sent."""
        return as_int(self.event.get("origin_server_ts"))

    @property
    def type(self) -> str:
        return as_text((self.clear or self.event).get("type"))

    @property
    def content(self) -> JsonObject:
        return as_object((self.clear or self.event).get("content"))

    @property
    def state_key(self) -> str | None:
        """None for what is no state event; encrypted events never are."""
        key = self.event.get("state_key")
        return key if isinstance(key, str) and self.clear is None else None

    @property
    def encrypted(self) -> bool:
        """Whether it was sent encrypted, decrypted or not."""
        return self.event.get("type") == ENCRYPTED

    @property
    def redacts(self) -> str | None:
        """The event that this one redacts, wherever the room's version has it.

        Redactions are never encrypted: one that came so was allowed by no server.
        """
        if self.event.get("type") != "m.room.redaction":
            return None
        content = as_object(self.event.get("content"))
        return as_optional_text(self.event.get("redacts")) or as_optional_text(content.get("redacts"))

    @property
    def redacted(self) -> bool:
        """Whether the server says that this event was redacted."""
        return bool(as_object(self.unsigned.get("redacted_because")))

    @property
    def unsigned(self) -> JsonObject:
        return as_object(self.event.get("unsigned"))

    @property
    def txn_id(self) -> str | None:
        """The transaction id, where this device sent it."""
        return as_optional_text(self.unsigned.get("transaction_id"))


def is_event(value: object) -> bool:
    """Tell whether this has the members that every event of a timeline has, with the right types."""
    return isinstance(value, dict) and is_stripped_event(value) and _is_id(value.get("event_id"))


def is_state_event(value: object) -> bool:
    """Tell whether this is an event as `is_event` says, with a state key, that can be stored."""
    return is_event(value) and isinstance(as_object(value).get("state_key"), str) and can_be_stored(value)


def is_stripped_state(value: object) -> bool:
    """Tell whether this is stripped state (no event id, no time) that can be stored."""
    return (
        is_stripped_event(value)
        and isinstance(as_object(value).get("state_key"), str)
        and can_be_stored(value)
    )


def is_stripped_event(value: object) -> bool:
    """Tell whether type, sender and content are there and what they must be."""
    return (
        isinstance(value, dict)
        and isinstance(type_ := value.get("type"), str)
        and 0 < len(type_) <= MAX_TYPE_CHARACTERS
        and _is_id(value.get("sender"))
        and isinstance(value.get("content"), dict)
    )


def can_be_stored(value: object) -> bool:
    """Tell whether this can be written as JSON, within others too.

    Nested deeper than that, it would end the sync of its room.
    """
    try:
        orjson.dumps([[[[value]]]])
    except TypeError:
        return False
    return True


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 1 < len(value) <= MAX_ID_CHARACTERS
