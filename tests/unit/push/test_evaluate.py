"""Which rule decides about an event: the examples of the specification, and the default rules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.json_types import JsonObject
from homeserver.push.conditions import InvalidCondition, compile_condition
from homeserver.push.default_rules import mentioned_user_ids, mentions_room, notifies_by_default
from homeserver.push.evaluate import compile_rules, evaluate
from homeserver.push.event_view import EventView, RoomView, parse_path
from homeserver.push.predefined_rules import rule_set_of
from homeserver.push.rules import DefaultChange, Kind, OwnRules, PushRule

ALICE = "@alice:example.com"
BOB = "@bob:example.com"


def room(members: int = 3, name: str | None = "Alice", *, may_notify: bool = True) -> RoomView:
    return RoomView(members, name, lambda sender, key: may_notify and sender == BOB and key == "room")


def event(type_: str = "m.room.message", **parts: Any) -> JsonObject:
    return {"type": type_, "sender": BOB, "room_id": "!r:x", "event_id": "$e", "content": {}, **parts}


def holds(condition: JsonObject, of: JsonObject, within: RoomView | None = None) -> bool:
    return compile_condition(condition).holds(EventView(of), within or room())


def decide(of: JsonObject, *own: PushRule, within: RoomView | None = None, **changes: DefaultChange) -> str:
    """Return "", "notify" or "highlight"."""
    named = {f".m.rule.{name}": change for name, change in changes.items()}
    rules = compile_rules(rule_set_of(ALICE, OwnRules(own, named)))
    rule = evaluate(rules, EventView(of), within or room())
    return "" if rule is None or not rule.notifies else "highlight" if rule.highlights else "notify"


def test_event_match_matches_texts_only() -> None:
    lunch = {"kind": "event_match", "key": "content.topic", "pattern": "lunc?*"}
    for topic, expected in [("Lunch plans", True), ("LUNCH", True), (" lunch", False), ("lunc", False)]:
        assert holds(lunch, event(content={"topic": topic})) is expected
    anything = {**lunch, "pattern": "*"}
    for content in ({"topic": None}, {}, {"topic": 1}, {"topic": ["x"]}):
        assert not holds(anything, event(content=content))
    assert not holds({**lunch, "key": "content.topic.x", "pattern": "*"}, event(content={"topic": "x"}))


def test_event_match_of_the_body_looks_for_words() -> None:
    condition = {"kind": "event_match", "key": "content.body", "pattern": "ex*ple"}
    for body in ("An example event.", "exple", "An exciting triple-whammy"):
        assert holds(condition, event(content={"body": body}))


def test_event_property_is_compares_values_with_their_types() -> None:
    condition = {"kind": "event_property_is", "key": r"content.m\.federate", "value": True}
    assert holds(condition, event(content={"m.federate": True}))
    for value in ("true", 1, None, [True]):
        assert not holds(condition, event(content={"m.federate": value}))
    assert not holds({**condition, "value": None}, event())
    assert holds({**condition, "value": None}, event(content={"m.federate": None}))
    assert not holds({**condition, "value": 1}, event(content={"m.federate": 1.0}))


def test_event_property_contains_looks_into_lists_only() -> None:
    condition = {
        "kind": "event_property_contains",
        "key": "content.alt_aliases",
        "value": "#myroom:example.com",
    }
    found = ["#somewhere:example.org", "#myroom:example.com"]
    assert holds(condition, event(content={"alt_aliases": found}))
    for value in ([":example.com"], "#myroom:example.com", [["#myroom:example.com"]], None):
        assert not holds(condition, event(content={"alt_aliases": value}))
    assert not holds({**condition, "value": 1}, event(content={"alt_aliases": [True]}))


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("content.body", ("content", "body")),
        (r"content.m\.relates_to", ("content", "m.relates_to")),
        (r"content.m\\foo", ("content", "m\\foo")),
        (r"content.\x", ("content", "\\x")),
        (r"content.a\\.b", ("content", "a\\", "b")),
        ("a\\", ("a\\",)),
        ("", ("",)),
    ],
)
def test_dots_and_backslashes_in_names_are_escaped(key: str, path: tuple[str, ...]) -> None:
    assert parse_path(key) == path


def test_what_clients_do_not_see_of_an_event_matches_nothing() -> None:
    condition = {"kind": "event_property_is", "key": "depth", "value": 3}
    assert not holds(condition, event(depth=3))


def test_contains_display_name_takes_the_name_literally() -> None:
    condition = {"kind": "contains_display_name"}
    assert holds(condition, event(content={"body": "hello ALICE!"}))
    assert not holds(condition, event(content={"body": "malice"}))
    assert holds(condition, event(content={"body": "hi A*"}), room(name="a*"))
    assert not holds(condition, event(content={"body": "hi ab"}), room(name="a*"))
    for name in (None, ""):
        assert not holds(condition, event(content={"body": ""}), room(name=name))


@pytest.mark.parametrize(
    ("text", "counts"),
    [("2", {2}), ("==2", {2}), ("<2", {0, 1}), (">2", {3, 4}), ("<=2", {0, 1, 2}), (">=2", {2, 3, 4})],
)
def test_room_member_count_compares(text: str, counts: set[int]) -> None:
    condition = {"kind": "room_member_count", "is": text}
    assert {count for count in range(5) if holds(condition, event(), room(count))} == counts


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"kind": None},
        {"kind": "event_match", "key": "type"},
        {"kind": "event_match", "pattern": "x"},
        {"kind": "event_match", "key": "type", "pattern": "x" * 256},
        {"kind": "event_property_is", "key": "x"},
        {"kind": "event_property_is", "key": "x", "value": 1.5},
        {"kind": "event_property_is", "key": "x", "value": 2**53},
        {"kind": "event_property_contains", "key": "x", "value": []},
        {"kind": "room_member_count", "is": 2},
        {"kind": "room_member_count", "is": "two"},
        {"kind": "room_member_count", "is": "9" * 5_000},
        {"kind": "sender_notification_permission"},
    ],
)
def test_malformed_conditions_are_refused(condition: JsonObject) -> None:
    with pytest.raises(InvalidCondition):
        compile_condition(condition)


def test_a_rule_with_a_condition_nobody_knows_or_a_malformed_one_matches_nothing() -> None:
    for condition in ({"kind": "org.example.new"}, {"kind": "event_match"}):
        rule = PushRule(Kind.OVERRIDE, "x", ["notify"], conditions=[condition])
        assert decide(event("m.other"), rule) == ""


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (event(), "notify"),
        (event("m.room.encrypted"), "notify"),
        (event("m.call.invite"), "notify"),
        (event("m.other"), ""),
        (event(content={"msgtype": "m.notice"}), ""),
        (event("m.reaction"), ""),
        (event("m.room.topic", state_key=""), ""),
        (event("m.room.tombstone", state_key=""), "highlight"),
        (event("m.room.tombstone"), ""),
        (event(content={"m.relates_to": {"rel_type": "m.replace"}}), ""),
        (event(content={"m.mentions": {"user_ids": [ALICE]}}), "highlight"),
        (event(content={"m.mentions": {"user_ids": [BOB]}}), "notify"),
        (event("m.reaction", content={"m.mentions": {"user_ids": [ALICE]}}), "highlight"),
        (event(content={"m.mentions": {"user_ids": [ALICE]}, "msgtype": "m.notice"}), ""),
        (event(content={"m.mentions": {"room": True}}), "highlight"),
        (event("m.room.member", state_key=ALICE, content={"membership": "invite"}), "notify"),
        (event("m.room.member", state_key=BOB, content={"membership": "invite"}), ""),
    ],
)
def test_the_default_rules_decide_as_specified(of: JsonObject, expected: str) -> None:
    assert decide(of) == expected


def test_mentioning_the_room_takes_power() -> None:
    powerless = room(may_notify=False)
    assert decide(event(content={"m.mentions": {"room": True}}), within=powerless) == "notify"


def test_kinds_are_tried_in_order_and_own_rules_before_the_servers() -> None:
    hello = event(content={"body": "some tea"})
    content = PushRule(
        Kind.CONTENT, "tea", ["notify", {"set_tweak": "highlight", "value": True}], pattern="tea"
    )
    sender = PushRule(Kind.SENDER, BOB, ["dont_notify"])
    in_room = PushRule(Kind.ROOM, "!r:x", ["notify"])
    underride = PushRule(Kind.UNDERRIDE, "u", [])
    assert decide(hello, underride) == ""
    assert decide(hello, sender, underride) == ""
    assert decide(hello, in_room, sender) == "notify"
    assert decide(hello, content, in_room, sender) == "highlight"
    assert decide(hello, PushRule(Kind.OVERRIDE, "o", []), content) == ""
    assert decide(hello, content, master=DefaultChange(enabled=True)) == ""
    assert decide(hello, message=DefaultChange(enabled=False)) == ""
    assert decide(hello, message=DefaultChange(actions=["dont_notify", "coalesce"])) == ""
    assert decide(hello, PushRule(Kind.OVERRIDE, "o", [], enabled=False)) == "notify"


@pytest.mark.parametrize(("value", "expected"), [({}, "highlight"), ({"value": False}, "notify")])
def test_a_highlight_is_true_unless_it_says_otherwise(value: JsonObject, expected: str) -> None:
    rule = PushRule(Kind.ROOM, "!r:x", ["notify", {"set_tweak": "highlight", **value}])
    assert decide(event(), rule) == expected


TYPES = ["m.room.message", "m.room.encrypted", "m.call.invite", "m.reaction", "m.room.topic", "m.poll.start"]
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "msgtype": st.sampled_from(["m.text", "m.notice"]),
        "m.relates_to": st.sampled_from([{"rel_type": "m.replace"}, {"rel_type": "m.thread"}, 1]),
        "m.mentions": st.fixed_dictionaries(
            {},
            optional={
                "user_ids": st.sampled_from([[ALICE], [BOB], [], "x"]),
                "room": st.sampled_from([True, False, 1]),
            },
        ),
    },
)


@given(
    st.sampled_from([*TYPES, "m.room.tombstone", "m.room.member", "m.room.server_acl"]),
    st.sampled_from([None, "", BOB]),
    CONTENTS,
    st.booleans(),
    st.sampled_from([2, 3]),
)
def test_what_is_counted_up_for_everybody_is_what_the_default_rules_say(
    type_: str, state_key: str | None, content: JsonObject, may_notify: bool, members: int
) -> None:
    parts = {} if state_key is None else {"state_key": state_key}
    decided = decide(event(type_, content=content, **parts), within=room(members, may_notify=may_notify))
    to_everybody = mentions_room(type_, content) and may_notify
    is_named = ALICE in mentioned_user_ids(type_, content)
    counted = notifies_by_default(type_, state_key, content, to_everybody=to_everybody)
    assert (decided != "") == (counted or is_named)
    tombstone = type_ == "m.room.tombstone" and state_key == "" and content.get("msgtype") != "m.notice"
    assert (decided == "highlight") == (to_everybody or is_named or tombstone)
