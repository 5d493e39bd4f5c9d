"""What the database refuses fails alone; what it loses in the middle is looked up before it is done again."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest

from homeserver.errors import BadJson, MatrixError, Unavailable
from homeserver.rooms import commit_queue
from homeserver.rooms.send import send_event
from homeserver.storage.commit import CommitResult, commit_events
from homeserver.storage.db import Database, DatabaseUnavailable
from homeserver.storage.events import select_new_events
from tests.support.postgres import TestDatabases
from tests.support.rooms import ALICE, make_room, rooms_on

POISON = """
CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF position('poison' IN convert_from(NEW.json, 'UTF8')) > 0 THEN
        RAISE EXCEPTION 'poison' USING ERRCODE = 'data_exception';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_poison BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse_poison();
"""


async def test_a_failing_event_in_a_batch_fails_alone_and_the_others_form_one_chain(db: Database) -> None:
    async with rooms_on(db) as ctx:
        rooms = [await make_room(ctx) for _ in range(3)]
        async with db.acquire() as conn:
            await conn.execute(POISON)
        texts = ["poison" if n in (4, 5, 20) else f"good {n}" for n in range(30)]
        outcomes = await asyncio.gather(
            *(
                send_event(ctx, rooms[n % 3].room_id, ALICE, "m.room.message", {"body": body})
                for n, body in enumerate(texts)
            ),
            return_exceptions=True,
        )
        for body, outcome in zip(texts, outcomes, strict=True):
            assert isinstance(outcome, BadJson) == (body == "poison"), (body, outcome)
        for number, room in enumerate(rooms):
            async with db.acquire() as conn:
                stored = await select_new_events(conn, [room.nid], 0, 2**62)
            sent = [body for n, body in enumerate(texts) if n % 3 == number and body != "poison"]
            assert sorted(e.load()["content"].get("body", "") for e in stored[4:]) == sorted(sent)
            assert [e.load()["prev_events"] for e in stored[1:]] == [[e.event_id] for e in stored[:-1]]


async def test_a_commit_whose_answer_was_lost_is_found_and_not_repeated(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the commit: the sender gets the event that is there."""
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)

        async def commit_and_break(*arguments: object) -> CommitResult:
            await commit_events(*arguments)  # type: ignore[arg-type]
            raise DatabaseUnavailable("the connection broke")

        monkeypatch.setattr(commit_queue, "commit_events", commit_and_break)
        sent = await send_event(
            ctx, room.room_id, ALICE, "m.room.message", {"body": "x"}, device_nid=1, txn_id="t"
        )
        monkeypatch.undo()
        again = await send_event(
            ctx, room.room_id, ALICE, "m.room.message", {"body": "x"}, device_nid=1, txn_id="t"
        )
        assert sent == again
        async with db.acquire() as conn:
            assert len(await select_new_events(conn, [room.nid], 0, 2**62)) == 5


async def test_without_a_database_sends_are_refused_and_later_ones_work(
    db: Database, databases: TestDatabases, database_url: str
) -> None:
    name = urlsplit(database_url).path.removeprefix("/")
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        admin = await asyncpg.connect(databases.admin_url)
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await admin.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        with pytest.raises(MatrixError) as refusal:
            await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "lost"})
        assert refusal.value.status == 503
        await admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        await admin.close()
        sent = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "kept"})
        async with db.acquire() as conn:
            stored = await select_new_events(conn, [room.nid], 0, 2**62)
        assert stored[-1].event_id == sent.event_id
        assert len(stored) == 5


async def test_a_full_queue_refuses_more(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "warm"})
        monkeypatch.setattr(commit_queue, "MAX_QUEUED_EVENTS", 10)
        outcomes = await asyncio.gather(
            *(send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": str(n)}) for n in range(50)),
            return_exceptions=True,
        )
        refused = [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]
        assert refused
        assert all(outcome.status == 503 for outcome in refused)
        async with db.acquire() as conn:
            assert len(await select_new_events(conn, [room.nid], 0, 2**62)) == 55 - len(refused)
