"""History from before what is known of a room."""

from random import Random

import pytest

from federation.protocol.ids import EventId, UserId
from federation.protocol.pdu import Pdu
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.receive_after_gap import receive_after_gap
from homeserver.rooms.receive_event import Outcome, receive_event
from homeserver.rooms.store_backfill import store_backfill
from homeserver.rooms.store_outliers import store_outliers
from homeserver.rooms.viewer import Viewer
from homeserver.rooms.visibility import visible_events
from homeserver.storage.backward_extremities import select_backward_extremities
from homeserver.storage.checks import run_checks
from homeserver.storage.db import Database
from homeserver.storage.events import EventStatus, StoredEvent, select_before
from homeserver.storage.rooms import Room
from tests.rooms.test_adopt_room import adopt
from tests.rooms.test_any_order import state_after
from tests.support.foreign_histories import USERS, grow
from tests.support.foreign_room import EVE, ForeignRoom, make_foreign_room
from tests.support.rooms import ALICE, rooms_on

PAGE = 7


async def backfill(ctx: RoomsContext, room: Room, foreign: ForeignRoom, size: int = PAGE) -> bool:
    """Ask the foreign room for a page of what lacks, as a server would; say whether there was any."""
    async with ctx.db.acquire() as conn:
        lacking = [e.event_id for e in await select_backward_extremities(conn, room.nid)]
    page: dict[EventId, Pdu] = {}
    to_visit = lacking
    while to_visit and len(page) < size:
        event_id = to_visit.pop(0)
        page[event_id] = foreign.events[event_id]
        to_visit += foreign.events[event_id].prev_events
    if not page:
        return False
    oldest = min(page.values(), key=lambda pdu: pdu.depth)
    state = list(foreign.before[oldest.event_id].values())
    await store_outliers(ctx, room, [*foreign.auth_chain([*state, *page]), *foreign.pdus(state)])
    await store_backfill(ctx, room, list(page.values()), state)
    return True


async def history(ctx: RoomsContext, room: Room) -> list[StoredEvent]:
    async with ctx.db.acquire() as conn:
        return await select_before(conn, room.nid, (2**62, 0), 1_000)


@pytest.mark.parametrize("version", ["10", "12"])
async def test_history_is_stored_down_to_the_beginning_in_order_with_its_states(
    db: Database, version: str
) -> None:
    foreign = make_foreign_room(version, members=USERS[1:])
    for n in range(12):
        foreign.add(EVE, "m.room.topic", {"topic": str(n)}, "")
        foreign.add(EVE, "m.room.message", {"body": str(n)})
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        while await backfill(ctx, room, foreign):
            pass
        stored = await history(ctx, room)
        assert [event.event_id for event in reversed(stored)] == list(foreign.events)
        for event_id in foreign.events:
            assert await state_after(ctx, room, event_id) == set(foreign.after[event_id].values())
        assert all(not finding.rows for finding in await run_checks(db))


async def test_history_of_forks_is_stored_whole_and_rejects_what_was_forbidden(db: Database) -> None:
    foreign = make_foreign_room(members=USERS[1:])
    grow(foreign, Random("history"), 20)
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        while await backfill(ctx, room, foreign, size=100):
            pass
        past, to_visit = set[EventId](), [joined.event_id]
        while to_visit:
            event_id = to_visit.pop()
            past.add(event_id)
            to_visit += foreign.events[event_id].prev_events
        stored = {event.event_id: event for event in await history(ctx, room)}
        assert stored.keys() == past - foreign.rejected
        for event_id in past:
            assert await state_after(ctx, room, event_id) == set(foreign.after[event_id].values())


async def test_history_is_shown_as_the_visibility_and_membership_of_its_time_have_it(db: Database) -> None:
    foreign = make_foreign_room(members=[USERS[1]])
    shared = foreign.add(EVE, "m.room.message", {"body": "shared"})
    foreign.add(EVE, "m.room.history_visibility", {"history_visibility": "joined"}, "")
    hidden = foreign.add(EVE, "m.room.message", {"body": "hidden"})
    foreign.join(ALICE)
    present = foreign.add(EVE, "m.room.message", {"body": "present"})
    foreign.add(ALICE, "m.room.member", {"membership": "leave"}, ALICE)
    absent = foreign.add(EVE, "m.room.message", {"body": "absent"})
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        while await backfill(ctx, room, foreign, size=3):
            pass
        await ctx.tailer.wait_for(joined.position)
        viewer = Viewer(ALICE, await ctx.names.intern_user(ALICE), None)
        seen = {e.event_id for e in await visible_events(ctx, viewer, room, await history(ctx, room))}
        assert {shared.event_id, present.event_id} <= seen
        assert not {hidden.event_id, absent.event_id} & seen


async def test_events_that_lead_nowhere_are_not_stored(db: Database) -> None:
    foreign = make_foreign_room(members=USERS[1:])
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        later = foreign.add(EVE, "m.room.message", {"body": "not history"}, prevs=[joined.event_id])
        await store_backfill(ctx, room, [later], [])
        assert [event.event_id for event in await history(ctx, room)] == [joined.event_id]


async def test_a_gap_is_received_with_the_state_after_it_and_filled_in_its_place(db: Database) -> None:
    foreign = make_foreign_room(members=USERS[1:])
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        lost = [foreign.add(EVE, "m.room.topic", {"topic": str(n)}, "") for n in range(4)]
        newcomer = foreign.join(UserId("@late:third"))
        seen = foreign.add(EVE, "m.room.message", {"body": "seen"})
        state = list(foreign.after[newcomer.event_id].values())
        assert (await receive_event(ctx, room, seen)).outcome is Outcome.MISSING
        verdict = await receive_after_gap(ctx, room, seen, {newcomer.event_id: state})
        assert verdict.outcome is Outcome.MISSING
        await store_outliers(ctx, room, foreign.pdus(verdict.missing))
        verdict = await receive_after_gap(ctx, room, seen, {newcomer.event_id: state})
        assert verdict.outcome is Outcome.ACCEPTED
        assert await state_after(ctx, room, seen.event_id) == set(foreign.after[seen.event_id].values())
        while await backfill(ctx, room, foreign):
            pass
        order = [e.event_id for e in reversed(await history(ctx, room))]
        expected = [joined.event_id, *(event.event_id for event in (*lost, newcomer, seen))]
        assert order[-len(expected) :] == expected
        assert all(e.status == EventStatus.ACCEPTED for e in await history(ctx, room))
