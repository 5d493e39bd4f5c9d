"""What rooms must be told of accounts is told, whoever wrote it down, and whoever died over it."""

import asyncio

from federation.protocol.ids import UserId
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.listeners import follow_accounts
from homeserver.storage.account_work import Kind, claim_work, finish_work, upsert_work
from homeserver.storage.db import Database
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room
from homeserver.tailer import Batch
from tests.support.rooms import ALICE, BOB, make_room, rooms_on


async def ask_for_departure(ctx: RoomsContext, user_id: UserId) -> int:
    """Write down that a user leaves, as another process would; return the position."""
    user_nid = await ctx.names.intern_user(user_id)
    async with ctx.positions.write() as change:
        await upsert_work(change.conn, user_nid, Kind.DEPARTURE, change.position)
        change.touch(Stream.SESSIONS, users=[user_nid])
    return change.position


async def has_left(ctx: RoomsContext, room: Room, user_id: UserId) -> None:
    """Return when a user has left a room."""
    user_nid = await ctx.names.intern_user(user_id)
    moved = asyncio.Event()

    def apply(batch: Batch) -> None:
        moved.set()

    ctx.tailer.subscribe(apply)
    async with asyncio.timeout(60):
        while await ctx.memberships.is_joined(user_nid, room.nid):
            await moved.wait()
            moved.clear()


async def unfinished(ctx: RoomsContext, user_id: UserId) -> int:
    async with ctx.db.acquire() as conn:
        count: int = await conn.fetchval(
            "SELECT count(*) FROM account_work WHERE user_nid = $1", await ctx.names.intern_user(user_id)
        )
    return count


async def test_work_from_before_the_start_is_done(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx, members=[BOB])
        await ask_for_departure(ctx, BOB)
        async with follow_accounts(ctx):
            await has_left(ctx, room, BOB)


async def test_work_that_another_process_asks_for_is_done(db: Database) -> None:
    async with rooms_on(db) as ctx, rooms_on(db) as other:
        room = await make_room(ctx, members=[BOB])
        async with follow_accounts(ctx):
            await ask_for_departure(other, BOB)
            await has_left(ctx, room, BOB)


async def test_work_of_a_worker_that_died_is_done_when_its_claim_ends(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx, members=[BOB])
        await ask_for_departure(ctx, BOB)
        async with ctx.db.acquire() as conn:
            assert len(await claim_work(conn, 60.0, 10)) == 1
            assert await claim_work(conn, 60.0, 10) == []
            await conn.execute("UPDATE account_work SET claimed_until = now() - interval '1 second'")
        async with follow_accounts(ctx):
            await has_left(ctx, room, BOB)


async def test_what_was_asked_for_again_meanwhile_is_done_again(db: Database) -> None:
    async with rooms_on(db) as ctx:
        await make_room(ctx, members=[BOB])
        await ask_for_departure(ctx, BOB)
        async with ctx.db.acquire() as conn:
            [first] = await claim_work(conn, 60.0, 10)
        await ask_for_departure(ctx, BOB)
        async with ctx.db.acquire() as conn:
            await finish_work(conn, first)
            [second] = await claim_work(conn, 60.0, 10)
            await finish_work(conn, second)
        assert second.position > first.position
        assert await unfinished(ctx, BOB) == 0


async def test_work_that_fails_is_kept_and_hinders_no_other(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx, members=[BOB])
        await ask_for_departure(ctx, ALICE)
        await ask_for_departure(ctx, BOB)
        async with ctx.db.acquire() as conn:
            await conn.execute("UPDATE users SET user_id = 'nonsense' WHERE user_id = $1", ALICE)
        async with follow_accounts(ctx):
            await has_left(ctx, room, BOB)
        assert await unfinished(ctx, ALICE) == 1
