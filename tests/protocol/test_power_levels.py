"""Power levels: what is read from them, and who may change them."""

from __future__ import annotations

import pytest

from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.errors import AuthRule
from federation.protocol.pdu import Pdu
from federation.protocol.power_levels import INFINITE_LEVEL, PowerLevels, power_levels_of, read_level
from federation.protocol.room_versions import ROOM_VERSIONS
from tests.protocol.refusals import assert_allowed, assert_refused
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, BOB, CHARLIE, RoomFactory

every_version = pytest.mark.parametrize("version", ALL_VERSIONS)
NAMES = ["users_default", "events_default", "state_default", "ban", "redact", "kick", "invite"]


def levels_of(content: JsonObject, version: str = "11") -> PowerLevels:
    return PowerLevels(ROOM_VERSIONS[version], content, frozenset({ALICE}))


def change(room: RoomFactory, sender: str, **changes: object) -> Pdu:
    """Draft a power levels event that differs from the current one in these properties."""
    content = {**room.event("m.room.power_levels").content, **changes}
    kept = {key: value for key, value in content.items() if value != "removed"}
    return room.draft(sender, "m.room.power_levels", kept, "")  # type: ignore[arg-type]


def room_of_moderators(version: str) -> RoomFactory:
    """Alice is far above bob and charlie, who have 50 both."""
    room = RoomFactory.public(version, BOB, CHARLIE, users={BOB: 50, CHARLIE: 50})
    content: dict[str, object] = {"users_default": 10, "ban": 60, "kick": 40}
    events = {"m.room.power_levels": 50, "m.above": 60, "m.below": 40}
    notifications = {"room": 60, "other": 40}
    room.add(change(room, ALICE, **content, events=events, notifications=notifications))
    return room


@every_version
def test_room_without_power_levels_has_defaults_and_a_strong_creator(version: str) -> None:
    room = RoomFactory.with_alice(version)
    levels = power_levels_of(room.version, room.state_events)
    assert levels.user(ALICE) == (INFINITE_LEVEL if version == "12" else 100)
    assert levels.user(BOB) == 0
    assert (levels.invite, levels.kick, levels.ban, levels.redact) == (0, 50, 50, 50)
    assert (levels.for_event("m.test", True), levels.for_event("m.test", False)) == (50, 0)
    assert levels.notifications("room") == 50
    assert power_levels_of(room.version, {}).user(ALICE) == 0


def test_written_levels_override_defaults() -> None:
    levels = levels_of(
        {
            "users": {BOB: 7},
            "users_default": 3,
            "events": {"m.test": 9},
            "events_default": 1,
            "state_default": 2,
            "ban": 11,
            "kick": 12,
            "redact": 13,
            "invite": 14,
            "notifications": {"room": 15},
        }
    )
    assert (levels.user(BOB), levels.user(ALICE)) == (7, 3)
    assert (levels.for_event("m.test", True), levels.for_event("m.test", False)) == (9, 9)
    assert (levels.for_event("m.other", True), levels.for_event("m.other", False)) == (2, 1)
    assert (levels.ban, levels.kick, levels.redact, levels.invite) == (11, 12, 13, 14)
    assert (levels.notifications("room"), levels.notifications("other")) == (15, 50)


def test_unreadable_levels_count_as_absent() -> None:
    levels = levels_of({"users": [], "events": "x", "ban": "50", "events_default": None, "notifications": 1})
    assert (levels.user(BOB), levels.for_event("m.test", False), levels.ban) == (0, 0, 50)
    assert levels.notifications("room") == 50


def test_creators_of_version_12_stand_above_every_written_level() -> None:
    room = RoomFactory.with_alice("12", additional_creators=[BOB])
    state = room.state_events
    assert power_levels_of(room.version, state).user(BOB) == INFINITE_LEVEL > 2**53 - 1
    room.add(room.draft(ALICE, "m.room.power_levels", {"users": {CHARLIE: 2**53 - 1}}, ""))
    levels = power_levels_of(room.version, room.state_events)
    assert levels.user(BOB) == INFINITE_LEVEL > levels.user(CHARLIE)


def test_additional_creators_mean_nothing_before_version_12() -> None:
    room = RoomFactory.with_alice("11", additional_creators=[BOB])
    assert power_levels_of(room.version, room.state_events).user(BOB) == 0


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (5, 5),
        ("100", 100),
        ("000100", 100),
        ("+100", 100),
        ("-100", -100),
        (" 00100 ", 100),
        (" +100\n", 100),
        (50.57, 50),
        (5.114698e4, 51146),
        (-1.9, -1),
    ],
)
def test_old_rooms_read_levels_from_texts_and_floats(value: JsonValue, level: int) -> None:
    assert read_level(ROOM_VERSIONS["9"], value) == level
    assert read_level(ROOM_VERSIONS["10"], value) == (5 if value == 5 else None)


@pytest.mark.parametrize(
    "value", ["", "1.0", "1e3", "1_000", "٣", "--1", "1 0", "9" * 5000, True, None, [], {}, float("inf")]
)
def test_no_room_reads_a_level_from_anything_else(value: JsonValue) -> None:
    assert read_level(ROOM_VERSIONS["1"], value) is None


@every_version
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["50", 50.5, True, None, "x", []])
def test_level_must_be_an_integer_from_version_10_on(version: str, name: str, value: JsonValue) -> None:
    room = RoomFactory.public(version)
    if isinstance(value, float) and int(version) >= 6:
        return
    pdu = change(room, ALICE, **{name: value})
    if int(version) < 10 and value in ("50", 50.5):
        assert_allowed(room, pdu)
    else:
        assert_refused(room, pdu, AuthRule.POWER_LEVELS_FORMAT)


@every_version
@pytest.mark.parametrize(
    ("group", "value"),
    [
        ("users", []),
        ("users", {"bob": 1}),
        ("users", {"@bob": 1}),
        ("users", {BOB: None}),
        ("users", {BOB: "x"}),
        ("events", []),
        ("events", {"m.test": []}),
    ],
)
def test_malformed_group_of_levels_is_refused(version: str, group: str, value: JsonValue) -> None:
    """CVE-2022-36009: `events_default` was read wrongly."""
    room = RoomFactory.public(version)
    assert_refused(room, change(room, ALICE, **{group: value}), AuthRule.POWER_LEVELS_FORMAT)


@every_version
@pytest.mark.parametrize("value", [[], {"room": None}])
def test_notification_levels_count_from_version_6_on(version: str, value: JsonValue) -> None:
    room = RoomFactory.public(version)
    pdu = change(room, ALICE, notifications=value)
    if int(version) >= 6:
        assert_refused(room, pdu, AuthRule.POWER_LEVELS_FORMAT)
    else:
        assert_allowed(room, pdu)


@pytest.mark.parametrize("version", ["1", "5", "9"])
def test_first_power_levels_of_old_rooms_need_readable_levels_of_users_only(version: str) -> None:
    room = RoomFactory.with_alice(version)
    levels: JsonObject = {"users": {ALICE: 100}, "events_default": {}, "events": {"m.test": None}, "ban": "x"}
    assert_allowed(room, room.draft(ALICE, "m.room.power_levels", levels, ""))
    unreadable: JsonObject = {**levels, "users": {ALICE: "x"}}
    refused = room.draft(ALICE, "m.room.power_levels", unreadable, "")
    assert_refused(room, refused, AuthRule.POWER_LEVELS_FORMAT)
    room.send(ALICE, "m.room.power_levels", {"users": {ALICE: 100}}, "")
    assert_refused(room, change(room, ALICE, ban="x"), AuthRule.POWER_LEVELS_FORMAT)


def test_first_power_levels_event_may_say_anything_well_formed() -> None:
    room = RoomFactory.with_alice("11")
    assert_allowed(
        room, room.draft(ALICE, "m.room.power_levels", {"users": {ALICE: 10**6}, "ban": 10**6}, "")
    )
    malformed = room.draft(ALICE, "m.room.power_levels", {"users": {"alice": 1}}, "")
    assert_refused(room, malformed, AuthRule.POWER_LEVELS_FORMAT)


@pytest.mark.parametrize("user", [ALICE, CHARLIE])
def test_level_of_a_creator_cannot_be_written_down_in_version_12(user: str) -> None:
    room = RoomFactory.with_alice("12", additional_creators=[CHARLIE])
    first = room.draft(ALICE, "m.room.power_levels", {"users": {user: 100}}, "")
    assert_refused(room, first, AuthRule.POWER_LEVELS_NAME_CREATOR)
    older = RoomFactory.with_alice("11", additional_creators=[CHARLIE])
    assert_allowed(older, older.draft(ALICE, "m.room.power_levels", {"users": {user: 100}}, ""))


@every_version
@pytest.mark.parametrize("name", NAMES)
def test_sender_alters_levels_up_to_its_own(version: str, name: str) -> None:
    room = room_of_moderators(version)
    assert_allowed(room, change(room, BOB, **{name: "removed"} if name in ("kick", "users_default") else {}))
    if name != "ban":
        assert_allowed(room, change(room, BOB, **{name: 50}))
    assert_refused(room, change(room, BOB, **{name: 51}), AuthRule.POWER_LEVELS_ALTERATION)


@every_version
def test_level_above_the_sender_cannot_be_lowered_or_removed(version: str) -> None:
    room = room_of_moderators(version)
    assert_allowed(room, change(room, BOB, ban=60))
    for ban in (50, 0, "removed"):
        assert_refused(room, change(room, BOB, ban=ban), AuthRule.POWER_LEVELS_ALTERATION)


@every_version
@pytest.mark.parametrize("group", ["events", "notifications"])
def test_entries_of_events_and_notifications_obey_the_same_limits(version: str, group: str) -> None:
    room = room_of_moderators(version)
    current = room.event("m.room.power_levels").content[group]
    assert isinstance(current, dict)
    below, above = ("m.below", "m.above") if group == "events" else ("other", "room")
    without_below = {key: value for key, value in current.items() if key != below}
    without_above = {key: value for key, value in current.items() if key != above}
    for allowed in (current, without_below, {**current, below: 50}, {**current, "m.new": 50}):
        assert_allowed(room, change(room, BOB, **{group: allowed}))
    for refused in (without_above, {**current, above: 50}, {**current, below: 51}, {**current, "m.new": 51}):
        pdu = change(room, BOB, **{group: refused})
        if group == "notifications" and int(version) < 6:
            assert_allowed(room, pdu)
        else:
            assert_refused(room, pdu, AuthRule.POWER_LEVELS_ALTERATION)


@every_version
def test_levels_of_users_obey_stricter_limits(version: str) -> None:
    room = room_of_moderators(version)
    users = room.event("m.room.power_levels").content["users"]
    assert isinstance(users, dict)
    without_self = {key: value for key, value in users.items() if key != BOB}
    without_equal = {key: value for key, value in users.items() if key != CHARLIE}
    for allowed in ({**users, BOB: 0}, without_self, {**users, "@dora:d.example": 50}):
        assert_allowed(room, change(room, BOB, users=allowed))
    for refused in (
        {**users, BOB: 51},
        {**users, CHARLIE: 49},
        without_equal,
        {**users, "@dora:d.example": 51},
    ):
        assert_refused(room, change(room, BOB, users=refused), AuthRule.POWER_LEVELS_ALTERATION)


def test_level_written_differently_is_no_alteration() -> None:
    room = RoomFactory.public("9", BOB, users={BOB: 50})
    room.add(change(room, ALICE, events={"m.room.power_levels": "50"}, ban="60", kick=" +60 "))
    assert_allowed(room, change(room, BOB, ban=60, kick="060"))


def test_unreadable_current_levels_count_as_absent_when_changed() -> None:
    room = RoomFactory.public("9", BOB, users={BOB: 50})
    malformed = {"ban": "x", "events": [], "users": {BOB: 50, CHARLIE: None}}
    room.add(change(room, ALICE, **malformed))
    assert_allowed(room, change(room, BOB, ban=50, events={}, users={BOB: 50, CHARLIE: 50}))
    assert_refused(
        room, change(room, BOB, ban=51, events={}, users={BOB: 50}), AuthRule.POWER_LEVELS_ALTERATION
    )
