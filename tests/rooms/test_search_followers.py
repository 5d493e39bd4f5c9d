"""The followers that keep the indexes: nothing is missed, and one worker at a time does the work."""

import pytest

from federation.protocol.ids import EventId
from homeserver.fanout.shares import ALL, Shares
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import send_event
from homeserver.search import index_messages
from homeserver.search.follower import Follower, Progress
from homeserver.search.index_messages import SETTLE_AFTER_S, MessageIndex
from homeserver.storage.db import Connection, Database
from homeserver.storage.rooms import Room
from tests.support.fake_clock import FakeClock
from tests.support.rooms import ALICE, make_room, rooms_on


async def say(rooms: RoomsContext, room: Room, body: str) -> EventId:
    content = {"msgtype": "m.text", "body": body}
    return (await send_event(rooms, room.room_id, ALICE, "m.room.message", content)).event_id


async def indexed(conn: Connection) -> list[str]:
    return [row[0].strip() for row in await conn.fetch("SELECT words FROM search_texts ORDER BY event_nid")]


async def test_what_was_committed_late_is_found_by_the_second_pass(db: Database, clock: FakeClock) -> None:
    async with rooms_on(db) as rooms:
        room = await make_room(rooms)
        index = MessageIndex(db, clock, "simple")
        await say(rooms, room, "early")
        settled = (await index.advance(0)).cursor
        async with db.acquire() as conn:
            assert await indexed(conn) == ["early"]
            await conn.execute("DELETE FROM search_texts")  # as if it had not been there to be seen
        assert (await index.advance(settled)).cursor == settled
        clock.advance(int(SETTLE_AFTER_S * 1000))
        settled = (await index.advance(settled)).cursor
        async with db.acquire() as conn:
            assert await indexed(conn) == ["early"]
        again = MessageIndex(db, clock, "simple")  # after a restart
        await say(rooms, room, "later")
        assert (await again.advance(settled)).cursor == settled
        async with db.acquire() as conn:
            assert await indexed(conn) == ["early", "later"]


async def test_a_long_past_is_indexed_in_parts(
    db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_messages, "BATCH", 2)
    monkeypatch.setattr(index_messages, "BATCHES_PER_ROUND", 2)
    async with rooms_on(db) as rooms:
        room = await make_room(rooms)
        for number in range(6):
            await say(rooms, room, f"word{number}")
        index, cursor, rounds = MessageIndex(db, clock, "simple"), 0, 0
        more = True
        while more:
            cursor, more = await index.advance(cursor)
            rounds += 1
        async with db.acquire() as conn:
            assert await indexed(conn) == [f"word{number}" for number in range(6)]
    assert rounds > 2


async def test_purged_events_take_their_texts_with_them(db: Database, clock: FakeClock) -> None:
    async with rooms_on(db) as rooms:
        event_id = await say(rooms, await make_room(rooms), "gone soon")
        await MessageIndex(db, clock, "simple").advance(0)
        async with db.acquire() as conn:
            await conn.execute("DELETE FROM events WHERE event_id = $1", event_id)
            assert await indexed(conn) == []


class Half(Shares):
    """All shares, or none."""

    def __init__(self) -> None:
        super().__init__()
        self.has_all = False

    @property
    def held(self) -> frozenset[int]:
        return ALL if self.has_all else frozenset()


async def test_one_worker_works_and_another_goes_on_where_it_stopped(db: Database) -> None:
    begun: list[tuple[str, int]] = []

    def follower(name: str, shares: Shares) -> Follower:
        async def advance(position: int) -> Progress:
            begun.append((name, position))
            return Progress(position + 1)

        return Follower("people", db, shares, lambda _batch: True, advance)

    async with rooms_on(db) as rooms:
        mine, yours = Half(), Half()
        mine.has_all = True
        one, two = follower("one", mine), follower("two", yours)
        one.start(rooms.tailer)
        await one.until_done()
        two.start(rooms.tailer)
        await two.until_done()
        await one.until_done()
        assert {name for name, _ in begun} == {"one"}
        mine.has_all, yours.has_all = False, True
        await two.until_done()
        await one.until_done()
        await one.stop()
        await two.stop()
    positions = [position for _, position in begun]
    assert begun[-1][0] == "two"
    assert positions == list(range(len(positions)))
