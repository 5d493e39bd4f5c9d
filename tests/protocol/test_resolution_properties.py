"""State resolution over random histories: the order of the input never matters, and results are stable."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.protocol.auth_rules import check_state_dependent
from federation.protocol.errors import AuthRuleError
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from federation.protocol.state_resolution import StateMap, resolve
from tests.protocol.properties import PROPERTY
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, BOB, CHARLIE, RoomFactory

USERS = (ALICE, BOB, CHARLIE)
users = st.sampled_from(USERS)
levels = st.sampled_from([0, 10, 50, 60, 100])
# Who does what to whom, when, and on which of the three lines.
actions = st.one_of(
    st.tuples(st.just("m.room.member"), users, users, st.sampled_from(["join", "leave", "ban", "invite"])),
    st.tuples(st.just("m.room.power_levels"), users, users, levels),
    st.tuples(st.just("m.room.join_rules"), users, users, st.sampled_from(["public", "invite"])),
    st.tuples(st.just("m.room.topic"), users, users, st.integers(0, 3)),
)
histories = st.lists(
    st.tuples(st.integers(0, 2), st.integers(5_000, 5_010), actions), min_size=3, max_size=14
)


def play(version: str, history: list[tuple[int, int, tuple[str, str, str, object]]]) -> list[RoomFactory]:
    """Play a history on three lines; what a line's state refuses does not happen."""
    room = RoomFactory.public(version, BOB, CHARLIE, users={BOB: 60, CHARLIE: 50})
    lines = [room, room.branch(), room.branch()]
    for number, ts, (event_type, sender, target, value) in history:
        line = lines[number]
        pdu = draft(line, event_type, sender, target, value, ts)
        try:
            check_state_dependent(line.version, pdu, line.state_events)
        except AuthRuleError:
            continue
        line.add(pdu)
    return lines


def draft(line: RoomFactory, event_type: str, sender: str, target: str, value: object, ts: int) -> Pdu:
    author = next(user for user in USERS if user == sender)
    if event_type == "m.room.member":
        return line.draft(author, event_type, {"membership": value}, target, ts=ts)
    if event_type == "m.room.power_levels":
        current = line.event("m.room.power_levels").content["users"]
        assert isinstance(current, dict)
        return line.draft(author, event_type, {"users": {**current, target: value}}, "", ts=ts)
    key = "join_rule" if event_type == "m.room.join_rules" else "topic"
    return line.draft(author, event_type, {key: value}, "", ts=ts)


def shuffled(state: StateMap, dice: Random) -> dict[tuple[str, str], EventId]:
    entries = list(state.items())
    dice.shuffle(entries)
    return dict(entries)


@settings(PROPERTY, max_examples=250)
@given(st.sampled_from(ALL_VERSIONS), histories, st.integers(0, 2**32))
def test_order_of_the_input_does_not_matter(
    version: str, history: list[tuple[int, int, tuple[str, str, str, object]]], seed: int
) -> None:
    lines = play(version, history)
    dice = Random(seed)
    states = [shuffled(line.state, dice) for line in lines]
    expected = lines[0].resolve(*lines)
    dice.shuffle(states)
    entries = list(lines[0].events.items())
    dice.shuffle(entries)
    assert resolve(lines[0].version, [*states, states[0]], dict(entries)) == expected
    # What all agreed on stays, everything else comes from one of them, and the result resolves to itself.
    agreed = set(lines[0].state.items()).intersection(*(line.state.items() for line in lines[1:]))
    assert agreed <= expected.items()
    assert resolve(lines[0].version, [expected, expected], lines[0].events) == expected


@settings(PROPERTY, max_examples=120)
@given(st.sampled_from(ALL_VERSIONS[1:]), histories)
def test_banned_by_the_creator_stays_banned(
    version: str, history: list[tuple[int, int, tuple[str, str, str, object]]]
) -> None:
    without_alice = [step for step in history if step[2][1] != ALICE]
    lines = play(version, without_alice)
    ban = lines[0].draft(ALICE, "m.room.member", {"membership": "ban"}, BOB, ts=5_020)
    try:
        check_state_dependent(lines[0].version, ban, lines[0].state_events)
    except AuthRuleError:
        return
    lines[0].add(ban)
    merged = lines[0].resolve(*lines)
    assert lines[0].events[merged["m.room.member", BOB]].content["membership"] == "ban"
