"""The event format: what a PDU must look like before anything else is asked of it.

Spec: https://spec.matrix.org/v1.19/rooms/v12/#event-format
"""

from __future__ import annotations

from typing import Final

from federation.protocol.canonical_json import (
    MAX_INTEGER,
    CanonicalJsonError,
    JsonObject,
    JsonValue,
    check_canonical_json,
    encode_canonical_fast,
    encode_canonical_json,
)
from federation.protocol.errors import EventTooLarge, FormatError, InvalidIdentifier
from federation.protocol.ids import parse_event_id, parse_room_id, parse_user_id
from federation.protocol.room_versions import EventIdFormat, RoomVersion

MAX_EVENT_BYTES: Final = 65_536
MAX_FIELD_BYTES: Final = 255
MAX_PREV_EVENTS: Final = 20
MAX_AUTH_EVENTS: Final = 10
# What databases keep; room versions 1 to 5 have no smaller limit.
MAX_SIGNED_64: Final = 2**63 - 1


def check_event_format(version: RoomVersion, event_json: JsonObject) -> None:
    """Refuse a PDU that does not have the format of its room version. `unsigned` does not count to its size.

    Raises: FormatError.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#event-format
    """
    check_fields(version, event_json)
    check_event_size(encode_event(version, {k: v for k, v in event_json.items() if k != "unsigned"}))


def check_fields(version: RoomVersion, event_json: JsonObject) -> None:
    """Check all of the event format but the size of the whole event.

    Raises: FormatError.
    """
    check_json(version, event_json)
    check_field_size("type", _text(event_json, "type"))
    if "state_key" in event_json:
        check_field_size("state_key", _text(event_json, "state_key"))
    for key in ("content", "hashes", "signatures"):
        if not isinstance(event_json.get(key), dict):
            raise FormatError(f"`{key}` is not an object")
    _check_identifiers(version, event_json)
    _check_integer(event_json, "depth", 0, max_depth(version))
    _check_integer(event_json, "origin_server_ts", -MAX_SIGNED_64, MAX_SIGNED_64)
    _check_references(version, event_json, "prev_events", MAX_PREV_EVENTS)
    _check_references(version, event_json, "auth_events", MAX_AUTH_EVENTS)


def check_json(version: RoomVersion, value: JsonValue) -> None:
    """Check that a value may stand in an event of the room version.

    Raises: FormatError.
    Spec: https://spec.matrix.org/v1.19/rooms/v6/#canonical-json
    """
    try:
        check_canonical_json(value, strict_numbers=version.strict_canonical_json)
    except CanonicalJsonError as error:
        raise FormatError(f"not canonical JSON: {error}") from error


def encode_event(version: RoomVersion, value: JsonValue) -> bytes:
    """Encode what `check_json` has passed, by the encoder that is exact for the room version."""
    if version.strict_canonical_json:
        return encode_canonical_fast(value)
    return encode_canonical_json(value, strict_numbers=False)


def check_field_size(name: str, text: str) -> None:
    """Check that a text of an event has at most 255 bytes.

    Raises: EventTooLarge.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#size-limits
    """
    try:
        size = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError as error:
        raise FormatError(f"`{name}` has a lone surrogate") from error
    if size > MAX_FIELD_BYTES:
        raise EventTooLarge(f"`{name}` is longer than {MAX_FIELD_BYTES} bytes")


def check_event_size(canonical: bytes) -> None:
    """Check that the canonical bytes of a signed event are few enough.

    Raises: EventTooLarge.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#size-limits
    """
    if len(canonical) > MAX_EVENT_BYTES:
        raise EventTooLarge(f"event of {len(canonical)} bytes, more than {MAX_EVENT_BYTES}")


def max_depth(version: RoomVersion) -> int:
    """Return the greatest `depth` of the room version."""
    return MAX_INTEGER if version.strict_canonical_json else MAX_SIGNED_64


def _text(event_json: JsonObject, key: str) -> str:
    value = event_json.get(key)
    if not isinstance(value, str):
        raise FormatError(f"`{key}` is not a string")
    return value


def _check_identifiers(version: RoomVersion, event_json: JsonObject) -> None:
    try:
        parse_user_id(_text(event_json, "sender"))
        # Whether a create event may have a room ID is an authorization rule.
        if "room_id" in event_json or not has_derived_room_id(version, event_json):
            parse_room_id(_text(event_json, "room_id"), with_domain=not version.room_id_is_create_hash)
        if version.event_id_format is EventIdFormat.CHOSEN_BY_SERVER:
            parse_event_id(_text(event_json, "event_id"))
    except InvalidIdentifier as error:
        raise FormatError(str(error)) from error


def has_derived_room_id(version: RoomVersion, event_json: JsonObject) -> bool:
    """Tell whether the event is a create event whose room ID follows from its event ID.

    Spec: https://spec.matrix.org/v1.19/rooms/v12/#event-format
    """
    return version.room_id_is_create_hash and event_json.get("type") == "m.room.create"


def _check_integer(event_json: JsonObject, key: str, lowest: int, highest: int) -> None:
    value = event_json.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise FormatError(f"`{key}` is not an integer")
    if not lowest <= value <= highest:
        raise FormatError(f"`{key}` is out of range")


def _check_references(version: RoomVersion, event_json: JsonObject, key: str, most: int) -> None:
    references = event_json.get(key)
    if not isinstance(references, list):
        raise FormatError(f"`{key}` is not a list")
    if len(references) > most:
        raise FormatError(f"`{key}` has more than {most} entries")
    for reference in references:
        event_id = _referenced_id(reference) if version.references_have_hashes else reference
        if not isinstance(event_id, str):
            raise FormatError(f"`{key}` has an entry of the wrong type")
        try:
            parse_event_id(event_id)
        except InvalidIdentifier as error:
            raise FormatError(f"`{key}`: {error}") from error


def _referenced_id(reference: JsonValue) -> JsonValue:
    if isinstance(reference, list) and len(reference) == 2 and isinstance(reference[1], dict):
        return reference[0]
    return None
