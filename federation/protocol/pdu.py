"""PDUs: immutable events of a room, parsed from elsewhere, read from storage, or built and signed here.

Spec: https://spec.matrix.org/v1.19/server-server-api/#pdus
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import cast

import orjson

from federation.protocol.canonical_json import MAX_INTEGER, JsonObject, JsonValue, decode_json
from federation.protocol.errors import FormatError
from federation.protocol.event_format import (
    check_event_size,
    check_field_size,
    check_fields,
    check_json,
    encode_event,
    has_derived_room_id,
)
from federation.protocol.hashes import encode_hash, event_id_from_hash, event_id_of
from federation.protocol.ids import EventId, RoomId, ServerName, UserId
from federation.protocol.redaction import redact_content
from federation.protocol.room_versions import EventIdFormat, RoomVersion
from federation.protocol.signing import SigningKey, encode_base64

__all__ = [
    "EventDraft",
    "FormatError",
    "Pdu",
    "build_pdu",
    "create_event_id_of",
    "parse_pdu",
    "pdu_from_stored",
    "room_id_of_create",
]


@dataclass(frozen=True, slots=True)
class Pdu:
    """One event of a room.

    `json` is the signed event without `unsigned`; nobody may change it. `canonical` is its canonical
    encoding. `room_id` is there even for a create event that does not carry one.
    """

    event_id: EventId
    room_id: RoomId
    type: str
    sender: UserId
    state_key: str | None
    content: JsonObject
    origin_server_ts: int
    prev_events: tuple[EventId, ...]
    auth_events: tuple[EventId, ...]
    depth: int
    redacts: EventId | None
    json: JsonObject
    canonical: bytes

    @property
    def is_state(self) -> bool:
        """Tell whether this is a state event."""
        return self.state_key is not None

    @property
    def state_entry(self) -> tuple[str, str]:
        """The key of this state event in a state map. Only for state events."""
        assert self.state_key is not None, "a message event has no state key"
        return self.type, self.state_key


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What the author of an event decides. `redacts` is put where the room version wants it."""

    type: str
    sender: UserId
    content: JsonObject
    state_key: str | None = None
    redacts: EventId | None = None


def build_pdu(
    version: RoomVersion,
    draft: EventDraft,
    *,
    room_id: RoomId | None,
    prev_events: Sequence[EventId],
    auth_events: Sequence[EventId],
    depth: int,
    origin_server_ts: int,
    server_name: ServerName,
    key: SigningKey,
    event_id: EventId | None = None,
    reference_hashes: Mapping[EventId, bytes] | None = None,
) -> Pdu:
    """Build, hash and sign an event of this server.

    `room_id` is None exactly for a create event whose hash becomes the room ID. Room versions 1 and 2 also
    need the `event_id`, and the reference hash of each event in `prev_events` and `auth_events`. A `depth`
    beyond the greatest one of today's room versions becomes that.

    Raises: FormatError when the content is not canonical JSON, or something is too large.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#adding-hashes-and-signatures-to-outgoing-events
    """
    event = _unsigned_event(version, draft, room_id, depth, origin_server_ts, event_id)
    event["auth_events"] = _references(version, auth_events, reference_hashes)
    event["prev_events"] = _references(version, prev_events, reference_hashes)
    signed_id, canonical = _hash_and_sign(version, event, server_name, key)
    check_event_size(canonical)
    return _make_pdu(version, event, canonical, event_id or signed_id, room_id)


def parse_pdu(version: RoomVersion, event_json: JsonObject, *, room_id: RoomId | None = None) -> Pdu:
    """Check the format of an event from elsewhere and read it. Its hash and signatures stay unchecked.

    `room_id`, where given, is the room that the event must belong to.

    Raises: FormatError.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#event-format
    """
    check_fields(version, event_json)
    kept = {key: value for key, value in event_json.items() if key != "unsigned"}
    canonical = encode_event(version, kept)
    check_event_size(canonical)
    pdu = _make_pdu(version, kept, canonical, event_id_of(version, kept), None)
    if room_id is not None and pdu.room_id != room_id:
        raise FormatError("the event belongs to another room")
    return pdu


def pdu_from_stored(version: RoomVersion, canonical: bytes, event_id: EventId, room_id: RoomId) -> Pdu:
    """Read an event that `parse_pdu` or `build_pdu` has made before, from its canonical bytes, unchecked."""
    decode = orjson.loads if version.strict_canonical_json else decode_json
    return _make_pdu(version, cast(JsonObject, decode(canonical)), canonical, event_id, room_id)


def room_id_of_create(event_id: EventId) -> RoomId:
    """Return the room ID that follows from a create event's ID.

    Spec: https://spec.matrix.org/v1.19/rooms/v12/#event-format
    """
    return RoomId("!" + event_id[1:])


def create_event_id_of(room_id: RoomId) -> EventId:
    """Return the ID of the create event that a room ID names, where room IDs follow from create events.

    Spec: https://spec.matrix.org/v1.19/rooms/v12/#event-format
    """
    return EventId("$" + room_id[1:])


def _make_pdu(
    version: RoomVersion, event: JsonObject, canonical: bytes, event_id: EventId, room_id: RoomId | None
) -> Pdu:
    # The casts say what check_fields has established.
    if room_id is None:
        derived = has_derived_room_id(version, event)
        room_id = room_id_of_create(event_id) if derived else cast(RoomId, event["room_id"])
    content = cast(JsonObject, event["content"])
    return Pdu(
        event_id=event_id,
        room_id=room_id,
        type=cast(str, event["type"]),
        sender=cast(UserId, event["sender"]),
        state_key=cast("str | None", event.get("state_key")),
        content=content,
        origin_server_ts=cast(int, event["origin_server_ts"]),
        prev_events=_referenced_ids(version, event["prev_events"]),
        auth_events=_referenced_ids(version, event["auth_events"]),
        depth=cast(int, event["depth"]),
        redacts=_redacted_id(version, event, content),
        json=event,
        canonical=canonical,
    )


def _redacted_id(version: RoomVersion, event: JsonObject, content: JsonObject) -> EventId | None:
    if event["type"] != "m.room.redaction":
        return None
    redacts = content.get("redacts") if version.redacts_in_content else event.get("redacts")
    return EventId(redacts) if isinstance(redacts, str) else None


def _referenced_ids(version: RoomVersion, references: JsonValue) -> tuple[EventId, ...]:
    if version.references_have_hashes:
        return tuple(pair[0] for pair in cast("list[tuple[EventId, JsonObject]]", references))
    return tuple(cast("list[EventId]", references))


def _references(
    version: RoomVersion, event_ids: Sequence[EventId], hashes: Mapping[EventId, bytes] | None
) -> list[JsonValue]:
    if not version.references_have_hashes:
        return list(event_ids)
    if hashes is None:
        raise ValueError("this room version needs the reference hashes of the referenced events")
    return [[event_id, encode_hash(hashes[event_id])] for event_id in event_ids]


def _unsigned_event(
    version: RoomVersion,
    draft: EventDraft,
    room_id: RoomId | None,
    depth: int,
    origin_server_ts: int,
    event_id: EventId | None,
) -> JsonObject:
    content = draft.content
    if draft.redacts is not None and version.redacts_in_content:
        content = {**content, "redacts": draft.redacts}
    event: JsonObject = {
        "content": content,
        "depth": min(depth, MAX_INTEGER),  # peers drop what is above, in every room version
        "origin_server_ts": origin_server_ts,
        "sender": draft.sender,
        "type": draft.type,
    }
    if draft.state_key is not None:
        event["state_key"] = draft.state_key
    if draft.redacts is not None and not version.redacts_in_content:
        event["redacts"] = draft.redacts
    if room_id is not None:
        event["room_id"] = room_id
    if version.event_id_format is EventIdFormat.CHOSEN_BY_SERVER:
        event["event_id"] = event_id
    _check_draft(version, draft, content)
    if (room_id is None) is not has_derived_room_id(version, event):
        raise ValueError("a create event has no room ID in this room version, any other event has one")
    if (event_id is None) is (version.event_id_format is EventIdFormat.CHOSEN_BY_SERVER):
        raise ValueError("the caller chooses the event ID in room versions 1 and 2 only")
    return event


def _check_draft(version: RoomVersion, draft: EventDraft, content: JsonObject) -> None:
    check_json(version, content)
    check_field_size("type", draft.type)
    check_field_size("sender", draft.sender)
    if draft.state_key is not None:
        check_field_size("state_key", draft.state_key)


def _hash_and_sign(
    version: RoomVersion, event: JsonObject, server_name: ServerName, key: SigningKey
) -> tuple[EventId, bytes]:
    """Add `hashes` and `signatures` to a complete event; return its ID by hash and its canonical bytes.

    The event is hashed, signed and stored in three forms: without both, redacted, and whole.
    """
    content = cast(JsonObject, event["content"])
    event["hashes"] = encode_hash(sha256(encode_event(version, event)).digest())
    redacted = {**event, "content": redact_content(version, cast(str, event["type"]), content)}
    redacted.pop("redacts", None)
    signed = encode_event(version, redacted)
    event["signatures"] = {server_name: {key.key_id: encode_base64(key.sign(signed))}}
    return event_id_from_hash(version, sha256(signed).digest()), encode_event(version, event)
