"""Taking over rooms of other servers at the first join of a local user."""

import pytest

from federation.protocol.ids import EventId, ServerName, UserId
from homeserver.rooms.adopt_room import AdoptionRefused, PartialJoin, adopt_room
from homeserver.rooms.commit_entry import Committed
from homeserver.rooms.complete_partial_state import complete_partial_state
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.partial_state import incomplete_rooms
from homeserver.rooms.receive_event import Outcome, receive_event
from homeserver.rooms.send import send_event
from homeserver.rooms.store_outliers import store_outliers
from homeserver.storage.backward_extremities import select_backward_extremities
from homeserver.storage.checks import run_checks
from homeserver.storage.db import Database
from homeserver.storage.events import EventStatus, select_events
from homeserver.storage.memberships import count_members, select_member_nids
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_state
from tests.support.foreign_room import EVE, ForeignRoom, make_foreign_room
from tests.support.rooms import ALICE, BOB, rooms_on

MEMBERS = [UserId(f"@member{n}:server{n % 3}") for n in range(5)]


async def adopt(
    ctx: RoomsContext, foreign: ForeignRoom, user: UserId = ALICE, partial: PartialJoin | None = None
) -> tuple[Room, Committed]:
    """Join a foreign room with a local user, told of it what send_join tells."""
    join = foreign.join(user)
    state = foreign.pdus(foreign.before[join.event_id].values())
    if partial is not None:
        state = [pdu for pdu in state if pdu.type != "m.room.member"]
    chain = foreign.auth_chain([*(pdu.event_id for pdu in state), join.event_id])
    committed = await adopt_room(ctx, foreign.room_id, foreign.version, join, state, chain, partial=partial)
    room = await ctx.names.room(foreign.room_id)
    assert room is not None
    return room, committed


async def current_state(ctx: RoomsContext, room: Room) -> set[EventId]:
    async with ctx.db.acquire() as conn:
        return {event.event_id for event in await select_current_state(conn, room.nid)}


@pytest.mark.parametrize("version", ["6", "10", "12"])
async def test_a_room_is_as_the_other_server_has_it_and_local_users_can_send(
    db: Database, version: str
) -> None:
    foreign = make_foreign_room(version, members=MEMBERS)
    async with rooms_on(db) as ctx:
        room, committed = await adopt(ctx, foreign)
        assert await current_state(ctx, room) == set(foreign.after[committed.event_id].values())
        async with db.acquire() as conn:
            assert (await count_members(conn, [room.nid]))[room.nid].joined == len(MEMBERS) + 2
            lacking = await select_backward_extremities(conn, room.nid)
            join = (await select_events(conn, [committed.event_id]))[committed.event_id]
        assert {extremity.event_id for extremity in lacking} == set(
            foreign.events[committed.event_id].prev_events
        )
        assert join.position == committed.position
        sent = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "hello"})
        async with db.acquire() as conn:
            message = (await select_events(conn, [sent.event_id]))[sent.event_id]
        assert message.load()["prev_events"] == [committed.event_id]
        assert message.topo > join.topo
        await ctx.tailer.wait_for(sent.position)
        alice = await ctx.names.intern_user(ALICE)
        assert await ctx.memberships.is_joined(alice, room.nid)
        reply = foreign.add(EVE, "m.room.message", {"body": "welcome"}, prevs=[committed.event_id])
        assert (await receive_event(ctx, room, reply)).outcome is Outcome.ACCEPTED
        assert all(not finding.rows for finding in await run_checks(db))


async def test_a_second_local_user_joining_the_same_way_is_received_like_any_event(db: Database) -> None:
    foreign = make_foreign_room(members=MEMBERS)
    async with rooms_on(db) as ctx:
        room, first = await adopt(ctx, foreign)
        room, second = await adopt(ctx, foreign, BOB)
        assert second.position > first.position
        assert await current_state(ctx, room) == set(foreign.after[second.event_id].values())


async def test_a_room_that_all_had_left_is_taken_over_again(db: Database) -> None:
    foreign = make_foreign_room(members=MEMBERS)
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        leave = foreign.add(ALICE, "m.room.member", {"membership": "leave"}, ALICE)
        assert (await receive_event(ctx, room, leave)).outcome is Outcome.ACCEPTED
        foreign.add(MEMBERS[0], "m.room.member", {"membership": "leave"}, MEMBERS[0])
        foreign.add(EVE, "m.room.name", {"name": "new"}, "")
        foreign.join(UserId("@late:elsewhere"))
        again, committed = await adopt(ctx, foreign)
        assert again == room
        assert await current_state(ctx, room) == set(foreign.after[committed.event_id].values())
        async with db.acquire() as conn:
            joined = await select_member_nids(conn, room.nid, ["join"])
        gone = await ctx.names.intern_user(MEMBERS[0])
        assert gone not in joined
        assert all(not finding.rows for finding in await run_checks(db))


async def test_state_that_its_own_auth_events_forbid_does_not_count(db: Database) -> None:
    foreign = make_foreign_room(members=MEMBERS)
    stranger = UserId("@stranger:elsewhere")
    forged = foreign.add(stranger, "m.room.topic", {"topic": "forged"}, "")
    assert forged.event_id in foreign.rejected
    async with rooms_on(db) as ctx:
        join = foreign.join(ALICE)
        state = [*foreign.pdus(foreign.before[join.event_id].values()), forged]
        chain = foreign.auth_chain(pdu.event_id for pdu in state)
        await adopt_room(ctx, foreign.room_id, foreign.version, join, state, chain, partial=None)
        room = await ctx.names.room(foreign.room_id)
        assert room is not None
        assert forged.event_id not in await current_state(ctx, room)


async def test_answers_that_cannot_be_believed_are_refused(db: Database) -> None:
    foreign, other = make_foreign_room(members=MEMBERS), make_foreign_room("11")
    join = foreign.join(ALICE)
    state = foreign.pdus(foreign.before[join.event_id].values())
    without_create = [pdu for pdu in state if pdu.type != "m.room.create"]
    twice = [*state, foreign.add(EVE, "m.room.member", {"membership": "join", "n": 1}, EVE)]
    banned = foreign.add(EVE, "m.room.member", {"membership": "ban"}, ALICE, prevs=join.prev_events)
    async with rooms_on(db) as ctx:
        for told in (without_create, twice, [*state, *other.pdus(other.events)], [*state, banned]):
            with pytest.raises(AdoptionRefused):
                await adopt_room(ctx, foreign.room_id, foreign.version, join, told, [], partial=None)


async def test_a_partial_join_shows_the_room_without_its_members(db: Database) -> None:
    foreign = make_foreign_room(members=MEMBERS)
    async with rooms_on(db) as ctx:
        partial = PartialJoin(ServerName("elsewhere"), (ServerName("elsewhere"), ServerName("server1")))
        room, committed = await adopt(ctx, foreign, partial=partial)
        sent = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "already"})
        assert sent.position > committed.position
        message = foreign.add(MEMBERS[1], "m.room.message", {"body": "hi"}, prevs=[committed.event_id])
        lacking = await receive_event(ctx, room, message)
        assert lacking.outcome is Outcome.MISSING
        await store_outliers(ctx, room, foreign.pdus(lacking.missing))
        assert (await receive_event(ctx, room, message)).outcome is Outcome.ACCEPTED


async def test_completion_takes_back_what_the_members_would_have_forbidden(db: Database) -> None:
    foreign = make_foreign_room(members=MEMBERS)
    banned, forks = MEMBERS[1], list(foreign.tips)
    foreign.add(EVE, "m.room.member", {"membership": "ban"}, banned)
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign, partial=PartialJoin(ServerName("elsewhere"), ()))
        before = foreign.before[joined.event_id]
        auth = [before[("m.room.power_levels", "")], foreign.after[forks[0]][("m.room.member", banned)]]
        forbidden = foreign.add(banned, "m.room.message", {}, prevs=[joined.event_id], auth=auth)
        reply = foreign.add(EVE, "m.room.message", {}, prevs=[forbidden.event_id])
        await store_outliers(ctx, room, [*foreign.pdus(auth), *foreign.auth_chain(auth)])
        await store_outliers(ctx, room, foreign.pdus(reply.auth_events))
        for pdu in (forbidden, reply):
            assert (await receive_event(ctx, room, pdu)).outcome is Outcome.ACCEPTED
        await store_outliers(ctx, room, foreign.pdus(before.values()))
        assert [partial.room_nid for partial in await incomplete_rooms(ctx)] == [room.nid]
        await complete_partial_state(ctx, room, list(before.values()))
        assert not await incomplete_rooms(ctx)
        async with db.acquire() as conn:
            stored = await select_events(conn, [forbidden.event_id, reply.event_id])
        assert stored[forbidden.event_id].status == EventStatus.REJECTED
        assert stored[forbidden.event_id].position is None
        assert stored[reply.event_id].status == EventStatus.ACCEPTED
        assert await current_state(ctx, room) == set(foreign.after[reply.event_id].values())
        sent = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "after"})
        async with db.acquire() as conn:
            mine = (await select_events(conn, [sent.event_id]))[sent.event_id]
        assert mine.load()["prev_events"] == [reply.event_id]
        assert all(not finding.rows for finding in await run_checks(db))
