"""The part of an event that every client sees alike, rendered once to bytes.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-event-format
"""

import orjson

from federation.protocol.canonical_json import decode_json
from federation.protocol.redaction import redact
from homeserver.caches import BytesCache
from homeserver.json_types import JsonObject
from homeserver.storage.events import StoredEvent
from homeserver.storage.rooms import Room

MAX_BYTES = 32 * 1024 * 1024
SHOWN = ("content", "origin_server_ts", "sender", "state_key", "type")


class EventBodies:
    """The shared bytes of events: the client's format up to, and without, `room_id` and `unsigned`."""

    def __init__(self) -> None:
        self._bodies: BytesCache[tuple[int, int | None]] = BytesCache(MAX_BYTES)

    def body(self, room: Room, event: StoredEvent) -> bytes:
        """Return the JSON object of an event without its closing brace."""
        key = (event.event_nid, event.redacted_by)
        body = self._bodies.get(key)
        if body is None:
            body = orjson.dumps(client_event(room, event))[:-1]
            self._bodies.put(key, body)
        return body


def client_event(room: Room, event: StoredEvent) -> JsonObject:
    """Return an event in the client's format, redacted if it has been, without `room_id` and `unsigned`."""
    pdu = event.load() if room.version.strict_canonical_json else decode_json(event.json)
    assert isinstance(pdu, dict)
    if event.redacted_by is not None:
        pdu = redact(room.version, pdu)
    shown: JsonObject = {key: pdu[key] for key in SHOWN if key in pdu}
    shown["event_id"] = event.event_id
    if event.type == "m.room.redaction":
        _show_redacts(shown, pdu)
    return shown


def _show_redacts(shown: JsonObject, pdu: JsonObject) -> None:
    """Show what a redaction redacts in both places, for old and new clients alike."""
    redacts = pdu.get("redacts") or pdu["content"].get("redacts")
    if redacts is not None:
        shown["redacts"] = redacts
        shown["content"] = shown["content"] | {"redacts": redacts}
