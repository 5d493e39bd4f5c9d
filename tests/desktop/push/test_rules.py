"""Push rules: which one decides, and what it wants."""

from typing import Any

import pytest

from client_desktop.core.json_types import JsonObject
from client_desktop.core.push.default_rules import default_rules
from client_desktop.core.push.rules import Outcome, RuleKind, parse_rules
from client_desktop.core.push.views import EventView, RoomView, parse_path

ME = "@me:x"
ROOM = RoomView("Mia", 3, {}, 0)
PAIR = RoomView("Mia", 2, {}, 0)


def message(body: Any = "hi", **content: Any) -> EventView:
    return EventView("!r", "$e", "m.room.message", "@you:x", {"msgtype": "m.text", "body": body, **content})


def state(event_type: str, content: JsonObject, key: str = "") -> EventView:
    return EventView("!r", "$e", event_type, "@you:x", content, key)


def defaults(event: EventView, room: RoomView = ROOM) -> Outcome:
    return parse_rules(default_rules(ME)).evaluate(event, room)


def with_rule(kind: str, rule: JsonObject) -> JsonObject:
    rules = default_rules(ME)
    rules["global"][kind] = [rule, *rules["global"][kind]]
    return rules


def test_messages_notify() -> None:
    assert defaults(message()) == Outcome(True, False, "", ".m.rule.message")


def test_messages_between_two_sound() -> None:
    assert defaults(message(), PAIR) == Outcome(True, False, "default", ".m.rule.room_one_to_one")


def test_what_cannot_be_decrypted_notifies_too() -> None:
    event = EventView("!r", "$e", "m.room.encrypted", "@you:x", {})
    assert defaults(event).rule_id == ".m.rule.encrypted"
    assert defaults(event, PAIR).rule_id == ".m.rule.encrypted_room_one_to_one"


def test_notices_do_not_notify() -> None:
    assert defaults(message(msgtype="m.notice")).count == 0


def test_mention_of_me_is_a_highlight() -> None:
    outcome = defaults(message(**{"m.mentions": {"user_ids": ["@other:x", ME]}}))
    assert (outcome.count, outcome.sound, outcome.rule_id) == (2, "default", ".m.rule.is_user_mention")


def test_mention_of_somebody_else_is_none() -> None:
    assert defaults(message(**{"m.mentions": {"user_ids": ["@other:x"]}})).count == 1


def test_my_name_in_the_body_alone_is_no_mention() -> None:
    assert defaults(message("hey Mia and @me:x")).count == 1


@pytest.mark.parametrize(("level", "count"), [(50, 2), (49, 1), (float("inf"), 2)])
def test_mention_of_the_room_needs_power(level: float, count: int) -> None:
    event = message(**{"m.mentions": {"room": True}})
    assert defaults(event, RoomView("Mia", 3, {}, level)).count == count


def test_power_for_a_mention_of_the_room_is_the_rooms_to_say() -> None:
    event = message(**{"m.mentions": {"room": True}})
    levels = {"notifications": {"room": 10}}
    assert defaults(event, RoomView("Mia", 3, levels, 10)).count == 2


def test_mention_of_the_room_must_be_true_itself() -> None:
    assert defaults(message(**{"m.mentions": {"room": 1}}), RoomView("", 3, {}, 100)).count == 1


def test_edits_reactions_and_members_do_not_notify() -> None:
    assert defaults(message(**{"m.relates_to": {"rel_type": "m.replace"}})).count == 0
    assert defaults(EventView("!r", "$e", "m.reaction", "@you:x", {})).count == 0
    assert defaults(state("m.room.member", {"membership": "join"}, "@you:x")).count == 0
    assert defaults(state("m.room.server_acl", {})).count == 0


def test_invites_of_me_and_upgrades_do() -> None:
    assert defaults(state("m.room.member", {"membership": "invite"}, ME)).sound == "default"
    assert defaults(state("m.room.tombstone", {})).highlight
    assert not defaults(EventView("!r", "$e", "m.room.tombstone", "@you:x", {})).highlight


def test_calls_ring() -> None:
    assert defaults(EventView("!r", "$e", "m.call.invite", "@you:x", {})).sound == "ring"


def test_master_switch_is_asked_before_everything() -> None:
    rules = with_rule("override", {"rule_id": "all", "conditions": [], "actions": ["notify"]})
    override = rules["global"]["override"]
    next(rule for rule in override if rule["rule_id"] == ".m.rule.master")["enabled"] = True
    assert parse_rules(rules).evaluate(message(), ROOM).rule_id == ".m.rule.master"


def test_kinds_are_asked_in_their_order() -> None:
    rules: JsonObject = {
        "global": {
            "underride": [{"rule_id": "u", "conditions": [], "actions": []}],
            "sender": [{"rule_id": "@you:x", "actions": []}],
            "room": [{"rule_id": "!r", "actions": []}],
            "content": [{"rule_id": "c", "pattern": "hi", "actions": ["notify"]}],
            "override": [{"rule_id": "o", "conditions": [], "actions": []}],
        }
    }
    for expected, kind in (
        ("o", "override"),
        ("c", "content"),
        ("!r", "room"),
        ("@you:x", "sender"),
        ("u", "underride"),
        ("", ""),
    ):
        assert parse_rules(rules).evaluate(message(), ROOM).rule_id == expected
        rules["global"].pop(kind, None)


def test_disabled_rule_decides_nothing() -> None:
    rules = with_rule("room", {"rule_id": "!r", "enabled": False, "actions": []})
    assert parse_rules(rules).evaluate(message(), ROOM).count == 1


def test_room_and_sender_rules_are_about_exactly_theirs() -> None:
    rules = parse_rules(with_rule("room", {"rule_id": "!R", "actions": []}))
    assert rules.evaluate(message(), ROOM).count == 1
    rules = parse_rules(with_rule("sender", {"rule_id": "@you*", "actions": []}))
    assert rules.evaluate(message(), ROOM).count == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"kind": "org.example.new"},
        {"kind": 5},
        {"kind": "event_match", "key": "type"},
        {"kind": "event_match", "key": "content.missing", "pattern": "*"},
        {"kind": "event_match", "key": "content.number", "pattern": "*"},
        {"kind": "event_match", "key": "content.body.deeper", "pattern": "*"},
        {"kind": "event_match", "key": "type.deeper", "pattern": "*"},
        {"kind": "event_property_is", "key": "content.number"},
        {"kind": "event_property_is", "key": "content.number", "value": True},
        {"kind": "event_property_is", "key": "content.missing", "value": None},
        {"kind": "event_property_is", "key": 3, "value": None},
        {"kind": "event_property_contains", "key": "content.list", "value": 1.5},
        {"kind": "event_property_contains", "key": "content.body", "value": "h"},
        {"kind": "room_member_count", "is": "three"},
        {"kind": "room_member_count", "is": ">3"},
        {"kind": "room_member_count"},
        {"kind": "sender_notification_permission"},
        {"kind": "contains_display_name"},
    ],
)
def test_condition_that_is_unknown_malformed_or_false_decides_nothing(condition: JsonObject) -> None:
    rules = with_rule("override", {"rule_id": "o", "conditions": [condition], "actions": []})
    event = message("hi", number=1, list=[1.5])
    assert parse_rules(rules).evaluate(event, ROOM).count == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"kind": "event_match", "key": "sender", "pattern": "@YOU:*"},
        {"kind": "event_match", "key": "room_id", "pattern": "!r"},
        {"kind": "event_property_is", "key": "content.number", "value": 1},
        {"kind": "event_property_is", "key": "content.null", "value": None},
        {"kind": "event_property_is", "key": r"content.a\.b\\c", "value": "d"},
        {"kind": "event_property_contains", "key": "content.list", "value": None},
        {"kind": "room_member_count", "is": "3"},
        {"kind": "room_member_count", "is": "==3"},
        {"kind": "room_member_count", "is": "<4"},
        {"kind": "room_member_count", "is": ">2"},
        {"kind": "room_member_count", "is": "<=3"},
        {"kind": "room_member_count", "is": ">=3"},
        {"kind": "contains_display_name"},
    ],
)
def test_condition_that_holds_lets_its_rule_decide(condition: JsonObject) -> None:
    rules = with_rule("override", {"rule_id": "o", "conditions": [condition], "actions": []})
    event = message("hi mia", number=1, null=None, list=[{}, None], **{"a.b\\c": "d"})
    assert parse_rules(rules).evaluate(event, ROOM).rule_id == "o"


def test_display_name_that_is_empty_is_nowhere() -> None:
    rules = with_rule(
        "override", {"rule_id": "o", "conditions": [{"kind": "contains_display_name"}], "actions": []}
    )
    assert parse_rules(rules).evaluate(message(""), RoomView("", 3, {}, 0)).count == 1


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["dont_notify"], Outcome()),
        (["coalesce", "notify"], Outcome(True)),
        (["notify", {"set_tweak": "highlight", "value": False}], Outcome(True)),
        (["notify", {"set_tweak": "highlight"}], Outcome(True, True)),
        ([{"set_tweak": "sound", "value": 7}, "notify"], Outcome(True)),
        (["notify", {"set_tweak": "other"}], Outcome(True)),
        ([None, {}, []], Outcome()),
    ],
)
def test_actions_mean_what_the_specification_says(actions: list[object], expected: Outcome) -> None:
    rules = parse_rules({"global": {"room": [{"rule_id": "!r", "actions": actions}]}})
    outcome = rules.evaluate(message(), ROOM)
    assert (outcome.notify, outcome.highlight, outcome.sound) == (
        expected.notify,
        expected.highlight,
        expected.sound,
    )


@pytest.mark.parametrize(
    "content",
    [{}, {"global": 3}, {"global": {"room": 5, "content": [None, {}, {"rule_id": 7}, {"rule_id": "c"}]}}],
)
def test_malformed_rules_are_left_out(content: JsonObject) -> None:
    assert parse_rules(content).evaluate(message(), ROOM).count == 0


def test_rule_with_absurdly_many_conditions_never_matches() -> None:
    condition = {"kind": "event_match", "key": "type", "pattern": "*"}
    rules = with_rule("override", {"rule_id": "o", "conditions": [condition] * 60, "actions": []})
    assert parse_rules(rules).evaluate(message(), ROOM).count == 1


def test_rules_are_found_by_kind_and_id() -> None:
    rules = parse_rules(default_rules(ME))
    assert rules.find(RuleKind.UNDERRIDE, ".m.rule.message") is not None
    assert rules.find(RuleKind.OVERRIDE, ".m.rule.message") is None
    assert len(rules.of_kind(RuleKind.UNDERRIDE)) == 5


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("content.body", ("content", "body")),
        (r"content.m\.relates_to", ("content", "m.relates_to")),
        (r"content.m\\foo", ("content", r"m\foo")),
        (r"a\x.b", (r"a\x", "b")),
        ("a\\", ("a\\",)),
    ],
)
def test_paths_are_read_as_the_specification_says(key: str, path: tuple[str, ...]) -> None:
    assert parse_path(key) == path
