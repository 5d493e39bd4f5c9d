"""Receipts on a database: the statements and the writer that gathers them."""

import asyncio

import pytest

from federation.protocol.ids import EventId, UserId
from homeserver.ephemeral import receipt_writer
from homeserver.ephemeral.receipt_writer import ReceiptWriter
from homeserver.errors import Unavailable
from homeserver.storage.account_data import select_content
from homeserver.storage.db import Connection, Database, UnstorableText
from homeserver.storage.positions import LogEntry, Positions, Stream
from homeserver.storage.receipts import (
    FULLY_READ,
    READ,
    READ_PRIVATE,
    NewReceipt,
    select_newest_receipts,
    select_receipts,
    upsert_receipts,
)
from homeserver.storage.users import intern_users

ROOM, OTHER_ROOM = 1, 2


async def make_users(db: Database, count: int) -> list[int]:
    wanted = [UserId(f"@user{n}:test") for n in range(count)]
    async with db.acquire() as conn:
        nids = await intern_users(conn, wanted)
    return [nids[user] for user in wanted]


def receipt(
    user: int, event_position: int, *, room: int = ROOM, type_: str = READ, event_id: str | None = None
) -> NewReceipt:
    event = EventId(event_id or f"${event_position}")
    return NewReceipt(room, user, type_, "", event, event_position, ts=event_position)


async def read_event(conn: Connection, user: int, room: int = ROOM) -> list[str]:
    found = await select_receipts(conn, [room], 0, 1_000_000, user)
    return [r.event_id for r in found.get(room, [])]


async def test_backfilled_events_are_older_than_all_others(db: Database) -> None:
    (user,) = await make_users(db, 1)
    async with db.acquire() as conn:
        for position, event_position, event_id in ((1, 0, "$a"), (2, 0, "$b"), (3, 0, "$b")):
            await upsert_receipts(conn, position, [receipt(user, event_position, event_id=event_id)])
        assert await read_event(conn, user) == ["$b"]
        assert await select_receipts(conn, [ROOM], 2, 9, user) == {}, "the same again is no change"
        await upsert_receipts(conn, 4, [receipt(user, 7)])
        assert await upsert_receipts(conn, 5, [receipt(user, 0, event_id="$c")]) == []
        assert await read_event(conn, user) == ["$7"]


async def test_a_room_shown_whole_has_the_newest_receipts_and_all_of_ones_own(db: Database) -> None:
    users = await make_users(db, 6)
    async with db.acquire() as conn:
        for position, user in enumerate(users, start=1):
            await upsert_receipts(
                conn, position, [receipt(user, position), receipt(user, position, type_=READ_PRIVATE)]
            )
        found = (await select_newest_receipts(conn, [ROOM, OTHER_ROOM], 5, users[0], 2))[ROOM]
    assert [(r.user_id, r.type) for r in found if r.user_id == "@user0:test"] == [
        ("@user0:test", READ),
        ("@user0:test", READ_PRIVATE),
    ]
    others = [(r.user_id, r.type) for r in found if r.user_id != "@user0:test"]
    assert others == [("@user3:test", READ), ("@user4:test", READ)]


async def test_receipts_that_arrive_together_share_few_commits(db: Database) -> None:
    users = await make_users(db, 40)
    entries: list[LogEntry] = []
    writer = ReceiptWriter(Positions(db, entries.append))
    writer.start()
    await asyncio.gather(*(writer.write([receipt(user, place)]) for user in users for place in (5, 9, 7)))
    await writer.stop()
    assert len(entries) <= 2
    assert {entry.kinds for entry in entries} == {Stream.RECEIPTS}
    async with db.acquire() as conn:
        assert await read_event(conn, users[0]) == ["$9"] * 40


async def test_a_private_receipt_names_its_owner_and_not_the_room(db: Database) -> None:
    (user,) = await make_users(db, 1)
    entries: list[LogEntry] = []
    writer = ReceiptWriter(Positions(db, entries.append))
    writer.start()
    await writer.write([receipt(user, 5, type_=READ_PRIVATE)])
    await writer.write([receipt(user, 5)])
    await writer.write([receipt(user, 5, type_=FULLY_READ)])
    await writer.write([receipt(user, 4)])
    await writer.stop()
    assert [(e.kinds, e.rooms, e.users) for e in entries] == [
        (Stream.RECEIPTS, (), (user,)),
        (Stream.RECEIPTS, (ROOM,), (user,)),
        (Stream.ACCOUNT_DATA, (), (user,)),
    ]
    async with db.acquire() as conn:
        assert await select_content(conn, user, ROOM, FULLY_READ) == b'{"event_id":"$5"}'


async def test_a_batch_that_fails_is_answered_and_the_writer_lives_on(db: Database) -> None:
    (user,) = await make_users(db, 1)
    writer = ReceiptWriter(Positions(db, lambda entry: None))
    writer.start()
    unstorable = receipt(user, 5, event_id="$\0")
    with pytest.raises(UnstorableText):
        await writer.write([unstorable])
    await writer.write([receipt(user, 6)])
    await writer.stop()
    async with db.acquire() as conn:
        assert await read_event(conn, user) == ["$6"]


async def test_a_full_queue_and_a_stopped_writer_refuse(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (user,) = await make_users(db, 1)
    monkeypatch.setattr(receipt_writer, "MAX_QUEUED", 1)
    writer = ReceiptWriter(Positions(db, lambda entry: None))
    writer.start()
    waiting = asyncio.ensure_future(writer.write([receipt(user, 1)]))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await writer.write([receipt(user, 2)])
    stopping = asyncio.ensure_future(writer.stop())
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await writer.write([receipt(user, 3)])
    await stopping
    await waiting
    async with db.acquire() as conn:
        assert await read_event(conn, user) == ["$1"], "what was taken is written"
