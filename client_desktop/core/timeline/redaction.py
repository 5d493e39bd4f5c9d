"""What is left of an event that was redacted.

Spec: https://spec.matrix.org/v1.19/rooms/v11/#redactions
"""

from __future__ import annotations

from typing import Final

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text

_KEPT: Final = ("event_id", "type", "room_id", "sender", "state_key", "origin_server_ts")
_KEPT_CONTENT: Final[dict[str, frozenset[str]]] = {
    "m.room.member": frozenset({"membership", "join_authorised_via_users_server"}),
    "m.room.join_rules": frozenset({"join_rule", "allow"}),
    "m.room.power_levels": frozenset(
        {
            "ban",
            "events",
            "events_default",
            "invite",
            "kick",
            "redact",
            "state_default",
            "users",
            "users_default",
        }
    ),
    "m.room.history_visibility": frozenset({"history_visibility"}),
    "m.room.redaction": frozenset({"redacts"}),
}


def redact(source: ReadonlyJsonObject, because: ReadonlyJsonObject) -> JsonObject:
    """Give an event without what a redaction takes away; what concerns its state stays.

    `because`: the redaction, which says who and why.
    """
    event_type = as_text(source.get("type"))
    content = as_object(source.get("content"))
    if event_type != "m.room.create":
        kept = _KEPT_CONTENT.get(event_type, frozenset())
        content = {key: value for key, value in content.items() if key in kept}
    unsigned = {
        key: value for key, value in as_object(source.get("unsigned")).items() if key == "transaction_id"
    }
    redacted = {key: source[key] for key in _KEPT if key in source}
    return {**redacted, "content": content, "unsigned": {**unsigned, "redacted_because": dict(because)}}
