"""The authorization rules on memberships, allowed and refused, by room version."""

from __future__ import annotations

import pytest

from federation.protocol.errors import AuthRule
from federation.protocol.ids import UserId
from federation.protocol.pdu import Pdu
from tests.protocol.refusals import assert_allowed, assert_refused
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, BOB, CHARLIE, RoomFactory

every_version = pytest.mark.parametrize("version", ALL_VERSIONS)


def member(room: RoomFactory, sender: UserId, target: str, membership: str, **content: object) -> Pdu:
    return room.draft(sender, "m.room.member", {"membership": membership, **content}, target)


def room_with_rule(version: str, join_rule: str) -> RoomFactory:
    room = RoomFactory.public(version)
    room.set_join_rule(ALICE, join_rule)
    return room


@every_version
def test_member_event_needs_a_user_and_a_membership(version: str) -> None:
    room = RoomFactory.public(version)
    join = {"membership": "join"}
    for pdu in (
        room.draft(ALICE, "m.room.member", join),
        room.draft(ALICE, "m.room.member", {}, ALICE),
        room.draft(ALICE, "m.room.member", join, "alice"),
        room.draft(ALICE, "m.room.member", join, ""),
    ):
        assert_refused(room, pdu, AuthRule.MEMBER_FORMAT)


@every_version
def test_unknown_membership_is_refused(version: str) -> None:
    room = RoomFactory.public(version)
    for membership in ("", "joined", None, 1, ["join"]):
        pdu = room.draft(ALICE, "m.room.member", {"membership": membership}, ALICE)
        assert_refused(room, pdu, AuthRule.MEMBER_UNKNOWN_MEMBERSHIP)


@every_version
def test_creator_joins_right_after_the_create_event_only(version: str) -> None:
    room = RoomFactory(version)
    room.create()
    assert_allowed(room, member(room, ALICE, ALICE, "join"))
    assert_refused(room, member(room, BOB, BOB, "join"), AuthRule.JOIN_RULE)
    room.join(ALICE)
    room.set_membership(ALICE, ALICE, "leave")
    assert_refused(room, member(room, ALICE, ALICE, "join"), AuthRule.JOIN_RULE)


@pytest.mark.parametrize(("version", "first"), [("10", BOB), ("11", ALICE), ("12", ALICE)])
def test_creator_is_the_sender_of_the_create_event_from_version_11_on(version: str, first: UserId) -> None:
    room = RoomFactory(version)
    room.create(creator=BOB)
    assert_allowed(room, member(room, first, first, "join"))
    second = ALICE if first == BOB else BOB
    assert_refused(room, member(room, second, second, "join"), AuthRule.JOIN_RULE)


@every_version
def test_nobody_joins_for_somebody_else(version: str) -> None:
    room = RoomFactory.public(version)
    assert_allowed(room, member(room, BOB, BOB, "join"))
    assert_refused(room, member(room, ALICE, BOB, "join"), AuthRule.JOIN_OF_OTHER_USER)


@every_version
def test_join_of_banned_user_is_refused(version: str) -> None:
    room = RoomFactory.public(version)
    room.set_membership(ALICE, BOB, "ban")
    assert_refused(room, member(room, BOB, BOB, "join"), AuthRule.JOIN_BANNED)


# What a join needs by join rule: the first version in which an invited user, and anybody, may join.
INVITED_MAY_JOIN = {"invite": 1, "public": 1, "knock": 7, "restricted": 8, "knock_restricted": 10}


@every_version
@pytest.mark.parametrize("join_rule", [*INVITED_MAY_JOIN, "private", "", "unknown"])
def test_invited_user_joins_under_the_join_rules_of_the_version(version: str, join_rule: str) -> None:
    room = room_with_rule(version, "invite")
    room.set_membership(ALICE, BOB, "invite")
    room.set_join_rule(ALICE, join_rule)
    join = member(room, BOB, BOB, "join")
    if int(version) >= INVITED_MAY_JOIN.get(join_rule, 99):
        assert_allowed(room, join)
        room.add(join)
        assert_allowed(room, member(room, BOB, BOB, "join", displayname="Bob"))
    else:
        assert_refused(room, join, AuthRule.JOIN_RULE)


@every_version
@pytest.mark.parametrize("join_rule", ["invite", "knock", "private", "restricted", "knock_restricted"])
def test_uninvited_user_joins_no_closed_room(version: str, join_rule: str) -> None:
    room = room_with_rule(version, join_rule)
    restricted_since = {"restricted": 8, "knock_restricted": 10}.get(join_rule, 99)
    rule = AuthRule.JOIN_NOT_AUTHORISED if int(version) >= restricted_since else AuthRule.JOIN_RULE
    assert_refused(room, member(room, BOB, BOB, "join"), rule)


@every_version
def test_room_without_join_rules_is_invite_only(version: str) -> None:
    room = RoomFactory.with_alice(version)
    assert_refused(room, member(room, BOB, BOB, "join"), AuthRule.JOIN_RULE)
    room.set_membership(ALICE, BOB, "invite")
    assert_allowed(room, member(room, BOB, BOB, "join"))


@pytest.mark.parametrize(
    ("version", "join_rule"),
    [(version, "restricted") for version in ALL_VERSIONS[7:]]
    + [(version, "knock_restricted") for version in ALL_VERSIONS[9:]],
)
def test_restricted_join_is_authorised_by_a_joined_user_who_may_invite(version: str, join_rule: str) -> None:
    room = RoomFactory.public(version, CHARLIE)
    room.set_join_rule(ALICE, join_rule)
    levels = {**room.event("m.room.power_levels").content, "invite": 10}
    room.send(ALICE, "m.room.power_levels", levels, "")
    authorised = {"join_authorised_via_users_server": ALICE}
    assert_allowed(room, member(room, BOB, BOB, "join", **authorised))
    for user in (CHARLIE, "@dora:d.example"):
        join = member(room, BOB, BOB, "join", join_authorised_via_users_server=user)
        assert_refused(room, join, AuthRule.JOIN_NOT_AUTHORISED)
    room.set_membership(ALICE, BOB, "ban")
    assert_refused(room, member(room, BOB, BOB, "join", **authorised), AuthRule.JOIN_BANNED)


@every_version
@pytest.mark.parametrize("user", ["", "alice", None, 1])
def test_malformed_authorising_user_is_refused_from_version_8_on(version: str, user: object) -> None:
    room = RoomFactory.public(version)
    join = member(room, BOB, BOB, "join", join_authorised_via_users_server=user)
    if int(version) >= 8:
        assert_refused(room, join, AuthRule.MEMBER_AUTHORISING_USER)
    else:
        assert_allowed(room, join)


@every_version
def test_invite_needs_a_joined_sender_with_the_invite_level(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    assert_allowed(room, member(room, BOB, CHARLIE, "invite"))
    assert_refused(room, member(room, CHARLIE, CHARLIE, "invite"), AuthRule.INVITE_SENDER_NOT_JOINED)
    room.send(ALICE, "m.room.power_levels", {**room.event("m.room.power_levels").content, "invite": 1}, "")
    assert_refused(room, member(room, BOB, CHARLIE, "invite"), AuthRule.INVITE_LEVEL)
    assert_allowed(room, member(room, ALICE, CHARLIE, "invite"))


@every_version
def test_invite_of_a_joined_or_banned_user_is_refused(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    assert_refused(room, member(room, ALICE, BOB, "invite"), AuthRule.INVITE_TARGET)
    room.set_membership(ALICE, BOB, "ban")
    assert_refused(room, member(room, ALICE, BOB, "invite"), AuthRule.INVITE_TARGET)
    room.set_membership(ALICE, BOB, "leave")
    assert_allowed(room, member(room, ALICE, BOB, "invite"))


@every_version
def test_user_leaves_a_room_or_declines_an_invite(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    room.set_membership(BOB, BOB, "leave")
    assert_refused(room, member(room, BOB, BOB, "leave"), AuthRule.LEAVE_NOT_IN_ROOM)
    room.set_membership(ALICE, BOB, "invite")
    assert_allowed(room, member(room, BOB, BOB, "leave"))
    room.set_membership(ALICE, BOB, "ban")
    assert_refused(room, member(room, BOB, BOB, "leave"), AuthRule.LEAVE_NOT_IN_ROOM)


@every_version
def test_kick_needs_a_joined_sender_with_the_kick_level_and_more_power(version: str) -> None:
    room = RoomFactory.public(version, BOB, CHARLIE, users={BOB: 50})
    assert_allowed(room, member(room, BOB, CHARLIE, "leave"))
    assert_refused(room, member(room, CHARLIE, BOB, "leave"), AuthRule.KICK_LEVEL)
    assert_refused(room, member(room, BOB, ALICE, "leave"), AuthRule.KICK_LEVEL)
    room.set_users(ALICE, {BOB: 50, CHARLIE: 50})
    assert_refused(room, member(room, BOB, CHARLIE, "leave"), AuthRule.KICK_LEVEL)
    dora = UserId("@dora:d.example")
    assert_refused(room, member(room, dora, CHARLIE, "leave"), AuthRule.LEAVE_SENDER_NOT_JOINED)


@every_version
def test_lifting_a_ban_needs_the_ban_level(version: str) -> None:
    room = RoomFactory.public(version, BOB, users={BOB: 50})
    room.set_membership(ALICE, CHARLIE, "ban")
    assert_allowed(room, member(room, BOB, CHARLIE, "leave"))
    room.send(ALICE, "m.room.power_levels", {**room.event("m.room.power_levels").content, "ban": 51}, "")
    assert_refused(room, member(room, BOB, CHARLIE, "leave"), AuthRule.UNBAN_LEVEL)


@every_version
def test_ban_needs_a_joined_sender_with_the_ban_level_and_more_power(version: str) -> None:
    room = RoomFactory.public(version, BOB, users={BOB: 50})
    assert_allowed(room, member(room, BOB, CHARLIE, "ban"))
    assert_refused(room, member(room, BOB, ALICE, "ban"), AuthRule.BAN_LEVEL)
    assert_refused(room, member(room, BOB, BOB, "ban"), AuthRule.BAN_LEVEL)
    assert_refused(room, member(room, CHARLIE, BOB, "ban"), AuthRule.BAN_SENDER_NOT_JOINED)
    room.send(ALICE, "m.room.power_levels", {**room.event("m.room.power_levels").content, "ban": 51}, "")
    assert_refused(room, member(room, BOB, CHARLIE, "ban"), AuthRule.BAN_LEVEL)


def test_creators_cannot_remove_each_other() -> None:
    room = RoomFactory.with_alice("12", additional_creators=[BOB])
    room.set_join_rule(ALICE, "public")
    room.join(BOB)
    for sender, target in ((ALICE, BOB), (BOB, ALICE)):
        assert_refused(room, member(room, sender, target, "ban"), AuthRule.BAN_LEVEL)
        assert_refused(room, member(room, sender, target, "leave"), AuthRule.KICK_LEVEL)


# The first version in which the join rule lets users knock.
MAY_KNOCK = {"knock": 7, "knock_restricted": 10}


@every_version
@pytest.mark.parametrize("join_rule", [*MAY_KNOCK, "public", "invite", "restricted", "private"])
def test_knocking_needs_a_join_rule_that_allows_it(version: str, join_rule: str) -> None:
    room = room_with_rule(version, join_rule)
    knock = member(room, BOB, BOB, "knock")
    if int(version) < 7:
        assert_refused(room, knock, AuthRule.MEMBER_UNKNOWN_MEMBERSHIP)
    elif int(version) >= MAY_KNOCK.get(join_rule, 99):
        assert_allowed(room, knock)
    else:
        assert_refused(room, knock, AuthRule.KNOCK_JOIN_RULE)


@pytest.mark.parametrize("version", ALL_VERSIONS[6:])
def test_only_outsiders_knock_and_for_themselves(version: str) -> None:
    room = RoomFactory.public(version, CHARLIE)
    room.set_join_rule(ALICE, "knock")
    assert_refused(room, member(room, ALICE, BOB, "knock"), AuthRule.KNOCK_OF_OTHER_USER)
    assert_refused(room, member(room, CHARLIE, CHARLIE, "knock"), AuthRule.KNOCK_MEMBERSHIP)
    room.set_membership(BOB, BOB, "knock")
    assert_allowed(room, member(room, BOB, BOB, "knock"))
    assert_allowed(room, member(room, BOB, BOB, "leave"))
    for membership in ("invite", "ban"):
        room.set_membership(ALICE, BOB, membership)
        assert_refused(room, member(room, BOB, BOB, "knock"), AuthRule.KNOCK_MEMBERSHIP)


def test_leaving_after_a_knock_means_nothing_before_version_7() -> None:
    room = RoomFactory.public("6")
    room.add(member(room, BOB, BOB, "knock"))
    assert_refused(room, member(room, BOB, BOB, "leave"), AuthRule.LEAVE_NOT_IN_ROOM)
