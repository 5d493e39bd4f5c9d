"""Rooms in which two workers write at once: their events are built when it is the worker's turn."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random

import pytest

from federation.protocol.ids import UserId
from federation.protocol.pdu import EventDraft
from homeserver.errors import BadJson, Forbidden
from homeserver.json_types import JsonObject
from homeserver.rooms import contended_rooms, heads
from homeserver.rooms.commit_entry import Committed
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.heads import RoomHead
from homeserver.rooms.send import send_event
from homeserver.storage.commit import CommitResult, commit_events
from homeserver.storage.db import Connection, Database, DatabaseUnavailable
from homeserver.storage.events import StoredEvent, select_new_events
from homeserver.storage.room_locks import lock_heads
from homeserver.storage.rooms import Room
from tests.rooms.test_failing_events import POISON
from tests.support.rooms import ALICE, BOB, make_room, rooms_on

LONG_ENOUGH = 50
"""So many sends find out that a room is contended, or that it is no more."""


@asynccontextmanager
async def workers(url: str, count: int = 2) -> AsyncIterator[list[RoomsContext]]:
    async with AsyncExitStack() as stack:
        running = []
        for _ in range(count):
            db = await Database.connect(url)
            stack.push_async_callback(db.close)
            running.append(await stack.enter_async_context(rooms_on(db)))
        yield running


async def say(ctx: RoomsContext, room: Room, body: str, user: UserId = ALICE) -> Committed:
    return await send_event(ctx, room.room_id, user, "m.room.message", {"msgtype": "m.text", "body": body})


async def contend(ours: RoomsContext, theirs: RoomsContext, rooms: Sequence[Room]) -> None:
    """Write from two workers in turn, until the first knows that the rooms are contended."""
    for n in range(LONG_ENOUGH):
        await asyncio.gather(*(say(theirs, room, f"theirs {n}") for room in rooms))
        await asyncio.gather(*(say(ours, room, f"ours {n}") for room in rooms))
        if ours.commits.contended_rooms == len(rooms):
            return
    raise AssertionError("no contention in so many turns")


async def stored_in(ctx: RoomsContext, room: Room) -> list[StoredEvent]:
    async with ctx.db.acquire() as conn:
        return await select_new_events(conn, [room.nid], 0, 2**62)


def assert_is_chain(events: Sequence[StoredEvent]) -> None:
    prevs = [event.load()["prev_events"] for event in events[1:]]
    assert prevs == [[event.event_id] for event in events[:-1]], "the room has forked"
    assert [event.topo for event in events] == list(range(1, len(events) + 1))


async def test_many_writers_of_two_workers_keep_each_room_one_chain(database_url: str) -> None:
    async with workers(database_url) as (a, b):
        rooms = [await make_room(a) for _ in range(3)]
        await contend(a, b, rooms)
        before = [len(await stored_in(a, room)) for room in rooms]
        sent = await asyncio.gather(*(say(ctx, rooms[n % 3], str(n)) for n in range(300) for ctx in (a, b)))
        events = [await stored_in(a, room) for room in rooms]
    for one_room in events:
        assert_is_chain(one_room)
    assert sum(map(len, events)) == sum(before) + 600
    assert {c.event_id for c in sent} <= {event.event_id for one_room in events for event in one_room}


async def test_a_room_is_contended_only_while_others_write_in_it(database_url: str) -> None:
    async with workers(database_url) as (a, b):
        room = await make_room(a)
        await contend(a, b, [room])
        for n in range(LONG_ENOUGH):
            await say(a, room, f"alone {n}")
        assert a.commits.contended_rooms == 0
        assert_is_chain(await stored_in(a, room))


async def test_a_ban_at_another_worker_counts_for_the_next_event_of_a_contended_room(
    database_url: str,
) -> None:
    async with workers(database_url) as (a, b):
        room = await make_room(a, members=[BOB])
        await contend(a, b, [room])
        await say(a, room, "still here", BOB)
        content: JsonObject = {"membership": "ban"}
        await send_event(b, room.room_id, ALICE, "m.room.member", content, state_key=BOB)
        outcomes = await asyncio.gather(
            say(a, room, "not here", BOB), say(a, room, "me"), return_exceptions=True
        )
        assert isinstance(outcomes[0], Forbidden)
        assert isinstance(outcomes[1], Committed)
        assert_is_chain(await stored_in(a, room))


async def repeat(ctx: RoomsContext, room: Room, txn_id: str) -> Committed:
    """Send a message as one device does, which says the same once more by the same transaction."""
    content: JsonObject = {"body": txn_id}
    return await send_event(ctx, room.room_id, ALICE, "m.room.message", content, device_nid=1, txn_id=txn_id)


async def test_a_transaction_of_another_worker_is_not_repeated_in_a_contended_room(
    database_url: str,
) -> None:
    async with workers(database_url) as (a, b):
        room = await make_room(a)
        await contend(a, b, [room])

        first = await repeat(b, room, "t")
        again, other = await asyncio.gather(repeat(a, room, "t"), repeat(a, room, "u"))
        assert again == first
        assert other != first
        assert_is_chain(await stored_in(a, room))


async def test_what_the_database_refuses_fails_alone_in_contended_rooms(database_url: str) -> None:
    async with workers(database_url) as (a, b):
        rooms = [await make_room(a) for _ in range(2)]
        await contend(a, b, rooms)
        async with a.db.acquire() as conn:
            await conn.execute(POISON)
        texts = ["poison" if n in (3, 4, 17) else f"good {n}" for n in range(30)]
        outcomes = await asyncio.gather(
            *(say(a, rooms[n % 2], body) for n, body in enumerate(texts)), return_exceptions=True
        )
        for body, outcome in zip(texts, outcomes, strict=True):
            assert isinstance(outcome, BadJson) == (body == "poison"), (body, outcome)
        for room in rooms:
            assert_is_chain(await stored_in(a, room))


async def test_a_turn_whose_commit_was_lost_sight_of_is_found(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks at the commit, which happened all the same."""
    async with workers(database_url) as (a, b):
        room = await make_room(a)
        await contend(a, b, [room])
        transaction = a.db.transaction

        @asynccontextmanager
        async def lose_sight(*, lock_timeout_ms: int | None = None) -> AsyncIterator[Connection]:
            async with transaction(lock_timeout_ms=lock_timeout_ms) as conn:
                yield conn
            raise DatabaseUnavailable("the connection broke")

        monkeypatch.setattr(a.db, "transaction", lose_sight)
        sent = await asyncio.gather(*(say(a, room, str(n)) for n in range(5)))
        monkeypatch.undo()
        await say(a, room, "after")
        events = await stored_in(a, room)
        assert_is_chain(events)
        assert {c.event_id for c in sent} <= {event.event_id for event in events}


async def test_who_writes_past_the_room_locks_only_costs_another_try(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server's event, or a worker that does not know of the contention, comes between."""
    async with workers(database_url, 3) as (a, b, intruder):
        room = await make_room(a)
        await contend(a, b, [room])
        intrusions = iter([say(intruder, room, "past the lock")])

        async def commit_after_another(conn: Connection, *arguments: object) -> CommitResult:
            for intrusion in intrusions:
                await intrusion
            return await commit_events(conn, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(contended_rooms, "commit_events", commit_after_another)
        await asyncio.gather(*(say(a, room, str(n)) for n in range(3)))
        events = await stored_in(a, room)
        assert_is_chain(events)
        bodies = [event.load()["content"].get("body") for event in events]
        assert bodies[-4:] == ["past the lock", "0", "1", "2"]


async def test_other_rooms_go_on_while_a_contended_one_is_locked(database_url: str) -> None:
    async with workers(database_url, 3) as (a, b, c):
        contended, other = await make_room(a), await make_room(a)
        await contend(a, b, [contended])
        async with c.db.transaction() as conn:
            await lock_heads(conn, {contended.nid: None})
            waiting = asyncio.ensure_future(say(a, contended, "waits"))
            await say(b, other, "at once")
            await say(c, contended, "without a lock")
            assert not waiting.done()
        await waiting
        assert_is_chain(await stored_in(a, contended))


async def test_a_ban_that_comes_while_a_head_is_read_is_not_missed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tailer is quicker than the answer: what was read is from before the ban."""
    async with workers(database_url) as (a, b):
        room = await make_room(a, members=[BOB])
        bans = iter([{"membership": "ban"}])
        read_head = heads.read_head

        async def read_and_ban(conn: Connection, of: Room) -> RoomHead:
            head = await read_head(conn, of)
            for content in bans:
                ban = await send_event(b, room.room_id, ALICE, "m.room.member", content, state_key=BOB)
                await a.tailer.wait_for(ban.position)
            return head

        a.heads.clear()
        monkeypatch.setattr(heads, "read_head", read_and_ban)
        head = await a.heads.load(room, [("m.room.member", BOB)])
        member = head.state["m.room.member", BOB]
        assert member is not None
        assert member.pdu.content["membership"] == "ban"
        assert a.heads.remembered(room.nid) is head
        newest = (await stored_in(a, room))[-1]
        assert head.position == newest.position


async def test_what_was_built_on_a_repeated_transaction_is_built_again(database_url: str) -> None:
    """Nobody else wrote, so the head is not behind; but what it was advanced by is given up."""
    async with workers(database_url) as (a, b):
        room = await make_room(a)
        await say(a, room, "warm")

        first = await repeat(b, room, "t")
        await a.tailer.wait_for(first.position)
        again, *_ = await asyncio.gather(*(repeat(a, room, txn_id) for txn_id in "tuv"))
        assert again == first
        events = await stored_in(a, room)
        assert_is_chain(events)
        assert [event.txn_id for event in events[-3:]] == ["t", "u", "v"]


async def test_a_policy_server_that_another_worker_set_is_not_passed_by(database_url: str) -> None:
    async with workers(database_url) as (a, b):
        room = await make_room(a)
        await contend(a, b, [room])
        policy: JsonObject = {"via": "policy.test", "public_keys": {"ed25519": "AAAA"}}
        await send_event(b, room.room_id, ALICE, "m.room.policy", policy, state_key="")
        await say(a, room, "on its way")
        head = a.heads.remembered(room.nid)
        assert head is None or not head.allows(EventDraft("m.room.message", ALICE, {}))


@pytest.mark.parametrize("seed", range(4))
async def test_writers_who_forget_their_heads_now_and_then_keep_the_order(
    database_url: str, seed: int
) -> None:
    """Messages and state, from two workers whose heads vanish at random, as caches that are full do."""
    async with workers(database_url) as running:
        rooms = [await make_room(running[0], members=[BOB]) for _ in range(2)]

        async def write(worker: RoomsContext, rng: Random) -> None:
            for n in range(40):
                room = rng.choice(rooms)
                if rng.random() < 0.2:
                    worker.heads.drop(room.nid)
                if rng.random() < 0.2:
                    name: JsonObject = {"name": str(n)}
                    await send_event(worker, room.room_id, ALICE, "m.room.name", name, state_key="")
                else:
                    await say(worker, room, str(n), rng.choice([ALICE, BOB]))

        rng = Random(seed)
        await asyncio.gather(*(write(w, Random(rng.getrandbits(32))) for w in running for _ in range(8)))
        for room in rooms:
            assert_is_chain(await stored_in(running[0], room))


async def test_a_database_that_goes_away_while_a_refused_batch_is_tried_again_stops_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workers(database_url) as (a, b):
        room = await make_room(a)
        await contend(a, b, [room])
        async with a.db.acquire() as conn:
            await conn.execute(POISON)
        transaction = a.db.transaction
        turns = iter([transaction])

        @asynccontextmanager
        async def only_once(*, lock_timeout_ms: int | None = None) -> AsyncIterator[Connection]:
            for turn in turns:
                async with turn(lock_timeout_ms=lock_timeout_ms) as conn:
                    yield conn
                return
            raise DatabaseUnavailable("the database is away")

        monkeypatch.setattr(a.db, "transaction", only_once)
        outcomes = await asyncio.gather(say(a, room, "good"), say(a, room, "poison"), return_exceptions=True)
        assert all(isinstance(outcome, DatabaseUnavailable) for outcome in outcomes)
        monkeypatch.undo()
        await say(a, room, "after")
        assert_is_chain(await stored_in(a, room))
