"""Content hashes, reference hashes, and the event IDs that follow from them.

Spec: https://spec.matrix.org/v1.19/server-server-api/#signing-events
"""

from __future__ import annotations

from hashlib import sha256

from federation.protocol.canonical_json import JsonObject, encode_canonical_json
from federation.protocol.errors import FormatError
from federation.protocol.ids import EventId
from federation.protocol.redaction import redact
from federation.protocol.room_versions import EventIdFormat, RoomVersion
from federation.protocol.signing import decode_base64, encode_base64, encode_base64_url


def content_hash(version: RoomVersion, event_json: JsonObject) -> bytes:
    """Return the SHA-256 of the whole event without `hashes`, `signatures` and `unsigned`.

    Raises: CanonicalJsonError.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#calculating-the-content-hash-for-an-event
    """
    hashed = _without(event_json, "hashes", "signatures", "unsigned")
    return sha256(encode_canonical_json(hashed, strict_numbers=version.strict_canonical_json)).digest()


def has_valid_content_hash(version: RoomVersion, event_json: JsonObject) -> bool:
    """Tell whether `hashes.sha256` is the content hash. If not, process the redacted event instead.

    Raises: CanonicalJsonError.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events
    """
    hashes = event_json.get("hashes")
    claimed = hashes.get("sha256") if isinstance(hashes, dict) else None
    if not isinstance(claimed, str):
        return False
    try:
        digest = decode_base64(claimed)
    except ValueError:
        return False
    return digest == content_hash(version, event_json)


def reference_hash(version: RoomVersion, event_json: JsonObject) -> bytes:
    """Return the SHA-256 of the redacted event without `signatures`.

    Raises: CanonicalJsonError.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#calculating-the-reference-hash-for-an-event
    """
    hashed = _without(redact(version, event_json), "signatures", "unsigned")
    return sha256(encode_canonical_json(hashed, strict_numbers=version.strict_canonical_json)).digest()


def event_id_of(version: RoomVersion, event_json: JsonObject) -> EventId:
    """Return the ID of an event: its reference hash, or what its server chose in room versions 1 and 2.

    Raises: CanonicalJsonError; FormatError when the event should name its ID and does not.
    Spec: https://spec.matrix.org/v1.19/rooms/v4/#event-ids
    """
    if version.event_id_format is EventIdFormat.CHOSEN_BY_SERVER:
        event_id = event_json.get("event_id")
        if not isinstance(event_id, str):
            raise FormatError("event without an event_id")
        return EventId(event_id)
    return event_id_from_hash(version, reference_hash(version, event_json))


def event_id_from_hash(version: RoomVersion, digest: bytes) -> EventId:
    """Write a reference hash as an event ID, for room versions 3 and later."""
    encode = encode_base64 if version.event_id_format is EventIdFormat.BASE64_HASH else encode_base64_url
    return EventId("$" + encode(digest))


def encode_hash(digest: bytes) -> JsonObject:
    """Write a hash as it stands in `hashes`, and beside referenced event IDs in room versions 1 and 2."""
    return {"sha256": encode_base64(digest)}


def _without(event_json: JsonObject, *keys: str) -> JsonObject:
    return {key: value for key, value in event_json.items() if key not in keys}
