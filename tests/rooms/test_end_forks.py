"""Rooms whose graph has too many ends."""

from federation.protocol.ids import EventId
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.end_forks import DUMMY, end_forks, end_forks_everywhere
from homeserver.rooms.heads import MAX_PREV_EVENTS
from homeserver.rooms.receive_event import Outcome, receive_event
from homeserver.rooms.send import send_event
from homeserver.storage.db import Database
from homeserver.storage.events import StoredEvent, select_events, select_head
from homeserver.storage.rooms import Room
from tests.rooms.test_adopt_room import adopt, current_state
from tests.support.foreign_room import EVE, ForeignRoom, make_foreign_room
from tests.support.rooms import ALICE, rooms_on

ENDS = MAX_PREV_EVENTS + 3


async def fork(ctx: RoomsContext, room: Room, foreign: ForeignRoom, ends: int = ENDS) -> set[EventId]:
    """Receive state events that are all after the same one."""
    tips = list(foreign.tips)
    events = [foreign.add(EVE, f"org.example.{n}", {}, "", prevs=tips) for n in range(ends)]
    for event in events:
        assert (await receive_event(ctx, room, event)).outcome is Outcome.ACCEPTED
    return {event.event_id for event in events}


async def head_of(ctx: RoomsContext, room: Room) -> StoredEvent:
    async with ctx.db.acquire() as conn:
        head = await select_head(conn, room.nid)
    assert head is not None
    return head


async def test_a_dummy_event_brings_ends_together_and_no_state_is_lost(db: Database) -> None:
    foreign = make_foreign_room("10")
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        ends = await fork(ctx, room, foreign)
        assert await end_forks_everywhere(ctx) == 1
        dummy = await head_of(ctx, room)
        assert dummy.type == DUMMY
        assert len(dummy.load()["prev_events"]) == MAX_PREV_EVENTS
        assert len(dummy.extremities or ()) == ENDS - MAX_PREV_EVENTS + 1
        assert ends <= await current_state(ctx, room)
        assert await end_forks_everywhere(ctx) == 0


async def test_a_local_event_comes_after_all_ends_however_many(db: Database) -> None:
    foreign = make_foreign_room()
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        ends = await fork(ctx, room, foreign)
        sent = await send_event(ctx, room.room_id, ALICE, "m.room.message", {})
        async with db.acquire() as conn:
            stored = (await select_events(conn, [sent.event_id]))[sent.event_id]
        prevs = set(stored.load()["prev_events"])
        assert len(prevs) == ENDS - MAX_PREV_EVENTS + 1
        assert len(prevs & ends) == ENDS - MAX_PREV_EVENTS
        assert (await head_of(ctx, room)).extremities is None
        assert ends <= await current_state(ctx, room)


async def test_nobody_speaks_who_may_not(db: Database) -> None:
    foreign = make_foreign_room("10")
    levels: JsonObject = {"users": {EVE: 100}, "events": {DUMMY: 50}}
    foreign.add(EVE, "m.room.power_levels", levels, "")
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        await fork(ctx, room, foreign)
        assert await end_forks(ctx, room) == 0


async def test_a_few_ends_are_left_to_the_next_event(db: Database) -> None:
    foreign = make_foreign_room()
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        ends = await fork(ctx, room, foreign, ends=MAX_PREV_EVENTS)
        assert await end_forks(ctx, room) == 0
        sent = await send_event(ctx, room.room_id, ALICE, "m.room.message", {})
        async with db.acquire() as conn:
            stored = (await select_events(conn, [sent.event_id]))[sent.event_id]
        assert set(stored.load()["prev_events"]) == ends
