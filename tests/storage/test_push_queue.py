"""What waits to be pushed: nothing is lost or taken twice, however many workers there are."""

from federation.protocol.ids import UserId
from homeserver.storage import push_queue, pushers
from homeserver.storage.db import Connection, Database
from homeserver.storage.push_queue import Claim, Notified
from homeserver.storage.pushers import NewPusher
from homeserver.storage.users import intern_users

NOW = 1_000_000
CLAIM_MS = 60_000
EXPIRE_CLAIMS = "UPDATE pushers SET claimed_until = now() - interval '1 second'"
INSERT_ACCOUNT = "INSERT INTO accounts (user_nid, created_ts) VALUES ($1, 0)"


async def make_pusher(conn: Connection, name: str = "alice", *, since: int = 0) -> int:
    """Make an account with a pusher; return the number of its user."""
    user_id = UserId(f"@{name}:example.org")
    user_nid = (await intern_users(conn, [user_id]))[user_id]
    await conn.execute(INSERT_ACCOUNT, user_nid)
    new = NewPusher(user_nid, None, "http", "app", name, b"{}", b'{"url":"https://x"}', True, 0)
    await pushers.upsert_pusher(conn, new, since)
    return user_nid


def notified(user_nid: int, *positions: int) -> list[Notified]:
    return [Notified(user_nid, position, 1, position, b'["notify"]') for position in positions]


async def claim(conn: Connection, now_ms: int = NOW) -> list[Claim]:
    rows = await push_queue.claim_due(conn, now_ms, 10, CLAIM_MS)
    return [Claim(row.pusher_nid, row.claimed_until) for row in rows]


async def test_a_pusher_is_one_worker_s_until_it_is_finished_or_the_claim_runs_out(db: Database) -> None:
    async with db.acquire() as conn:
        user_nid = await make_pusher(conn, since=5)
        await push_queue.enqueue(conn, notified(user_nid, 4), NOW)
        assert await claim(conn) == []
        await push_queue.enqueue(conn, notified(user_nid, 6, 7), NOW)
        (slow,) = await claim(conn)
        assert await claim(conn) == []
        await conn.execute(EXPIRE_CLAIMS)
        (next_claim,) = await claim(conn)
        assert next_claim.pusher_nid == slow.pusher_nid
        found = await push_queue.select_queued(conn, slow.pusher_nid, 10)
        assert [item.position for item in found] == [6, 7]
        await push_queue.delete_queued(conn, slow.pusher_nid, [6, 7])
        await push_queue.release(conn, slow)
        await push_queue.fail(conn, slow, NOW, NOW)
        await push_queue.finish(conn, slow, 7, NOW, 1)
        assert await claim(conn) == [], "what a slow worker writes leaves the claim of the next one alone"
        (row,) = await pushers.select_by_nid(conn, [slow.pusher_nid])
        assert (row.failures, row.last_badge) == (0, None)
        await push_queue.finish(conn, next_claim, 7, NOW, 1)
        await conn.execute(EXPIRE_CLAIMS)
        assert await claim(conn) == []


async def test_what_comes_during_a_delivery_is_due_after_it(db: Database) -> None:
    async with db.acquire() as conn:
        user_nid = await make_pusher(conn)
        await push_queue.enqueue(conn, notified(user_nid, 6), NOW)
        (claimed,) = await claim(conn)
        await push_queue.enqueue(conn, notified(user_nid, 8), NOW)
        assert await claim(conn) == []
        await push_queue.delete_queued(conn, claimed.pusher_nid, [6])
        await push_queue.finish(conn, claimed, 6, NOW, 1)
        assert [again.pusher_nid for again in await claim(conn)] == [claimed.pusher_nid]


async def test_a_failed_pusher_waits_whatever_comes_and_keeps_the_newest(db: Database) -> None:
    async with db.acquire() as conn:
        user_nid = await make_pusher(conn)
        await push_queue.enqueue(conn, notified(user_nid, *range(1, 8)), NOW)
        (claimed,) = await claim(conn)
        pusher_nid = claimed.pusher_nid
        await push_queue.delete_all_but_newest(conn, pusher_nid, 3)
        await push_queue.fail(conn, claimed, NOW, NOW + 500, unless_empty=True)
        await push_queue.enqueue(conn, notified(user_nid, 9), NOW)
        assert await claim(conn) == []
        (again,) = await claim(conn, NOW + 500)
        assert again.pusher_nid == pusher_nid
        found = await push_queue.select_queued(conn, pusher_nid, 10)
        assert [item.position for item in found] == [5, 6, 7, 9]
        (row,) = await pushers.select_by_nid(conn, [pusher_nid])
        assert (row.failures, row.failing_since_ts) == (1, NOW)
        await push_queue.delete_queued_before(conn, pusher_nid, NOW + 1)
        await push_queue.fail(conn, again, NOW, NOW, unless_empty=True)
        assert await claim(conn, NOW + 500) == []


async def test_one_worker_follows_the_log_and_the_next_one_goes_on_where_it_stood(db: Database) -> None:
    async with db.acquire() as conn:
        assert await push_queue.take_feed(conn, "a") == 0
        assert await push_queue.advance_feed(conn, "a", 7)
        assert await push_queue.take_feed(conn, "b") == 7
        assert not await push_queue.advance_feed(conn, "a", 9)
        assert await push_queue.take_feed(conn, "a") == 7


async def test_a_room_costs_those_of_its_members_who_have_pushers(db: Database) -> None:
    async with db.acquire() as conn:
        first, second = await make_pusher(conn), await make_pusher(conn, "bob")
        await conn.execute(
            "INSERT INTO memberships (user_nid, room_nid, membership, event_nid, position)"
            " SELECT n, 1, 'join', n, n FROM generate_series(1, 2000) AS n"
        )
        assert sorted((await push_queue.select_pushing_members(conn, [1, 2]))[1]) == sorted([first, second])
        await push_queue.enqueue(conn, notified(first, 3) + notified(second, 3), NOW)
        assert (await push_queue.select_backlog(conn)).waiting == 2
