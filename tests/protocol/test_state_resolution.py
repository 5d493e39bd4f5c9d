"""State resolution v2 and v2.1: scenarios, each named after what went wrong without it."""

from __future__ import annotations

import pytest

from federation.protocol.auth_chains import AuthGraph, auth_difference_of
from federation.protocol.errors import MissingEvent, ResolutionTooLarge
from federation.protocol.ids import EventId, UserId
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.state_ordering import mainline_order, reverse_topological_power_order
from federation.protocol.state_resolution import resolve
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, BOB, CHARLIE, RoomFactory

LEVELS = ("m.room.power_levels", "")
RULES = ("m.room.join_rules", "")
TOPIC = ("m.room.topic", "")
MEMBER_BOB = ("m.room.member", BOB)
MEMBER_CHARLIE = ("m.room.member", CHARLIE)

v2_and_later = pytest.mark.parametrize("version", ALL_VERSIONS[1:])


def graph_of(room: RoomFactory) -> AuthGraph:
    return AuthGraph(room.events, 10_000)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_states_that_agree_are_not_touched(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    assert room.resolve(room, room.branch()) == room.state
    assert resolve(room.version, [room.state], {}) == room.state
    assert resolve(room.version, [], {}) == {}


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_concurrent_joins(version: str) -> None:
    left = RoomFactory.public(version)
    right = left.branch()
    joins = {MEMBER_BOB: left.join(BOB).event_id, MEMBER_CHARLIE: right.join(CHARLIE).event_id}
    merged = left.resolve(left, right)
    assert {key: merged[key] for key in joins} == joins


@v2_and_later
def test_ban_vs_power_levels(version: str) -> None:
    left = RoomFactory.public(version, BOB, users={BOB: 50})
    right = left.branch()
    before = left.event(*LEVELS)
    ban = left.set_membership(ALICE, BOB, "ban", ts=5_000)
    right.set_users(BOB, {BOB: 50, CHARLIE: 50}, ts=4_000)
    merged = left.resolve(left, right)
    assert merged[MEMBER_BOB] == ban.event_id
    assert merged[LEVELS] == before.event_id


@v2_and_later
def test_join_rules_vs_join(version: str) -> None:
    left = RoomFactory.public(version)
    right = left.branch()
    closed = left.set_join_rule(ALICE, "invite", ts=5_000)
    right.join(BOB, ts=4_000)
    merged = left.resolve(left, right)
    assert merged[RULES] == closed.event_id
    assert MEMBER_BOB not in merged


@v2_and_later
def test_topic_vs_ban(version: str) -> None:
    left = RoomFactory.public(version, BOB, users={BOB: 50})
    right = left.branch()
    ban = left.set_membership(ALICE, BOB, "ban")
    right.set_topic(BOB, "mine")
    merged = left.resolve(left, right)
    assert merged[MEMBER_BOB] == ban.event_id
    assert TOPIC not in merged


@v2_and_later
def test_topic_vs_power_levels(version: str) -> None:
    left = RoomFactory.public(version, BOB, users={BOB: 50})
    before = left.set_topic(ALICE, "before")
    right = left.branch()
    left.set_users(ALICE, {})
    right.set_topic(BOB, "mine")
    assert left.resolve(left, right)[TOPIC] == before.event_id


@v2_and_later
def test_admin_demotes_moderator_vs_moderator_promotes(version: str) -> None:
    left = RoomFactory.public(version, BOB, users={BOB: 50})
    right = left.branch()
    demotion = left.set_users(ALICE, {BOB: 0})
    right.set_users(BOB, {BOB: 50, CHARLIE: 50})
    assert left.resolve(left, right)[LEVELS] == demotion.event_id


@v2_and_later
def test_moderator_builds_on_what_the_admin_did_at_the_same_time(version: str) -> None:
    left = RoomFactory.public(version, BOB, users={BOB: 50})
    right = left.branch()
    left.set_users(ALICE, {BOB: 50, CHARLIE: 10}, ts=9_000)
    later = right.set_users(BOB, {BOB: 50, CHARLIE: 20}, ts=4_000)
    assert left.resolve(left, right)[LEVELS] == later.event_id


@v2_and_later
def test_origin_ts_tiebreak(version: str) -> None:
    left = RoomFactory.public(version)
    right = left.branch()
    later = left.set_topic(ALICE, "later", ts=6_000)
    right.set_topic(ALICE, "earlier", ts=5_000)
    assert left.resolve(left, right)[TOPIC] == later.event_id


@v2_and_later
def test_event_id_tiebreak(version: str) -> None:
    left = RoomFactory.public(version)
    right = left.branch()
    topics = [line.set_topic(ALICE, text, ts=5_000).event_id for line, text in ((left, "a"), (right, "b"))]
    assert left.resolve(left, right)[TOPIC] == max(topics)


@v2_and_later
def test_topic_on_newer_power_levels_wins_over_a_later_one_on_older(version: str) -> None:
    left = RoomFactory.public(version)
    right = left.branch()
    left.set_users(ALICE, {BOB: 10})
    newer = left.set_topic(ALICE, "on newer levels", ts=5_000)
    right.set_topic(ALICE, "on older levels", ts=9_000)
    assert left.resolve(left, right)[TOPIC] == newer.event_id


@v2_and_later
def test_kicked_user_who_left_on_the_other_side_is_out(version: str) -> None:
    left = RoomFactory.public(version, BOB)
    right = left.branch()
    left.set_membership(ALICE, BOB, "leave", ts=6_000)
    own = right.set_membership(BOB, BOB, "leave", ts=5_000)
    merged = left.resolve(left, right)
    assert left.events[merged[MEMBER_BOB]].content["membership"] == "leave"
    # The kick is a power event and comes first; who is out already cannot leave.
    assert merged[MEMBER_BOB] != own.event_id


@pytest.mark.parametrize(("version", "keeps_bob"), [("11", False), ("12", True)])
def test_msc4297_problem_a_member_is_not_reset_by_join_rules_set_after_the_join(
    version: str, keeps_bob: bool
) -> None:
    """CVE-2025-49090."""
    # Charlie's join keeps the first join rules in the auth chain of both states.
    room = RoomFactory.public(version, BOB, CHARLIE)
    room.set_join_rule(ALICE, "invite")
    forgetful = room.branch()
    del forgetful.state[MEMBER_BOB]
    merged = room.resolve(room, forgetful)
    assert (MEMBER_BOB in merged) is keeps_bob


@v2_and_later
def test_agreed_join_rules_stay_though_older_ones_are_replayed(version: str) -> None:
    room = RoomFactory.public(version, BOB)
    agreed = room.set_join_rule(ALICE, "invite")
    forgetful = room.branch()
    del forgetful.state[MEMBER_BOB]
    # Bob's join brings the join rules that let him in into the auth difference.
    merged = room.resolve(room, forgetful)
    assert merged[RULES] == agreed.event_id
    assert MEMBER_BOB in merged


@v2_and_later
def test_event_in_every_auth_chain_is_not_in_the_auth_difference(version: str) -> None:
    left = RoomFactory.with_alice(version)
    left.set_users(ALICE, {})
    right = left.branch()
    conflicting = {left.set_users(ALICE, {BOB: 1}).event_id, right.set_users(ALICE, {BOB: 2}).event_id}
    states = [set(line.state.values()) for line in (left, right)]
    assert auth_difference_of(graph_of(left), states) == conflicting


@pytest.mark.parametrize(("version", "keeps_newest"), [("11", False), ("12", True)])
def test_msc4297_problem_b_power_levels_are_not_reset_when_a_link_is_in_every_auth_chain(
    version: str, keeps_newest: bool
) -> None:
    room = RoomFactory.public(version, BOB)
    oldest = room.event(*LEVELS)
    room.set_users(ALICE, {BOB: 100})
    # Charlie's join puts the middle power levels into the auth chain of both states.
    room.join(CHARLIE)
    newest = room.set_users(BOB, {BOB: 100, CHARLIE: 50})
    reset = room.branch()
    reset.state[LEVELS] = oldest.event_id
    assert room.resolve(room, reset)[LEVELS] == (newest if keeps_newest else oldest).event_id


@pytest.mark.parametrize("version", ["11", "12"])
def test_rejected_event_in_the_auth_chain_authorizes_nothing(version: str) -> None:
    room = RoomFactory.with_alice(version)
    room.set_join_rule(ALICE, "public")
    room.join(BOB)
    create = [] if version == "12" else [room.event("m.room.create")]
    forged = room.draft(BOB, "m.room.power_levels", {"users": {BOB: 100}}, "")
    topic = room.draft(BOB, "m.room.topic", {}, "", auth=[*create, forged, room.event(*MEMBER_BOB)])
    taken_in = room.branch()
    taken_in.add(topic)
    assert room.resolve(room, taken_in)[TOPIC] == topic.event_id
    room.rejected.add(forged.event_id)
    assert TOPIC not in room.resolve(room, taken_in)


@pytest.mark.parametrize("version", ALL_VERSIONS[:-1])
def test_two_create_events_resolve_to_the_same_one_everywhere(version: str) -> None:
    """CVE-2025-54315."""
    room = RoomFactory.public(version)
    other = room.branch()
    other.heads = []
    second = other.draft(ALICE, "m.room.create", {"creator": ALICE, "topic": "usurped"}, "")
    other.state["m.room.create", ""] = second.event_id
    assert room.resolve(room, other) == room.resolve(other, room)


def test_admin_of_the_highest_level_sorts_after_a_creator() -> None:
    room = RoomFactory.public("12", BOB, users={BOB: 2**53 - 1})
    of_bob = room.draft(BOB, "m.room.join_rules", {"join_rule": "invite"}, "", ts=1)
    of_alice = room.draft(ALICE, "m.room.join_rules", {"join_rule": "knock"}, "", ts=9_000)
    events = {pdu.event_id: pdu for pdu in (of_bob, of_alice)}
    assert reverse_topological_power_order(room.version, events, graph_of(room)) == [of_alice, of_bob]


@v2_and_later
def test_power_order_puts_what_is_cited_first(version: str) -> None:
    room = RoomFactory.public(version, BOB, users={BOB: 50})
    chain: list[Pdu] = [room.event("m.room.member", ALICE), room.event(*LEVELS)]
    if version != "12":
        chain.insert(0, room.event("m.room.create"))
    by_bob = room.set_users(BOB, {BOB: 40}, ts=1)
    by_alice = room.set_users(ALICE, {BOB: 30}, ts=0)
    expected = [*chain, by_bob, by_alice]
    events = {pdu.event_id: pdu for pdu in reversed(expected)}
    assert reverse_topological_power_order(room.version, events, graph_of(room)) == expected


@v2_and_later
def test_mainline_puts_events_without_power_levels_before_those_on_the_oldest(version: str) -> None:
    room = RoomFactory.public(version)
    oldest = room.event(*LEVELS)
    create = [] if version == "12" else [room.event("m.room.create")]
    alice = room.event("m.room.member", ALICE)
    on_none = room.draft(ALICE, *TOPIC[:1], {}, "", ts=9_000, auth=[*create, alice])
    on_oldest = room.draft(ALICE, *TOPIC[:1], {}, "", ts=5_000, auth=[*create, alice, oldest])
    newest = room.set_users(ALICE, {BOB: 1})
    on_newest = room.draft(ALICE, *TOPIC[:1], {}, "", ts=1)
    events = [on_newest, on_oldest, on_none]
    assert mainline_order(events, newest.event_id, graph_of(room)) == [on_none, on_oldest, on_newest]
    assert mainline_order(events, oldest.event_id, graph_of(room)) == [on_none, on_newest, on_oldest]
    assert mainline_order(events, None, graph_of(room)) == [on_newest, on_oldest, on_none]


def test_mainline_position_is_that_of_the_nearest_power_levels_on_the_mainline() -> None:
    room = RoomFactory.public("11")
    side = room.branch()
    for level in (1, 2):
        side.set_users(ALICE, {BOB: level})
    on_side = [side.draft(ALICE, "m.room.topic", {"n": n}, "", ts=5_000 + n) for n in (0, 1)]
    on_root = room.draft(ALICE, "m.room.topic", {}, "", ts=5_000)
    newest = room.set_users(ALICE, {BOB: 3})
    # Both lines leave the mainline at its root, so time alone decides.
    expected = sorted([*on_side, on_root], key=lambda pdu: (pdu.origin_server_ts, pdu.event_id))
    assert mainline_order([*on_side, on_root], newest.event_id, graph_of(room)) == expected


def test_auth_chains_that_bite_their_tail_end() -> None:
    # In room version 2 servers choose event IDs, so a chain can lead back to itself.
    room = RoomFactory.public("2")
    levels = room.event(*LEVELS)
    ids = [EventId("$1:evil.example"), EventId("$2:evil.example")]
    ring = [
        parse_pdu(room.version, {**levels.json, "event_id": own, "auth_events": [[other, {"sha256": ""}]]})
        for own, other in (ids, ids[::-1])
    ]
    room.events |= {pdu.event_id: pdu for pdu in ring}
    topic = room.draft(ALICE, "m.room.topic", {}, "", auth=[room.event("m.room.create"), ring[0]])
    events = {pdu.event_id: pdu for pdu in ring}
    assert reverse_topological_power_order(room.version, events, graph_of(room)) == []
    assert mainline_order([topic], ring[0].event_id, graph_of(room)) == [topic]
    assert mainline_order([topic], levels.event_id, graph_of(room)) == [topic]
    ringed = room.branch()
    ringed.state[LEVELS] = ids[0]
    ringed.add(topic)
    assert room.resolve(room, ringed)[LEVELS] == levels.event_id


def test_message_event_in_an_auth_chain_never_becomes_state() -> None:
    room = RoomFactory.public("11", BOB)
    message = room.draft(BOB, "m.room.message", {})
    create, bob = room.event("m.room.create"), room.event(*MEMBER_BOB)
    topic = room.draft(
        ALICE, "m.room.topic", {}, "", auth=[create, message, room.event("m.room.member", ALICE)]
    )
    other = room.branch()
    other.add(topic)
    merged = room.resolve(room, other)
    assert message.event_id not in merged.values()
    assert merged[MEMBER_BOB] == bob.event_id


@v2_and_later
def test_known_auth_difference_needs_no_more_than_the_conflicted_chains(version: str) -> None:
    left = RoomFactory.public(version, BOB, CHARLIE, users={BOB: 50})
    right = left.branch()
    left.set_membership(ALICE, BOB, "ban")
    right.set_topic(BOB, "mine")
    difference = auth_difference_of(graph_of(left), [set(line.state.values()) for line in (left, right)])
    needed = dict(left.events)
    del needed[left.event(*MEMBER_CHARLIE).event_id]
    states = [left.state, right.state]
    assert resolve(left.version, states, needed, auth_difference=difference) == left.resolve(left, right)
    with pytest.raises(MissingEvent):
        resolve(left.version, states, needed)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_resolution_beyond_its_limits_is_refused(version: str) -> None:
    """CVE-2024-31208."""
    left = RoomFactory.public(version)
    right = left.branch()
    for line in (left, right):
        line.set_topic(ALICE, str(id(line)))
    states = [left.state, right.state]
    with pytest.raises(ResolutionTooLarge):
        resolve(left.version, states, left.events, max_conflicted_events=1)
    with pytest.raises(ResolutionTooLarge):
        resolve(left.version, states, left.events, max_visits=1)
    resolve(left.version, states, left.events, max_conflicted_events=2, max_visits=200)


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_resolution_names_the_event_it_lacks(version: str) -> None:
    left = RoomFactory.public(version)
    right = left.branch()
    left.set_topic(ALICE, "left")
    lacking = right.set_topic(ALICE, "right")
    del left.events[lacking.event_id]
    with pytest.raises(MissingEvent) as missing:
        left.resolve(left, right)
    assert missing.value.event_id == lacking.event_id


def test_user_who_was_never_there_has_no_power() -> None:
    room = RoomFactory.public("11")
    forged = room.draft(UserId("@mallory:m.example"), "m.room.join_rules", {"join_rule": "public"}, "")
    other = room.branch()
    other.add(forged)
    assert room.resolve(room, other)[RULES] == room.state[RULES]
