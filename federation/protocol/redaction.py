"""The redaction algorithm: what stays of an event when its content goes.

Spec: https://spec.matrix.org/v1.19/client-server-api/#redactions
"""

from __future__ import annotations

from typing import Final

from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.room_versions import RoomVersion

_KEPT_KEYS: Final = frozenset(
    {
        "event_id",
        "type",
        "room_id",
        "sender",
        "state_key",
        "content",
        "hashes",
        "signatures",
        "depth",
        "prev_events",
        "auth_events",
        "origin_server_ts",
    }
)
_KEPT_KEYS_BEFORE_UPDATE: Final = _KEPT_KEYS | {"prev_state", "origin", "membership"}
_POWER_LEVEL_KEYS: Final = frozenset(
    {"ban", "events", "events_default", "kick", "redact", "state_default", "users", "users_default"}
)
_NOTHING: Final[frozenset[str]] = frozenset()


def redact(version: RoomVersion, event_json: JsonObject) -> JsonObject:
    """Return the redacted copy of an event. The original is not changed, and parts of it are shared.

    `unsigned` goes too: whoever serves the event to clients makes a new one.

    Spec: https://spec.matrix.org/v1.19/rooms/v12/#redactions
    """
    kept_keys = _KEPT_KEYS if version.updated_redaction_rules else _KEPT_KEYS_BEFORE_UPDATE
    redacted: JsonObject = {key: value for key, value in event_json.items() if key in kept_keys}
    event_type, content = event_json.get("type"), event_json.get("content")
    if isinstance(event_type, str) and isinstance(content, dict):
        redacted["content"] = redact_content(version, event_type, content)
    else:
        redacted["content"] = {}
    return redacted


def redact_content(version: RoomVersion, event_type: str, content: JsonObject) -> JsonObject:
    """Return the part of an event's content that redaction keeps.

    Spec: https://spec.matrix.org/v1.19/rooms/v12/#redactions
    """
    if version.updated_redaction_rules and event_type == "m.room.create":
        return dict(content)
    kept_keys = _kept_content_keys(version, event_type)
    if not kept_keys:
        return {}
    kept: JsonObject = {key: value for key, value in content.items() if key in kept_keys}
    if version.updated_redaction_rules and event_type == "m.room.member":
        _keep_signed_third_party_invite(content.get("third_party_invite"), kept)
    return kept


def _kept_content_keys(version: RoomVersion, event_type: str) -> frozenset[str]:
    match event_type:
        case "m.room.member":
            authorised = version.redaction_keeps_join_authorisation
            return frozenset({"membership"} | ({"join_authorised_via_users_server"} if authorised else set()))
        case "m.room.create":
            return frozenset({"creator"})
        case "m.room.join_rules":
            allow = version.redaction_keeps_join_rule_allow
            return frozenset({"join_rule"} | ({"allow"} if allow else set()))
        case "m.room.power_levels":
            return _POWER_LEVEL_KEYS | ({"invite"} if version.updated_redaction_rules else set())
        case "m.room.aliases":
            return frozenset({"aliases"}) if version.redaction_keeps_aliases else _NOTHING
        case "m.room.history_visibility":
            return frozenset({"history_visibility"})
        case "m.room.redaction":
            return frozenset({"redacts"}) if version.updated_redaction_rules else _NOTHING
    return _NOTHING


def _keep_signed_third_party_invite(third_party_invite: JsonValue, kept: JsonObject) -> None:
    if isinstance(third_party_invite, dict):
        signed = {"signed": third_party_invite["signed"]} if "signed" in third_party_invite else {}
        kept["third_party_invite"] = signed
