"""The rules that every account has until its server says otherwise.

Spec: https://spec.matrix.org/v1.19/client-server-api/#predefined-rules
"""

from __future__ import annotations

from typing import Any

from client_desktop.core.json_types import JsonObject

_SOUND: JsonObject = {"set_tweak": "sound", "value": "default"}
_RING: JsonObject = {"set_tweak": "sound", "value": "ring"}
_HIGHLIGHT: JsonObject = {"set_tweak": "highlight"}


def default_rules(user_id: str) -> JsonObject:
    """Write the content of `m.push_rules` of an account that has changed nothing."""
    return {
        "global": {
            "override": _overrides(user_id),
            "content": [],
            "room": [],
            "sender": [],
            "underride": _underrides(),
        }
    }


def _overrides(user_id: str) -> list[JsonObject]:
    return [
        _rule(".m.rule.master", [], [], enabled=False),
        _rule(".m.rule.suppress_notices", [_match("content.msgtype", "m.notice")], []),
        _rule(
            ".m.rule.invite_for_me",
            [
                _match("type", "m.room.member"),
                _match("content.membership", "invite"),
                _match("state_key", user_id),
            ],
            ["notify", _SOUND],
        ),
        _rule(".m.rule.member_event", [_match("type", "m.room.member")], []),
        _rule(
            ".m.rule.is_user_mention",
            [{"kind": "event_property_contains", "key": r"content.m\.mentions.user_ids", "value": user_id}],
            ["notify", _SOUND, _HIGHLIGHT],
        ),
        _rule(
            ".m.rule.is_room_mention",
            [
                {"kind": "event_property_is", "key": r"content.m\.mentions.room", "value": True},
                {"kind": "sender_notification_permission", "key": "room"},
            ],
            ["notify", _HIGHLIGHT],
        ),
        _rule(
            ".m.rule.tombstone",
            [_match("type", "m.room.tombstone"), _match("state_key", "")],
            ["notify", _HIGHLIGHT],
        ),
        _rule(".m.rule.reaction", [_match("type", "m.reaction")], []),
        _rule(".m.rule.room.server_acl", [_match("type", "m.room.server_acl"), _match("state_key", "")], []),
        _rule(
            ".m.rule.suppress_edits",
            [{"kind": "event_property_is", "key": r"content.m\.relates_to.rel_type", "value": "m.replace"}],
            [],
        ),
    ]


def _underrides() -> list[JsonObject]:
    in_pairs = {"kind": "room_member_count", "is": "2"}
    encrypted, message = _match("type", "m.room.encrypted"), _match("type", "m.room.message")
    return [
        _rule(".m.rule.call", [_match("type", "m.call.invite")], ["notify", _RING]),
        _rule(".m.rule.encrypted_room_one_to_one", [in_pairs, encrypted], ["notify", _SOUND]),
        _rule(".m.rule.room_one_to_one", [in_pairs, message], ["notify", _SOUND]),
        _rule(".m.rule.message", [message], ["notify"]),
        _rule(".m.rule.encrypted", [encrypted], ["notify"]),
    ]


def _rule(
    rule_id: str, conditions: list[JsonObject], actions: list[Any], *, enabled: bool = True
) -> JsonObject:
    return {
        "rule_id": rule_id,
        "default": True,
        "enabled": enabled,
        "conditions": conditions,
        "actions": actions,
    }


def _match(key: str, pattern: str) -> JsonObject:
    return {"kind": "event_match", "key": key, "pattern": pattern}
