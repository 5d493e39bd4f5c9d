"""The authorization rules that are neither about memberships nor about power levels events."""

from __future__ import annotations

import pytest

from federation.protocol.auth_rules import check_auth_events, check_state_dependent, may_apply_redaction
from federation.protocol.errors import AuthRule, AuthRuleError
from federation.protocol.ids import EventId, RoomId, UserId
from federation.protocol.pdu import Pdu, parse_pdu
from tests.protocol.refusals import assert_allowed, assert_auth_events_refused, assert_refused
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, BOB, CHARLIE, RoomFactory


def create_event(version: str, **changes: object) -> tuple[RoomFactory, Pdu]:
    """A room without state, and a create event for it. Changes go to the content, or to the event."""
    room = RoomFactory(version)
    if not room.version.room_id_is_create_hash:
        room.room_id = RoomId(str(changes.pop("room_id", "!room:a.example")))
    prev_events = changes.pop("prev_events", [])
    content = {"creator": ALICE, **changes}
    if changes.get("creator", "") is None:
        del content["creator"]
    pdu = room.draft(ALICE, "m.room.create", content, "", auth=[], prev_events=prev_events)  # type: ignore[arg-type]
    return room, pdu


def assert_create_refused(version: str, rule: AuthRule, **changes: object) -> None:
    room, pdu = create_event(version, **changes)
    assert_refused(room, pdu, rule)
    assert_auth_events_refused(room, pdu, rule)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_create_event_is_allowed(version: str) -> None:
    for room_version in ("1", "12", version):
        room, pdu = create_event(version, room_version=room_version)
        assert_allowed(room, pdu)
        check_auth_events(room.version, pdu, {}, ())


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_second_create_event_of_a_room_is_refused(version: str) -> None:
    first = RoomFactory.public(version).event("m.room.create").event_id
    if version in ("1", "2"):
        room = RoomFactory.public(version)
        assert_refused(
            room, room.draft(ALICE, "m.room.create", {}, "", auth=[]), AuthRule.CREATE_HAS_PREV_EVENTS
        )
    else:
        assert_create_refused(version, AuthRule.CREATE_HAS_PREV_EVENTS, prev_events=[first])


@pytest.mark.parametrize("version", ALL_VERSIONS[:-1])
def test_create_event_for_a_room_of_another_server_is_refused(version: str) -> None:
    assert_create_refused(version, AuthRule.CREATE_ROOM_ID_DOMAIN, room_id="!room:b.example")


def test_create_event_of_version_12_with_a_room_id_is_refused() -> None:
    room = RoomFactory.public("12")
    create = room.event("m.room.create")
    forged = parse_pdu(room.version, {**create.json, "room_id": create.room_id})
    assert_refused(room, forged, AuthRule.CREATE_HAS_ROOM_ID)


@pytest.mark.parametrize("version", ALL_VERSIONS)
@pytest.mark.parametrize("room_version", ["13", "org.example", "", 1, None, [], {}])
def test_create_event_of_an_unknown_room_version_is_refused(version: str, room_version: object) -> None:
    assert_create_refused(version, AuthRule.CREATE_UNKNOWN_ROOM_VERSION, room_version=room_version)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_create_event_names_a_creator_before_version_11(version: str) -> None:
    if int(version) < 11:
        assert_create_refused(version, AuthRule.CREATE_WITHOUT_CREATOR, creator=None)
    else:
        assert_allowed(*create_event(version, creator=None))


@pytest.mark.parametrize(
    "creators", [None, {}, "@bob:b.example", [BOB, 1], ["bob"], ["@bob:b_example"], [None]]
)
def test_malformed_additional_creators_are_refused_in_version_12(creators: object) -> None:
    assert_create_refused("12", AuthRule.CREATE_ADDITIONAL_CREATORS, additional_creators=creators)
    assert_allowed(*create_event("11", additional_creators=creators))


def test_additional_creators_may_be_any_users() -> None:
    assert_allowed(*create_event("12", additional_creators=[BOB, CHARLIE, "@:c.example"]))
    assert_allowed(*create_event("12", additional_creators=[]))


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_event_without_a_create_event_in_the_state_is_refused(version: str) -> None:
    room = RoomFactory.public(version)
    message = room.draft(ALICE, "m.room.message", {})
    del room.state["m.room.create", ""]
    assert_refused(room, message, AuthRule.STATE_WITHOUT_CREATE)


def test_event_for_a_room_that_its_create_event_does_not_make_is_refused() -> None:
    room = RoomFactory.public("12")
    room.room_id = RoomId("!" + "x" * 43)
    message = room.draft(ALICE, "m.room.message", {})
    assert_refused(room, message, AuthRule.ROOM_ID_IS_NOT_CREATE_EVENT)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_unfederated_room_is_for_the_server_of_its_creator(version: str) -> None:
    room = RoomFactory.with_alice(version, **{"m.federate": False})
    room.set_join_rule(ALICE, "public")
    join = room.draft(BOB, "m.room.member", {"membership": "join"}, BOB)
    assert_refused(room, join, AuthRule.NOT_FEDERATED)
    room.join(UserId("@bob:a.example"))


@pytest.mark.parametrize("federate", [True, None, 0, "false"])
def test_room_federates_unless_it_says_false(federate: object) -> None:
    room = RoomFactory.with_alice("12", **{"m.federate": federate})
    room.set_join_rule(ALICE, "public")
    room.join(BOB)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_aliases_are_special_before_version_6(version: str) -> None:
    room = RoomFactory.public(version)
    # Of a user who is not even in the room.
    own = room.draft(BOB, "m.room.aliases", {"aliases": []}, "b.example")
    if int(version) < 6:
        assert_allowed(room, own)
        for state_key in ("a.example", "", None):
            foreign = room.draft(BOB, "m.room.aliases", {"aliases": []}, state_key)
            assert_refused(room, foreign, AuthRule.ALIASES_STATE_KEY)
    else:
        assert_refused(room, own, AuthRule.SENDER_NOT_JOINED)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_only_joined_users_send(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    assert_allowed(room, room.draft(BOB, "m.room.message", {}))
    assert_refused(room, room.draft(CHARLIE, "m.room.message", {}), AuthRule.SENDER_NOT_JOINED)
    room.set_membership(BOB, BOB, "leave")
    assert_refused(room, room.draft(BOB, "m.room.message", {}), AuthRule.SENDER_NOT_JOINED)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_third_party_invites_need_the_invite_level_alone(version: str) -> None:
    room = RoomFactory.public(version, BOB, CHARLIE)
    assert_allowed(room, room.draft(BOB, "m.room.third_party_invite", {}, "token"))
    room.send(ALICE, "m.room.power_levels", {**room.event("m.room.power_levels").content, "invite": 1}, "")
    invite = room.draft(BOB, "m.room.third_party_invite", {}, "token")
    assert_refused(room, invite, AuthRule.THIRD_PARTY_INVITE_LEVEL)
    assert_allowed(room, room.draft(ALICE, "m.room.third_party_invite", {}, "token"))


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_event_needs_its_power_level(version: str) -> None:
    room = RoomFactory.public(version, BOB, users={BOB: 10})
    content = {**room.event("m.room.power_levels").content, "events_default": 5, "state_default": 15}
    room.send(ALICE, "m.room.power_levels", {**content, "events": {"m.low": 10, "m.high": 11}}, "")
    for event_type, state_key in [("m.test", None), ("m.low", None), ("m.low", "")]:
        assert_allowed(room, room.draft(BOB, event_type, {}, state_key))
    for event_type, state_key in [("m.test", ""), ("m.high", None), ("m.high", "")]:
        assert_refused(room, room.draft(BOB, event_type, {}, state_key), AuthRule.REQUIRED_POWER_LEVEL)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_state_key_of_another_user_is_refused(version: str) -> None:
    room = RoomFactory.public(version, BOB, users={BOB: 50})
    assert_allowed(room, room.draft(BOB, "m.test", {}, BOB))
    assert_allowed(room, room.draft(BOB, "m.test", {}, "b" + ALICE))
    assert_refused(room, room.draft(BOB, "m.test", {}, ALICE), AuthRule.STATE_KEY_OF_OTHER_USER)
    assert_refused(room, room.draft(BOB, "m.test", {}, BOB + "x"), AuthRule.STATE_KEY_OF_OTHER_USER)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_redaction_of_another_servers_event_is_refused_in_old_rooms(version: str) -> None:
    room = RoomFactory.public(version, BOB, users={CHARLIE: 50})
    room.join(CHARLIE)
    of_alice = room.send(ALICE, "m.room.message", {})
    redaction = room.draft(BOB, "m.room.redaction", {}, redacts=of_alice.event_id)
    if version in ("1", "2"):
        assert_refused(room, redaction, AuthRule.REDACTION)
        of_nobody = room.draft(BOB, "m.room.redaction", {}, redacts=EventId("$x"))
        assert_refused(room, of_nobody, AuthRule.REDACTION)
        assert_refused(room, room.draft(BOB, "m.room.redaction", {}), AuthRule.REDACTION)
    else:
        assert_allowed(room, redaction)
    of_bob = room.send(BOB, "m.room.message", {})
    assert_allowed(room, room.draft(BOB, "m.room.redaction", {}, redacts=of_bob.event_id))
    assert_allowed(room, room.draft(CHARLIE, "m.room.redaction", {}, redacts=of_bob.event_id))


@pytest.mark.parametrize("version", ["3", "11", "12"])
def test_redaction_takes_effect_with_power_or_on_the_same_server(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    of_alice, of_bob = room.send(ALICE, "m.room.message", {}), room.send(BOB, "m.room.message", {})

    def applies(sender: UserId, target: Pdu) -> bool:
        redaction = room.draft(sender, "m.room.redaction", {}, redacts=target.event_id)
        return may_apply_redaction(room.version, redaction, target, room.state_events)

    assert applies(ALICE, of_bob)
    assert applies(BOB, of_bob)
    assert not applies(BOB, of_alice)
    redaction = room.draft(ALICE, "m.room.redaction", {}, redacts=of_bob.event_id)
    assert not may_apply_redaction(room.version, redaction, of_alice, room.state_events)
    assert not may_apply_redaction(room.version, redaction, of_bob, {})
    room.room_id = RoomId("!" + "x" * 43 if version == "12" else "!other:a.example")
    elsewhere = room.draft(ALICE, "m.room.redaction", {}, redacts=of_bob.event_id)
    assert not may_apply_redaction(room.version, elsewhere, of_bob, room.state_events)


def test_accepted_redaction_takes_effect_in_old_rooms() -> None:
    room = RoomFactory.public("2", BOB)
    of_bob = room.send(BOB, "m.room.message", {})
    redaction = room.draft(BOB, "m.room.redaction", {}, redacts=of_bob.event_id)
    assert may_apply_redaction(room.version, redaction, of_bob, {})


def test_refusal_names_its_rule_and_reason() -> None:
    room = RoomFactory.public("12")
    with pytest.raises(AuthRuleError) as refusal:
        check_state_dependent(room.version, room.draft(BOB, "m.test", {}), room.state_events)
    assert str(refusal.value) == f"sender_not_joined: {refusal.value.reason}"
