"""The event format: what is dropped before it can do harm."""

from __future__ import annotations

import pytest

from federation.protocol.canonical_json import MAX_INTEGER, JsonObject
from federation.protocol.errors import FormatError
from federation.protocol.event_format import MAX_EVENT_BYTES, check_event_format, encode_event
from federation.protocol.pdu import parse_pdu
from federation.protocol.room_versions import ROOM_VERSIONS
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, RoomFactory

ROOMS = {version: RoomFactory.public(version) for version in ALL_VERSIONS}
MISSING = "(missing)"


def event(version: str = "12", **changes: object) -> JsonObject:
    pdu = ROOMS[version].event("m.room.join_rules")
    changed = {**pdu.json, **changes}
    return {key: value for key, value in changed.items() if value is not MISSING}  # type: ignore[misc]


def assert_refused(version: str, event_json: JsonObject) -> None:
    with pytest.raises(FormatError):
        check_event_format(ROOM_VERSIONS[version], event_json)
    with pytest.raises(FormatError):
        parse_pdu(ROOM_VERSIONS[version], event_json)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_events_of_every_version_have_their_format(version: str) -> None:
    for pdu in ROOMS[version].events.values():
        check_event_format(ROOM_VERSIONS[version], pdu.json)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("type", MISSING),
        ("type", 1),
        ("type", "t" * 256),
        ("type", "é" * 128),
        ("sender", MISSING),
        ("sender", "alice"),
        ("sender", "@alice:"),
        ("sender", ["@alice:a.example"]),
        ("room_id", MISSING),
        ("room_id", "!room:a.example"),
        ("room_id", 1),
        ("state_key", None),
        ("state_key", 1),
        ("state_key", "s" * 256),
        ("content", MISSING),
        ("content", []),
        ("hashes", MISSING),
        ("hashes", "x"),
        ("signatures", MISSING),
        ("signatures", []),
        ("depth", MISSING),
        ("depth", "1"),
        ("depth", True),
        ("depth", -1),
        ("depth", MAX_INTEGER + 1),
        ("depth", 2**63 - 1),
        ("origin_server_ts", MISSING),
        ("origin_server_ts", "now"),
        ("origin_server_ts", 1.5),
        ("origin_server_ts", 2**63),
        ("prev_events", MISSING),
        ("prev_events", {}),
        ("prev_events", [1]),
        ("prev_events", ["opaque"]),
        ("prev_events", [["$a", {}]]),
        ("prev_events", ["$" + "a" * 255]),
        ("prev_events", [f"${n}" for n in range(21)]),
        ("auth_events", MISSING),
        ("auth_events", [None]),
        ("auth_events", [f"${n}" for n in range(11)]),
        ("unknown", 2**53),
        ("unknown", float("nan")),
        ("unknown", {"deep": [float("inf")]}),
        ("unknown", "\ud800"),
        ("unsigned", {"age": 1.5}),
        ("content", {"big": 2**60}),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_malformed_field_is_refused(key: str, value: object) -> None:
    assert_refused("12", event("12", **{key: value}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("depth", 0),
        ("depth", MAX_INTEGER),
        ("type", "é" * 127),
        ("state_key", "s" * 255),
        ("prev_events", [f"${n}" for n in range(20)]),
        ("auth_events", [f"${n}" for n in range(10)]),
        ("unknown", {"anything": [None, True, MAX_INTEGER]}),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_field_at_its_limit_is_accepted(key: str, value: object) -> None:
    check_event_format(ROOM_VERSIONS["12"], event("12", **{key: value}))


def test_event_may_have_65536_bytes_and_no_more() -> None:
    version = ROOM_VERSIONS["12"]
    room = len(encode_event(version, event("12", padding="")))
    largest = event("12", padding="x" * (MAX_EVENT_BYTES - room))
    check_event_format(version, {**largest, "unsigned": {"age": 1}})
    assert len(parse_pdu(version, largest).canonical) == MAX_EVENT_BYTES
    assert_refused("12", event("12", padding="x" * (MAX_EVENT_BYTES - room + 1)))


@pytest.mark.parametrize("version", ["1", "5"])
def test_old_rooms_take_numbers_that_are_not_canonical(version: str) -> None:
    numbers = {"unknown": [1.5, 2**60], "depth": 2**63 - 1, "origin_server_ts": 2**60}
    check_event_format(ROOM_VERSIONS[version], event(version, **numbers))
    for key, value in [
        ("unknown", float("nan")),
        ("depth", 2**63),
        ("depth", 1.0),
        ("origin_server_ts", 2**63),
    ]:
        assert_refused(version, event(version, **{key: value}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("event_id", MISSING),
        ("event_id", 1),
        ("event_id", "x"),
        ("room_id", "!x"),
        ("prev_events", ["$x:a.example"]),
        ("prev_events", [["$x:a.example"]]),
        ("prev_events", [["$x:a.example", "hash"]]),
        ("prev_events", [[1, {}]]),
        ("prev_events", [["$x:a.example", {}, 1]]),
    ],
    ids=repr,
)
def test_malformed_field_of_an_old_room_is_refused(key: str, value: object) -> None:
    assert_refused("2", event("2", **{key: value}))


def test_create_event_of_version_12_needs_no_room_id() -> None:
    create = ROOMS["12"].event("m.room.create")
    check_event_format(ROOM_VERSIONS["12"], create.json)
    # Carrying one all the same is for the authorization rules to reject.
    check_event_format(ROOM_VERSIONS["12"], {**create.json, "room_id": create.room_id})
    assert_refused("11", {**ROOMS["11"].event("m.room.create").json, "room_id": "!" + "x" * 43})
    assert ROOMS["12"].event("m.room.member", ALICE).json["room_id"] == create.room_id
