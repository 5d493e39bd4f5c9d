"""Stored events, whatever their room version lets them hold."""

import orjson

from federation.protocol.canonical_json import decode_json
from homeserver.json_types import JsonObject
from homeserver.storage.events import load_json


def read_event(canonical: bytes) -> JsonObject:
    """Decode an event of ours; numbers that no float can hold, which old room versions allow, too."""
    try:
        return load_json(canonical)
    except orjson.JSONDecodeError:
        pdu = decode_json(canonical)
        assert isinstance(pdu, dict)
        return pdu
