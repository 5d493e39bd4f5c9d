"""State resolution on stored states: large ones in a process of their own, within bounds."""

import pytest

from federation.protocol.errors import ResolutionTooLarge
from federation.protocol.state_resolution import resolve
from homeserver.rooms import resolve_state
from homeserver.rooms.receive_event import Outcome, receive_event
from homeserver.rooms.resolve_elsewhere import Problem, StateMap, resolve_elsewhere
from homeserver.storage.db import Database
from tests.rooms.test_adopt_room import adopt, current_state
from tests.support.foreign_room import EVE, ForeignRoom, make_foreign_room
from tests.support.rooms import rooms_on


def conflict() -> tuple[ForeignRoom, Problem]:
    foreign = make_foreign_room()
    tips = list(foreign.tips)
    sides = [foreign.add(EVE, "m.room.topic", {"topic": str(n)}, "", prevs=tips) for n in range(3)]
    states = [foreign.after[side.event_id] for side in sides]
    events = list(foreign.events.values())
    return foreign, Problem(foreign.version, foreign.room_id, states, events, [], [])


async def test_another_process_resolves_to_the_same_state() -> None:
    _, problem = conflict()
    assert await resolve_elsewhere(problem) == problem.solve(resolve)


async def test_a_resolution_that_takes_too_long_is_given_up() -> None:
    _, problem = conflict()
    with pytest.raises(ResolutionTooLarge):
        await resolve_elsewhere(problem, max_seconds=0.01)


async def test_what_is_large_is_resolved_elsewhere_and_never_under_the_lock(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve_state, "MAX_EVENTS_AT_ONCE", 0)
    asked: list[int] = []

    async def counted(problem: Problem) -> StateMap:
        asked.append(len(problem.pdus))
        return await resolve_elsewhere(problem)

    monkeypatch.setattr(resolve_state, "resolve_elsewhere", counted)
    foreign, _ = conflict()
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        before = foreign.add(EVE, "m.room.message", {}, prevs=[joined.event_id])
        sides = [
            foreign.add(EVE, "m.room.name", {"name": str(n)}, "", prevs=[joined.event_id]) for n in range(2)
        ]
        merge = foreign.add(EVE, "m.room.message", {})
        for pdu in (before, *sides, merge):
            assert (await receive_event(ctx, room, pdu)).outcome is Outcome.ACCEPTED
        assert await current_state(ctx, room) == set(foreign.after[merge.event_id].values())
    assert asked
