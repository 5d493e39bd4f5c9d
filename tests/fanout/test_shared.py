"""What workers tell each other, through PostgreSQL and through Redis."""

import asyncio

import pytest
import uvloop
from structlog.testing import capture_logs

from homeserver.fanout.over_postgres import PostgresLine
from homeserver.fanout.over_redis import RedisLine
from homeserver.fanout.ports import Topic
from homeserver.fanout.shared import LineBroken, Watched
from homeserver.storage.db import Database
from homeserver.storage.positions import LogEntry, Stream
from tests.fanout.conftest import Worker, workers
from tests.support.redis_server import RedisServer

ROOM, USER = 7, 9
Pair = tuple[Worker, Worker]


def commit(
    kinds: int = Stream.EVENTS, rooms: tuple[int, ...] = (ROOM,), users: tuple[int, ...] = ()
) -> LogEntry:
    return LogEntry(position=2, previous=1, kinds=kinds, rooms=rooms, users=users)


async def test_commit_wakes_the_worker_that_watches_its_room(pair: Pair) -> None:
    here, there = pair
    before = there.wakeups
    there.fanout.watch_room(ROOM, watched=True)
    await asked_everybody(here, there)
    here.fanout.publish(commit())
    await there.until(lambda: there.wakeups > before)


async def test_messages_reach_the_other_worker_alone(pair: Pair) -> None:
    here, there = pair
    here.fanout.tell(Topic.RATES, {"key": "value"})
    await there.until(lambda: bool(there.heard))
    await asked_everybody(there, here)
    assert [(m.worker, m.topic, m.body, m.stamp) for m in there.heard if m.topic is Topic.RATES] == [
        (here.fanout.worker, Topic.RATES, {"key": "value"}, 0)
    ]
    assert not [message for message in here.heard if message.topic is Topic.RATES]


async def test_messages_in_order_have_one_order_everywhere(pair: Pair) -> None:
    here, there = pair
    for number in range(20):
        (here, there)[number % 2].fanout.tell_in_order(Topic.TYPING, {"number": number})
    await here.until(lambda: len(here.heard) == 20)
    await there.until(lambda: len(there.heard) == 20)
    assert here.heard == there.heard
    stamps = [message.stamp for message in here.heard]
    assert stamps == sorted(set(stamps))
    assert stamps[0] > 1_700_000_000_000
    assert here.fanout.stamps.last == there.fanout.stamps.last == stamps[-1]


async def test_message_that_nobody_understands_is_passed_over(pair: Pair) -> None:
    here, there = pair
    here.fanout.tell("a topic of tomorrow", {})  # type: ignore[arg-type]
    await asked_everybody(here, there)
    assert there.fanout.is_connected


async def test_message_that_a_listener_fails_on_costs_no_other(pair: Pair) -> None:
    here, there = pair
    there.fanout.on_message(Topic.TYPING, lambda message: message.body["missing"])
    here.fanout.tell_in_order(Topic.TYPING, {"missing": 1})
    here.fanout.tell_in_order(Topic.TYPING, {})
    here.fanout.tell_in_order(Topic.TYPING, {"last": 1})
    await there.until(lambda: bool(there.heard) and there.heard[-1].body == {"last": 1})
    assert there.fanout.is_connected


async def test_worker_that_ends_is_no_company(pair: Pair) -> None:
    here, there = pair
    await there.fanout.stop()
    await here.fanout.company.look()
    assert not here.fanout.has_company
    here.fanout.tell_in_order(Topic.TYPING, {"heard": "at once"})
    assert here.heard[-1].body == {"heard": "at once"}


async def test_redis_wakes_nobody_who_watches_something_else(db: Database, redis_server: RedisServer) -> None:
    lines = [RedisLine(redis_server.url, "epoch") for _ in range(3)]
    async with workers(db, *lines) as (here, watching, other):
        watching.fanout.watch_user(USER, watched=True)
        other.fanout.watch_room(ROOM + 1, watched=True)
        await asked_everybody(here, watching, other)
        before = other.wakeups
        here.fanout.publish(commit(users=(USER,)))
        seen = watching.wakeups
        await watching.until(lambda: watching.wakeups > seen)
        await asked_everybody(here, other)
        assert other.wakeups == before
        watching.fanout.watch_user(USER, watched=False)
        await asked_everybody(watching, here)
        before = watching.wakeups
        here.fanout.publish(commit(users=(USER,)))
        await asked_everybody(here, watching)
        assert watching.wakeups == before


async def test_ended_sessions_wake_everybody(db: Database, redis_server: RedisServer) -> None:
    lines = [RedisLine(redis_server.url, "epoch") for _ in range(2)]
    async with workers(db, *lines) as (here, there):
        before = there.wakeups
        here.fanout.publish(commit(Stream.SESSIONS, rooms=(), users=(USER,)))
        await there.until(lambda: there.wakeups > before)


async def test_servers_of_other_databases_share_a_redis_unheard(
    db: Database, redis_server: RedisServer
) -> None:
    async with workers(
        db, RedisLine(redis_server.url, "ours"), RedisLine(redis_server.url, "theirs")
    ) as pair:
        here, there = pair
        there.fanout.watch_room(ROOM, watched=True)
        before = there.wakeups
        here.fanout.publish(commit())
        here.fanout.tell_in_order(Topic.TYPING, {})
        await here.until(lambda: bool(here.heard))
        there.fanout.tell_in_order(Topic.TYPING, {})
        await there.until(lambda: bool(there.heard))
        assert (there.wakeups, len(there.heard), len(here.heard)) == (before, 1, 1)


def test_connection_to_redis_that_was_just_closed_is_a_broken_line(redis_server: RedisServer) -> None:
    """Uvloop, which servers run on, has an error of its own for it."""

    async def write_to_a_closed_connection() -> None:
        line = RedisLine(redis_server.url, "epoch")
        await line.connect(Watched())
        assert line._pubsub is not None
        line._pubsub.connection._writer.transport.abort()  # type: ignore[attr-defined]
        with pytest.raises(LineBroken):
            await line.subscribe(Watched(rooms={ROOM}), Watched())
        await line.close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(write_to_a_closed_connection())


@pytest.mark.parametrize("how", ["stop", "hang"])
async def test_redis_that_is_gone_comes_back_by_itself(
    db: Database, redis_server: RedisServer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeserver.fanout.over_redis.PING_EVERY_S", 0.2)
    lines = [RedisLine(redis_server.url, "epoch") for _ in range(2)]
    async with workers(db, *lines) as (here, there):
        there.fanout.watch_room(ROOM, watched=True)
        with capture_logs() as logs:
            getattr(redis_server, how)()
            await there.until(lambda: not there.fanout.is_connected)
            await here.until(lambda: not here.fanout.is_connected)
            here.fanout.tell_in_order(Topic.TYPING, {"while": "alone"})
            assert here.heard[-1].body == {"while": "alone"}
            redis_server.start() if how == "stop" else redis_server.resume()
            before = there.wakeups
            await there.until(lambda: there.fanout.is_connected)
            await here.until(lambda: here.fanout.is_connected)
        said = [entry["event"] for entry in logs if entry["log_level"] != "info"]
        assert said == ["fanout.disconnected"] * 2, "once by each"
        assert there.wakeups > before, "what was missed is not looked for"
        await asked_everybody(here, there)
        before = there.wakeups
        here.fanout.publish(commit())
        await there.until(lambda: there.wakeups > before)
        here.fanout.tell_in_order(Topic.TYPING, {"after": "all"})
        await there.until(lambda: bool(there.heard) and there.heard[-1].body == {"after": "all"})
        assert there.heard[-1].stamp > here.heard[0].stamp


async def test_postgresql_that_ends_the_connection_is_connected_to_again(
    db: Database, database_url: str
) -> None:
    async with workers(db, PostgresLine(database_url), PostgresLine(database_url)) as (here, there):
        before, before_here = there.wakeups, here.wakeups
        async with db.acquire() as conn:
            await conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database() AND query LIKE '%LISTEN%'"
            )
        await there.until(lambda: there.wakeups > before and there.fanout.is_connected)
        await here.until(lambda: here.wakeups > before_here and here.fanout.is_connected)
        await asked_everybody(here, there)


async def asked_everybody(first: Worker, *others: Worker) -> None:
    """Send a message to and fro, so that what was sent before has arrived."""
    for other in others:
        for asker, asked in ((first, other), (other, first)):
            count = len(asked.heard)
            asker.fanout.tell(Topic.PRESENCE, {"ping": True})
            await asked.until(lambda asked=asked, count=count: len(asked.heard) > count)  # type: ignore[misc]
