"""Selection of auth events, and the rules about them."""

from __future__ import annotations

import pytest

from federation.protocol.auth_events import auth_types_for_event, state_types_for_auth
from federation.protocol.auth_rules import check_auth_events
from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import AuthRule, MissingEvent
from federation.protocol.ids import RoomId
from federation.protocol.pdu import create_event_id_of
from federation.protocol.room_versions import ROOM_VERSIONS
from tests.protocol.refusals import assert_auth_events_refused
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, BOB, CHARLIE, RoomFactory

CREATE = ("m.room.create", "")
POWER = ("m.room.power_levels", "")
RULES = ("m.room.join_rules", "")
MEMBER_ALICE, MEMBER_BOB, MEMBER_CHARLIE = (("m.room.member", user) for user in (ALICE, BOB, CHARLIE))


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_message_is_authorized_by_create_power_and_sender(version: str) -> None:
    selected = auth_types_for_event(ROOM_VERSIONS[version], "m.room.message", ALICE, None, {})
    assert selected == ([] if version == "12" else [CREATE]) + [POWER, MEMBER_ALICE]


def test_create_event_is_authorized_by_nothing() -> None:
    assert auth_types_for_event(ROOM_VERSIONS["11"], "m.room.create", ALICE, "", {}) == []


@pytest.mark.parametrize(
    ("content", "selected"),
    [
        ({"membership": "join"}, [MEMBER_BOB, RULES]),
        ({"membership": "invite"}, [MEMBER_BOB, RULES]),
        ({"membership": "knock"}, [MEMBER_BOB, RULES]),
        ({"membership": "leave"}, [MEMBER_BOB]),
        ({"membership": "ban"}, [MEMBER_BOB]),
        ({}, [MEMBER_BOB]),
        (
            {"membership": "invite", "third_party_invite": {"signed": {"token": "t"}}},
            [MEMBER_BOB, RULES, ("m.room.third_party_invite", "t")],
        ),
        ({"membership": "invite", "third_party_invite": {"signed": {"token": 1}}}, [MEMBER_BOB, RULES]),
        ({"membership": "invite", "third_party_invite": {"signed": 1}}, [MEMBER_BOB, RULES]),
        ({"membership": "invite", "third_party_invite": 1}, [MEMBER_BOB, RULES]),
        (
            {"membership": "join", "third_party_invite": {"signed": {"token": "t"}}},
            [MEMBER_BOB, RULES],
        ),
        (
            {"membership": "join", "join_authorised_via_users_server": CHARLIE},
            [MEMBER_BOB, RULES, MEMBER_CHARLIE],
        ),
        ({"membership": "join", "join_authorised_via_users_server": 1}, [MEMBER_BOB, RULES]),
        ({"membership": "join", "join_authorised_via_users_server": ALICE}, [MEMBER_BOB, RULES]),
        ({"membership": "leave", "join_authorised_via_users_server": CHARLIE}, [MEMBER_BOB]),
    ],
    ids=repr,
)
def test_member_event_is_authorized_by_what_its_content_names(
    content: JsonObject, selected: list[tuple[str, str]]
) -> None:
    found = auth_types_for_event(ROOM_VERSIONS["11"], "m.room.member", ALICE, BOB, content)
    assert found == [CREATE, POWER, MEMBER_ALICE, *selected]


def test_authorising_user_counts_from_version_8_on() -> None:
    content: JsonObject = {"membership": "join", "join_authorised_via_users_server": CHARLIE}
    for version in ALL_VERSIONS:
        selected = auth_types_for_event(ROOM_VERSIONS[version], "m.room.member", BOB, BOB, content)
        assert (MEMBER_CHARLIE in selected) is (int(version) >= 8)


def test_own_membership_is_selected_once() -> None:
    content: JsonObject = {"membership": "join"}
    selected = auth_types_for_event(ROOM_VERSIONS["12"], "m.room.member", ALICE, ALICE, content)
    assert selected == [POWER, MEMBER_ALICE, RULES]


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_rules_always_need_the_create_event(version: str) -> None:
    room = RoomFactory.public(version)
    message = room.draft(ALICE, "m.room.message", {})
    assert state_types_for_auth(room.version, message) == [CREATE, POWER, MEMBER_ALICE]


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_selected_auth_events_are_accepted(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    check_auth_events(room.version, room.draft(BOB, "m.room.message", {}), room.events, room.rejected)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_event_that_names_two_events_of_one_key_is_refused(version: str) -> None:
    room = RoomFactory.public(version)
    before = [
        room.events[event_id] for event_id in room.state.values() if event_id != room.event(*RULES).event_id
    ]
    auth = [event for event in before if event.type != "m.room.create" or version != "12"]
    old_levels = room.event(*POWER)
    room.set_users(ALICE, {BOB: 50})
    message = room.draft(ALICE, "m.room.message", {}, auth=[*auth, room.event(*POWER)])
    assert_auth_events_refused(room, message, AuthRule.AUTH_EVENTS_DUPLICATE)
    twice = room.draft(ALICE, "m.room.message", {}, auth=[*auth, old_levels])
    assert_auth_events_refused(room, twice, AuthRule.AUTH_EVENTS_DUPLICATE)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_event_that_names_more_than_the_selection_is_refused(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    chosen = [] if version == "12" else [room.event(*CREATE)]
    for extra in (room.event(*MEMBER_BOB), room.event(*RULES), room.draft(ALICE, "m.room.message", {})):
        message = room.draft(ALICE, "m.room.message", {}, auth=[*chosen, extra])
        assert_auth_events_refused(room, message, AuthRule.AUTH_EVENTS_UNEXPECTED)


def test_event_of_version_12_that_names_the_create_event_is_refused() -> None:
    room = RoomFactory.public("12")
    message = room.draft(ALICE, "m.room.message", {}, auth=[room.event(*CREATE)])
    assert_auth_events_refused(room, message, AuthRule.AUTH_EVENTS_UNEXPECTED)


@pytest.mark.parametrize("version", ALL_VERSIONS[:-1])
def test_event_that_does_not_name_the_create_event_is_refused(version: str) -> None:
    room = RoomFactory.public(version)
    message = room.draft(ALICE, "m.room.message", {}, auth=[room.event(*MEMBER_ALICE)])
    assert_auth_events_refused(room, message, AuthRule.AUTH_EVENTS_WITHOUT_CREATE)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_event_that_names_a_rejected_event_is_refused(version: str) -> None:
    room = RoomFactory.public(version)
    message = room.draft(ALICE, "m.room.message", {})
    room.rejected.add(room.event(*POWER).event_id)
    assert_auth_events_refused(room, message, AuthRule.AUTH_EVENTS_REJECTED)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_event_that_names_an_event_of_another_room_is_refused(version: str) -> None:
    """Synapse 1.7.1; MSC4307."""
    room = RoomFactory.public(version)
    other = room.branch()
    other.room_id = RoomId("!" + "o" * 43 if version == "12" else "!other:a.example")
    other_levels = other.draft(ALICE, "m.room.power_levels", {}, "")
    auth = [room.event(*MEMBER_ALICE), other_levels]
    with_create = auth if version == "12" else [room.event(*CREATE), *auth]
    message = room.draft(ALICE, "m.room.message", {}, auth=with_create)
    assert_auth_events_refused(room, message, AuthRule.AUTH_EVENTS_OTHER_ROOM)


def test_missing_auth_event_is_no_verdict() -> None:
    room = RoomFactory.public("12")
    message = room.draft(ALICE, "m.room.message", {})
    room.events.pop(room.event(*POWER).event_id)
    with pytest.raises(MissingEvent) as missing:
        check_auth_events(room.version, message, room.events, room.rejected)
    assert missing.value.event_id == message.auth_events[0]


def test_room_of_a_rejected_create_event_is_refused() -> None:
    room = RoomFactory.public("12")
    message = room.draft(ALICE, "m.room.message", {})
    room.rejected.add(create_event_id_of(message.room_id))
    assert_auth_events_refused(room, message, AuthRule.ROOM_ID_IS_NOT_CREATE_EVENT)


def test_room_id_that_names_another_event_than_a_create_event_is_refused() -> None:
    room = RoomFactory.public("12")
    room.room_id = RoomId("!" + room.event(*RULES).event_id[1:])
    message = room.draft(ALICE, "m.room.message", {})
    assert_auth_events_refused(room, message, AuthRule.ROOM_ID_IS_NOT_CREATE_EVENT)


def test_create_event_is_checked_without_any_state() -> None:
    create = RoomFactory.public("12").event(*CREATE)
    check_auth_events(ROOM_VERSIONS["12"], create, {}, ())
