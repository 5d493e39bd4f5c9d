"""Purging history leaves no orphans, and the room goes on as if nothing had been."""

from random import Random

import pytest

from federation.protocol.ids import EventId
from homeserver.errors import InvalidParam, NotFound
from homeserver.retention.context import RetentionContext
from homeserver.retention.jobs import get_job
from homeserver.retention.purge_history import PurgeUpTo, purge_history
from homeserver.rooms.receive_event import Outcome, receive_event
from homeserver.rooms.send import send_event
from homeserver.storage.backward_extremities import select_backward_extremities
from homeserver.storage.checks import run_checks
from homeserver.storage.db import Database
from homeserver.storage.events import select_events
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_state
from tests.rooms.test_adopt_room import adopt
from tests.rooms.test_any_order import receive_all, state_after
from tests.rooms.test_backfill import backfill, history
from tests.support.foreign_histories import USERS, grow
from tests.support.foreign_room import EVE, make_foreign_room
from tests.support.retention import do_jobs, retention_on
from tests.support.rooms import ALICE, BOB, make_room, rooms_on


async def purge(ctx: RetentionContext, room: Room, upto: PurgeUpTo, **options: bool) -> int:
    """Purge and return how many events that deleted."""
    job_id = await purge_history(ctx, room.room_id, upto, **options)
    await do_jobs(ctx)
    job = await get_job(ctx.rooms, job_id)
    assert (job.status, job.error) == ("complete", None)
    deleted: int = job.progress["deleted"]
    return deleted


async def broken(db: Database) -> list[str]:
    return [finding.check.claim for finding in await run_checks(db) if finding.rows]


@pytest.mark.parametrize(("version", "seed"), [("2", 1), ("6", 2), ("10", 3), ("12", 4), ("12", 5)])
async def test_after_a_purge_every_reference_holds_and_the_room_goes_on(
    db: Database, version: str, seed: int
) -> None:
    random = Random(seed)
    foreign = make_foreign_room(version, members=USERS[1:])
    grow(foreign, random, 12)
    foreign.add(EVE, "m.room.join_rules", {"join_rule": "public"}, "", prevs=foreign.tips)
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        room, _ = await adopt(rooms, foreign)
        while await backfill(rooms, room, foreign):
            pass
        await receive_all(rooms, room, foreign, grow(foreign, random, 40))
        stored = await history(rooms, room)
        states = {e.event_id: await state_after(rooms, room, e.event_id) for e in stored}
        for place in sorted(random.sample(range(1, len(stored) - 1), 3)):
            cut, before = stored[-1 - place], await history(rooms, room)
            if cut.event_id not in {e.event_id for e in before}:
                continue
            await purge(ctx, room, PurgeUpTo(cut.event_id), delete_local_events=True)
            assert await broken(db) == []
            left = [e.event_id for e in await history(rooms, room)]
            gone = [e for e in before if e.event_id not in left]
            assert all(e.key_nid is None and e.place < cut.place for e in gone)
            for event_id in left:
                assert await state_after(rooms, room, event_id) == states[event_id]
        tips = [tip for tip in foreign.tips if tip in left]
        last = foreign.add(EVE, "m.room.message", {"body": "merge"}, prevs=tips)
        verdict = await receive_event(rooms, room, last)
        assert verdict.outcome is Outcome.ACCEPTED
        await send_event(rooms, room.room_id, ALICE, "m.room.message", {"body": "still here"})
        assert await broken(db) == []


async def test_what_was_purged_can_be_asked_for_again(db: Database) -> None:
    foreign = make_foreign_room(members=USERS[1:])
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        room, _ = await adopt(rooms, foreign)
        while await backfill(rooms, room, foreign):
            pass
        sent = [foreign.add(EVE, "m.room.message", {"body": str(n)}) for n in range(20)]
        await receive_all(rooms, room, foreign, sent)
        assert await purge(ctx, room, PurgeUpTo(sent[15].event_id)) == 15
        async with rooms.db.acquire() as conn:
            lacking = await select_backward_extremities(conn, room.nid)
        assert [extremity.event_id for extremity in lacking] == [sent[14].event_id]
        while await backfill(rooms, room, foreign):
            pass
        there = [e.event_id for e in reversed(await history(rooms, room))]
        assert there == list(foreign.events)
        assert await broken(db) == []


async def test_events_of_our_own_users_stay_unless_they_are_to_go(db: Database) -> None:
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        room = await make_room(rooms)
        ids = [
            (await send_event(rooms, room.room_id, ALICE, "m.room.message", {"body": str(n)})).event_id
            for n in range(8)
        ]
        assert await purge(ctx, room, PurgeUpTo(ids[-1])) == 0
        assert await purge(ctx, room, PurgeUpTo(ids[-1]), delete_local_events=True) == 7
        left = [e.event_id for e in await history(rooms, room) if e.key_nid is None]
        assert left == [ids[-1]]
        # Even a purge of everything leaves the event that the next one has to name.
        assert await purge(ctx, room, PurgeUpTo(before_ms=2**52), delete_local_events=True) == 0
        await send_event(rooms, room.room_id, ALICE, "m.room.message", {"body": "next"})
        assert await broken(db) == []


async def test_redactions_of_what_stays_stay_and_others_go(db: Database) -> None:
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        room = await make_room(rooms)

        async def send(type_: str, state_key: str | None = None, redacts: EventId | None = None) -> EventId:
            committed = await send_event(
                rooms, room.room_id, ALICE, type_, {}, state_key=state_key, redacts=redacts
            )
            return committed.event_id

        topic = await send("m.room.topic", "")
        message = await send("m.room.message")
        of_topic = await send("m.room.redaction", redacts=topic)
        of_message = await send("m.room.redaction", redacts=message)
        end = await send("m.room.message")
        assert await purge(ctx, room, PurgeUpTo(end), delete_local_events=True) == 2
        async with rooms.db.acquire() as conn:
            left = await select_events(conn, [topic, message, of_topic, of_message])
        assert left.keys() == {topic, of_topic}
        assert await broken(db) == []


async def test_what_cannot_be_purged_is_refused(db: Database) -> None:
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        room = await make_room(rooms)
        other = await make_room(rooms, BOB)
        async with rooms.db.acquire() as conn:
            elsewhere = (await select_current_state(conn, other.nid))[0]
        with pytest.raises(NotFound):
            await purge_history(ctx, room.room_id, PurgeUpTo(elsewhere.event_id))
        with pytest.raises(InvalidParam):
            await purge_history(ctx, room.room_id, PurgeUpTo())
        with pytest.raises(NotFound):
            await purge_history(ctx, room.room_id, PurgeUpTo(before_ms=1))
