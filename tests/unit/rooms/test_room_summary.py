"""What a room tells of itself."""

from federation.protocol.ids import RoomId
from federation.protocol.room_versions import ROOM_VERSIONS
from homeserver.json_types import JsonObject
from homeserver.rooms.room_summary import RoomSummary, render_summary, summarize
from homeserver.storage.memberships import MemberCounts
from homeserver.storage.rooms import Room

ROOM_ID = RoomId("!r:test")


def summary_of(version: str = "12", **contents: JsonObject) -> RoomSummary:
    """Summarize a room whose state has these contents; `join_rules` stands for `m.room.join_rules`."""
    state = {(f"m.room.{name}", ""): content for name, content in contents.items()}
    return summarize(Room(1, ROOM_ID, ROOM_VERSIONS[version]), state, MemberCounts(3, 1))


def test_room_without_state_is_closed_and_nameless() -> None:
    summary = summary_of()
    assert not summary.is_open
    assert render_summary(summary) == {
        "room_id": ROOM_ID, "num_joined_members": 3, "world_readable": False, "guest_can_join": False,
        "join_rule": "invite", "room_version": "12",
    }  # fmt: skip


def test_values_of_the_wrong_type_count_as_absent() -> None:
    summary = summary_of(
        name={"name": 5}, topic={"topic": ["x"], "m.topic": {"m.text": "x"}}, avatar={"url": {}},
        canonical_alias={"alias": False}, join_rules={"join_rule": 1}, create={"type": 2},
        encryption={"algorithm": None}, guest_access={"guest_access": True},
    )  # fmt: skip
    assert summary == summary_of()


def test_topic_is_the_plain_text_of_the_content_block() -> None:
    html = {"mimetype": "text/html", "body": "<b>x</b>"}
    block: JsonObject = {"m.text": [html, {"body": "plain"}]}
    assert summary_of(topic={"topic": "old", "m.topic": block}).topic == "plain"
    assert summary_of(topic={"topic": "old", "m.topic": {"m.text": [html]}}).topic == "old"


def test_conditions_count_in_room_versions_that_know_them() -> None:
    allow = [
        {"type": "m.room_membership", "room_id": "!a:test"},
        {"type": "m.room_membership", "room_id": "!a:test"},
        {"type": "m.room_membership", "room_id": "bad"},
        {"type": "m.room_membership"},
        {"type": "org.example", "room_id": "!b:test"},
        "nonsense",
    ]
    rules: JsonObject = {"join_rule": "restricted", "allow": allow}
    assert summary_of("8", join_rules=rules).allowed_room_ids == ("!a:test",)
    assert summary_of("7", join_rules=rules).allowed_room_ids == ()
    assert summary_of("9", join_rules={**rules, "join_rule": "knock_restricted"}).allowed_room_ids == ()
    assert summary_of("10", join_rules={**rules, "allow": "!a:test"}).allowed_room_ids == ()


def test_room_is_open_to_who_may_join_knock_or_read() -> None:
    for rule, is_open in (
        ("public", True),
        ("knock", True),
        ("knock_restricted", True),
        ("restricted", False),
    ):
        assert summary_of(join_rules={"join_rule": rule}).is_open is is_open
    assert summary_of(history_visibility={"history_visibility": "world_readable"}).is_open
