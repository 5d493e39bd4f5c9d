"""Filters: what is refused when they are read, and what they let through."""

from typing import Any

import orjson
import pytest

from federation.protocol.ids import EventId, RoomId
from homeserver.errors import BadJson, InvalidParam
from homeserver.rooms.event_fields import parse_field_path, select_fields
from homeserver.rooms.filters import EVERYTHING, parse_filter, parse_room_event_filter
from homeserver.rooms.type_patterns import TypePatterns
from homeserver.storage.events import StoredEvent


def event(
    type_: str = "m.room.message", sender: str = "@a:x", redacted_by: int | None = None, **content: Any
) -> StoredEvent:
    pdu = orjson.dumps({"type": type_, "sender": sender, "content": content})
    return StoredEvent(
        1, 1, 1, 1, 0, 1, None, None, redacted_by, 0, 0, None, EventId("$e"), type_, None, None, pdu
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "type_", "expected"),
    [
        ("m.room.message", "m.room.message", True),
        ("m.room.message", "m.room.messages", False),
        ("m.room.*", "m.room.name", True),
        ("m.room.*", "m.roomXname", False),
        ("*", "", True),
        ("*.name", "m.room.name", True),
        ("m.*.name", "m.name", False),
        ("a*a", "a", False),
        ("a*b*c", "aXbXbXc", True),
        ("a*b*c", "acb", False),
        ("m.[ab]", "m.a", False),
        ("m.?", "m.a", False),
    ],
)
def test_star_is_the_only_wildcard(pattern: str, type_: str, expected: bool) -> None:
    assert TypePatterns.of([pattern]).match(type_) is expected


def test_many_stars_cost_no_backtracking() -> None:
    assert not TypePatterns.of(["a*" * 100 + "b"]).match("a" * 20_000)


@pytest.mark.parametrize(
    "body",
    [
        {"room": []},
        {"room": {"timeline": {"limit": -1}}},
        {"room": {"timeline": {"limit": "10"}}},
        {"room": {"timeline": {"types": "m.room.message"}}},
        {"room": {"timeline": {"senders": ["alice"]}}},
        {"room": {"rooms": ["#alias:x"]}},
        {"room": {"state": {"lazy_load_members": "true"}}},
        {"room": {"state": {"lazy_load_members": 1}}},
        {"room": {"state": {"include_redundant_members": 1}}},
        {"event_format": "other"},
        {"event_fields": "content"},
        {"presence": {"types": [1]}},
        {"account_data": {"types": ["x"] * 1001}},
    ],
)
def test_malformed_filter_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadJson):
        parse_filter(body)


def test_empty_filter_lets_everything_through() -> None:
    parsed = parse_filter({})
    assert parsed == EVERYTHING
    assert parsed.room.timeline.is_trivial
    assert parsed.room.timeline.matches(event())
    assert not parsed.room.include_leave


def test_unknown_members_are_ignored() -> None:
    assert parse_filter({"org.example": 1, "room": {"org.example": []}}) == EVERYTHING


def test_filter_parameter_that_is_not_json_is_refused() -> None:
    with pytest.raises(InvalidParam):
        parse_room_event_filter("{")
    with pytest.raises(BadJson):
        parse_room_event_filter("[]")


def test_exclusion_wins_over_inclusion() -> None:
    wanted = parse_room_event_filter(
        '{"types":["m.room.*"],"not_types":["m.room.name"],"senders":["@a:x","@b:x"],"not_senders":["@b:x"]}'
    )
    assert wanted.matches(event("m.room.message", "@a:x"))
    assert not wanted.matches(event("m.room.name", "@a:x"))
    assert not wanted.matches(event("m.room.message", "@b:x"))
    assert not wanted.matches(event("m.room.message", "@c:x"))
    assert not wanted.matches(event("m.reaction", "@a:x"))


def test_empty_list_of_types_lets_nothing_through() -> None:
    assert not parse_room_event_filter('{"types":[]}').matches(event())


def test_contains_url_looks_for_the_key_in_content() -> None:
    with_url, without = event(url="mxc://x/y"), event(body="url")
    wanted = parse_room_event_filter('{"contains_url":true}')
    assert wanted.matches(with_url)
    assert not wanted.matches(without)
    assert not wanted.matches(event(redacted_by=7, url="mxc://x/y"))
    unwanted = parse_room_event_filter('{"contains_url":false}')
    assert not unwanted.matches(with_url)
    assert unwanted.matches(without)


def test_rooms_are_filtered_apart_from_their_events() -> None:
    parsed = parse_filter(
        {"room": {"rooms": ["!a", "!b"], "not_rooms": ["!b"], "timeline": {"not_rooms": ["!c"]}}}
    )
    assert parsed.room.allows_room(RoomId("!a"))
    assert not parsed.room.allows_room(RoomId("!b"))
    assert not parsed.room.allows_room(RoomId("!c"))
    assert not parsed.room.timeline.allows_room(RoomId("!c"))
    assert parsed.room.timeline.is_trivial


def test_account_data_without_a_sender_fails_a_filter_for_senders() -> None:
    assert not parse_filter({"account_data": {"senders": ["@a:x"]}}).account_data.allows("m.tag")
    assert parse_filter({"account_data": {"not_senders": ["@a:x"]}}).account_data.allows("m.tag")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("content.body", ("content", "body")),
        (r"content.m\.relates_to", ("content", "m.relates_to")),
        (r"content.m\\foo", ("content", r"m\foo")),
        (r"a\x.b", (r"a\x", "b")),
        ("a\\", ("a\\",)),
        ("", ("",)),
        ("a..b", ("a", "", "b")),
    ],
)
def test_dots_and_backslashes_in_names_are_escaped(text: str, path: tuple[str, ...]) -> None:
    assert parse_field_path(text) == path


def test_only_the_fields_asked_for_are_kept() -> None:
    shown = {"type": "t", "sender": "@a:x", "content": {"body": "b", "url": "u", "info": {"w": 1}}}
    paths = [
        parse_field_path(p)
        for p in ("type", "content.body", "content.info.w", "content.body.deeper", "unsigned")
    ]
    assert select_fields(shown, paths) == {"type": "t", "content": {"body": "b", "info": {"w": 1}}}


def test_selecting_below_a_selected_field_does_not_change_the_event() -> None:
    shown = {"content": {"info": {"w": 1, "h": 2}}}
    assert select_fields(shown, [("content",), ("content", "info", "w")]) == shown
