"""The server-default push rules, as the specification lists them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#predefined-rules
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from homeserver.json_types import JsonObject
from homeserver.push.rules import Actions, DefaultChange, Kind, OwnRules, PushRule, RuleSet

MASTER: Final = ".m.rule.master"

SOUND: Final[JsonObject] = {"set_tweak": "sound", "value": "default"}
RING: Final[JsonObject] = {"set_tweak": "sound", "value": "ring"}
HIGHLIGHT: Final[JsonObject] = {"set_tweak": "highlight"}


def rule_set_of(user_id: str, own: OwnRules) -> RuleSet:
    """Return all rules of a user: own ones before the server's of their kind, but for the master rule."""
    defaults = predefined_rules(user_id, own.changes or {})
    rule_set = {}
    for kind in Kind:
        of_server = [rule for rule in defaults if rule.kind is kind]
        first = [rule for rule in of_server if rule.rule_id == MASTER]
        users = [rule for rule in own.rules if rule.kind is kind]
        rule_set[kind] = [*first, *users, *(rule for rule in of_server if rule.rule_id != MASTER)]
    return rule_set


def predefined_rules(user_id: str, changes: Mapping[str, DefaultChange]) -> list[PushRule]:
    """Return the server-default rules, with what a user has changed about them."""
    return [_changed(rule, changes.get(rule.rule_id)) for rule in _as_specified(user_id)]


def _changed(rule: PushRule, change: DefaultChange | None) -> PushRule:
    if change is None:
        return rule
    return replace(
        rule,
        enabled=rule.enabled if change.enabled is None else change.enabled,
        actions=rule.actions if change.actions is None else change.actions,
    )


def _as_specified(user_id: str) -> list[PushRule]:
    return [
        _override(MASTER, [], [], enabled=False),
        _override(".m.rule.suppress_notices", [_match("content.msgtype", "m.notice")], []),
        _override(
            ".m.rule.invite_for_me",
            [
                _match("type", "m.room.member"),
                _match("content.membership", "invite"),
                _match("state_key", user_id),
            ],
            ["notify", SOUND],
        ),
        _override(".m.rule.member_event", [_match("type", "m.room.member")], []),
        _override(
            ".m.rule.is_user_mention",
            [{"kind": "event_property_contains", "key": r"content.m\.mentions.user_ids", "value": user_id}],
            ["notify", SOUND, HIGHLIGHT],
        ),
        _override(
            ".m.rule.is_room_mention",
            [
                {"kind": "event_property_is", "key": r"content.m\.mentions.room", "value": True},
                {"kind": "sender_notification_permission", "key": "room"},
            ],
            ["notify", HIGHLIGHT],
        ),
        _override(
            ".m.rule.tombstone",
            [_match("type", "m.room.tombstone"), _match("state_key", "")],
            ["notify", HIGHLIGHT],
        ),
        _override(".m.rule.reaction", [_match("type", "m.reaction")], []),
        _override(
            ".m.rule.room.server_acl", [_match("type", "m.room.server_acl"), _match("state_key", "")], []
        ),
        _override(
            ".m.rule.suppress_edits",
            [{"kind": "event_property_is", "key": r"content.m\.relates_to.rel_type", "value": "m.replace"}],
            [],
        ),
        _underride(".m.rule.call", [_match("type", "m.call.invite")], ["notify", RING]),
        _underride(
            ".m.rule.encrypted_room_one_to_one",
            [_members("2"), _match("type", "m.room.encrypted")],
            ["notify", SOUND],
        ),
        _underride(
            ".m.rule.room_one_to_one", [_members("2"), _match("type", "m.room.message")], ["notify", SOUND]
        ),
        _underride(".m.rule.message", [_match("type", "m.room.message")], ["notify"]),
        _underride(".m.rule.encrypted", [_match("type", "m.room.encrypted")], ["notify"]),
    ]


def _override(
    rule_id: str, conditions: Sequence[JsonObject], actions: Actions, *, enabled: bool = True
) -> PushRule:
    return PushRule(Kind.OVERRIDE, rule_id, actions, enabled, default=True, conditions=conditions)


def _underride(rule_id: str, conditions: Sequence[JsonObject], actions: Actions) -> PushRule:
    return PushRule(Kind.UNDERRIDE, rule_id, actions, default=True, conditions=conditions)


def _match(key: str, pattern: str) -> JsonObject:
    return {"kind": "event_match", "key": key, "pattern": pattern}


def _members(count: str) -> JsonObject:
    return {"kind": "room_member_count", "is": count}
