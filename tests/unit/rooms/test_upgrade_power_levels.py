"""Power levels on their way into a replacement room."""

from federation.protocol.ids import UserId
from federation.protocol.power_levels import PowerLevels
from federation.protocol.room_versions import ROOM_VERSIONS
from homeserver.json_types import JsonObject
from homeserver.rooms.upgrade_power_levels import closing_power_levels, copied_power_levels, empowered

ALICE = UserId("@alice:test")
BOB = UserId("@bob:test")
V9, V11, V12 = (ROOM_VERSIONS[number] for number in ("9", "11", "12"))


def levels(version: str, content: JsonObject | None, *creators: str) -> PowerLevels:
    return PowerLevels(ROOM_VERSIONS[version], content, frozenset(creators))


def test_levels_are_copied_unchanged_where_the_new_version_can_hold_them() -> None:
    content: JsonObject = {"users": {ALICE: 500, BOB: 1}, "events": {"m.room.name": 7}, "other": "kept"}
    assert copied_power_levels(V11, levels("10", content), ALICE, ()) == content


def test_levels_written_as_text_become_numbers() -> None:
    content: JsonObject = {"users": {ALICE: "100", BOB: "x"}, "ban": " 60 ", "kick": True, "events": 5}
    copied = copied_power_levels(V11, levels("9", content), ALICE, ())
    assert copied == {"users": {ALICE: 100}, "events": {}, "notifications": {}, "ban": 60}


def test_levels_beyond_what_json_can_hold_are_clamped() -> None:
    content: JsonObject = {"users": {ALICE: "9" * 30}, "ban": "-" + "9" * 30}
    copied = copied_power_levels(V11, levels("9", content), ALICE, ())
    assert (copied["users"][ALICE], copied["ban"]) == (2**53 - 1, -(2**53 - 1))


def test_creators_are_taken_out_and_tombstones_put_out_of_reach() -> None:
    content: JsonObject = {"users": {ALICE: 100, BOB: 100}}
    copied = copied_power_levels(V12, levels("11", content), ALICE, {ALICE})
    assert copied == {"users": {BOB: 100}, "events": {"m.room.tombstone": 150}}
    assert copied_power_levels(V12, levels("12", copied, ALICE), ALICE, {ALICE}) == copied


def test_upgrader_of_a_room_with_creators_has_power_where_there_are_none() -> None:
    content: JsonObject = {"users": {BOB: 120}, "events": {"m.room.tombstone": 150}}
    copied = copied_power_levels(V11, levels("12", content, ALICE), ALICE, ())
    assert copied["users"] == {BOB: 120, ALICE: 150}
    assert copied_power_levels(V11, levels("9", None, ALICE), ALICE, ())["users"] == {ALICE: 100}


def test_moderator_gets_the_greatest_level_while_the_room_is_made() -> None:
    content: JsonObject = {"users": {ALICE: 50, BOB: 300}}
    assert empowered(V11, content, ALICE) == {"users": {ALICE: 300, BOB: 300}}
    assert empowered(V11, content, BOB) is content


def test_closing_levels_never_open_what_was_closed() -> None:
    assert closing_power_levels(levels("11", None)) is None
    assert closing_power_levels(levels("11", {})) == {"events_default": 50, "invite": 50}
    closed: JsonObject = {"events_default": 75, "invite": 100, "users_default": 60}
    assert closing_power_levels(levels("11", closed)) is None
    raised = closing_power_levels(levels("9", {"users_default": "80"}))
    assert raised == {"users_default": "80", "events_default": 81, "invite": 81}
