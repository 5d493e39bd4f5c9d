"""The commit queue, with one worker and with two on the same rooms."""

import asyncio

import pytest

from homeserver.errors import Forbidden
from homeserver.rooms.commit_entry import Committed
from homeserver.rooms.send import send_event
from homeserver.storage.db import Database
from homeserver.storage.events import select_head, select_new_events
from tests.support.rooms import ALICE, BOB, make_room, rooms_on


def text(body: str) -> dict[str, str]:
    return {"msgtype": "m.text", "body": body}


@pytest.mark.parametrize("version", ["1", "6", "10", "11", "12"])
async def test_events_of_a_room_form_a_chain_in_the_order_of_sending(db: Database, version: str) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx, version=version)
        first = await send_event(ctx, room.room_id, ALICE, "m.room.message", text("first"))
        sent = await asyncio.gather(
            *(send_event(ctx, room.room_id, ALICE, "m.room.message", text(str(n))) for n in range(50))
        )
        assert [c.position for c in sent] == sorted(c.position for c in sent)
        async with db.acquire() as conn:
            stored = await select_new_events(conn, [room.nid], 0, sent[-1].position)
            head = await select_head(conn, room.nid)
        assert [e.event_id for e in stored[4:]] == [c.event_id for c in (first, *sent)]
        prev = [p if isinstance(p, str) else p[0] for e in stored[1:] for p in e.load()["prev_events"]]
        assert prev == [e.event_id for e in stored[:-1]]
        assert head is not None
        assert head.notify_count == 51


async def test_a_stranger_may_not_send(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        with pytest.raises(Forbidden):
            await send_event(ctx, room.room_id, BOB, "m.room.message", text("hello"))


async def test_a_repeated_transaction_makes_one_event(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)

        async def send() -> Committed:
            content = text("x")
            return await send_event(
                ctx, room.room_id, ALICE, "m.room.message", content, device_nid=1, txn_id="t"
            )

        first, second = await asyncio.gather(send(), send())
        third = await send()
        assert first == second == third


async def test_two_workers_on_one_room_lose_nothing_and_fork_nothing(database_url: str) -> None:
    one, two = await Database.connect(database_url), await Database.connect(database_url)
    async with rooms_on(one) as a, rooms_on(two) as b:
        room = await make_room(a, members=[BOB])
        sent = await asyncio.gather(
            *(
                send_event(ctx, room.room_id, user, "m.room.message", text(str(n)))
                for n in range(100)
                for ctx, user in ((a, ALICE), (b, BOB))
            )
        )
        async with one.acquire() as conn:
            stored = await select_new_events(conn, [room.nid], 0, max(c.position for c in sent))
    assert {c.event_id for c in sent} == {e.event_id for e in stored[5:]}
    assert len(stored) == 205
    assert all(len(e.load()["prev_events"]) == 1 for e in stored[1:])
    assert [e.load()["prev_events"][0] for e in stored[1:]] == [e.event_id for e in stored[:-1]]
    await one.close()
    await two.close()
