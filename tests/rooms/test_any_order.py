"""Whatever the order of arrival: states are those that the protocol core finds on the whole graph."""

from random import Random

import pytest

from federation.protocol.ids import EventId, ServerName
from federation.protocol.pdu import Pdu
from homeserver.rooms.adopt_room import PartialJoin
from homeserver.rooms.check_event import load_pdu
from homeserver.rooms.complete_partial_state import complete_partial_state
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import load_state, states_after
from homeserver.rooms.partial_state import is_partial
from homeserver.rooms.receive_event import Outcome, receive_event
from homeserver.rooms.send import send_event
from homeserver.rooms.store_outliers import store_outliers
from homeserver.storage.checks import run_checks
from homeserver.storage.db import Database
from homeserver.storage.events import EventStatus, select_events, select_events_by_nid
from homeserver.storage.rooms import Room
from tests.rooms.test_adopt_room import adopt, current_state
from tests.support.foreign_histories import USERS, grow, merge, shuffled
from tests.support.foreign_room import ForeignRoom, make_foreign_room
from tests.support.rooms import ALICE, rooms_on

SEEDS = 3
PARTIAL = PartialJoin(ServerName("elsewhere"), (ServerName("elsewhere"), ServerName("third")))


async def receive_all(ctx: RoomsContext, room: Room, foreign: ForeignRoom, pdus: list[Pdu]) -> None:
    for pdu in pdus:
        verdict = await receive_event(ctx, room, pdu)
        if verdict.outcome is Outcome.MISSING:
            await store_outliers(ctx, room, foreign.pdus(verdict.missing))
            verdict = await receive_event(ctx, room, pdu)
        assert verdict.outcome is not Outcome.MISSING
        assert (verdict.outcome is Outcome.REJECTED) == (pdu.event_id in foreign.rejected), verdict.reason


async def state_after(ctx: RoomsContext, room: Room, event_id: EventId) -> set[EventId]:
    async with ctx.db.acquire() as conn:
        event = (await select_events(conn, [event_id]))[event_id]
        state = (await states_after(conn, room, [event]))[event.event_nid]
        nids = (await load_state(conn, room, state)).values()
        return {found.event_id for found in (await select_events_by_nid(conn, list(nids))).values()}


@pytest.mark.parametrize("version", ["2", "6", "11", "12"])
async def test_states_are_those_of_the_protocol_core_in_any_order_of_arrival(
    db: Database, version: str
) -> None:
    async with rooms_on(db) as ctx:
        for seed in range(SEEDS):
            random = Random(f"{version}-{seed}")
            foreign = make_foreign_room(version, members=USERS[1:], name=f"room{seed}")
            room, _ = await adopt(ctx, foreign)
            made = [*grow(foreign, random, 24), merge(foreign)]
            await receive_all(ctx, room, foreign, shuffled(made, random))
            for pdu in made:
                assert await state_after(ctx, room, pdu.event_id) == set(foreign.after[pdu.event_id].values())
            assert await current_state(ctx, room) == set(foreign.after[made[-1].event_id].values())
        assert all(not finding.rows for finding in await run_checks(db))


async def test_a_rejected_event_never_enters_the_state(db: Database) -> None:
    """CVE-2022-39374."""
    foreign = make_foreign_room("12", members=USERS[1:])
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        ban = foreign.add(USERS[2], "m.room.member", {"membership": "ban"}, ALICE)
        assert ban.event_id in foreign.rejected
        fork = foreign.add(USERS[0], "m.room.topic", {"topic": "x"}, "", prevs=[joined.event_id])
        after = foreign.add(USERS[0], "m.room.message", {"body": "on it"}, prevs=[ban.event_id])
        await receive_all(ctx, room, foreign, [ban, fork, after, merge(foreign)])
        assert ban.event_id not in await current_state(ctx, room)
        assert fork.event_id in await current_state(ctx, room)
        async with db.acquire() as conn:
            assert (await select_events(conn, [ban.event_id]))[ban.event_id].status == EventStatus.REJECTED


@pytest.mark.parametrize("version", ["10", "12"])
async def test_a_completed_room_is_as_if_it_had_been_complete_all_the_while(
    db: Database, version: str
) -> None:
    async with rooms_on(db) as ctx:
        for seed in range(SEEDS):
            random = Random(f"partial-{version}-{seed}")
            foreign = make_foreign_room(version, members=USERS[1:], name=f"room{seed}")
            grow(foreign, random, 8)
            foreign.add(USERS[0], "m.room.message", {"body": "before"})
            room, joined = await adopt(ctx, foreign, partial=PARTIAL)
            sent = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "mine"})
            async with db.acquire() as conn:
                foreign.take(load_pdu(room, (await select_events(conn, [sent.event_id]))[sent.event_id]))
            made = [*grow(foreign, random, 16), merge(foreign)]
            order = shuffled(made, random)
            for pdu in order[:12]:
                await receive_provisionally(ctx, room, foreign, pdu)
            before_join = list(foreign.before[joined.event_id].values())
            await store_outliers(ctx, room, foreign.auth_chain(before_join))
            await store_outliers(ctx, room, foreign.pdus(before_join))
            await complete_partial_state(ctx, room, before_join)
            assert not await is_partial(ctx, room.nid)
            await receive_all(ctx, room, foreign, order[12:])
            for pdu in made:
                assert await state_after(ctx, room, pdu.event_id) == set(foreign.after[pdu.event_id].values())
                async with db.acquire() as conn:
                    status = (await select_events(conn, [pdu.event_id]))[pdu.event_id].status
                assert (status == EventStatus.REJECTED) == (pdu.event_id in foreign.rejected)
            assert await current_state(ctx, room) == set(foreign.after[made[-1].event_id].values())
        assert all(not finding.rows for finding in await run_checks(db))


async def receive_provisionally(ctx: RoomsContext, room: Room, foreign: ForeignRoom, pdu: Pdu) -> None:
    """Receive an event into a room whose members are not known, having fetched what it names."""
    verdict = await receive_event(ctx, room, pdu)
    if verdict.outcome is Outcome.MISSING:
        lacking = [*foreign.auth_chain(verdict.missing), *foreign.pdus(verdict.missing)]
        await store_outliers(ctx, room, lacking)
        verdict = await receive_event(ctx, room, pdu)
    assert verdict.outcome is not Outcome.MISSING
