"""A deleted room leaves nothing behind, and whoever was in it elsewhere."""

from collections.abc import Sequence
from random import Random

import pytest

from federation.protocol.ids import EventId, RoomAlias, UserId
from homeserver.errors import Forbidden, InvalidParam
from homeserver.json_types import JsonObject
from homeserver.retention.context import RetentionContext
from homeserver.retention.delete_room import RoomDeletion, delete_room
from homeserver.retention.jobs import get_job
from homeserver.rooms.room_blocks import check_not_blocked
from homeserver.rooms.send import send_event
from homeserver.storage import account_data, accounts, directory, receipts, reports, room_deletion
from homeserver.storage.accounts import NewAccount
from homeserver.storage.checks import run_checks
from homeserver.storage.db import Database
from homeserver.storage.receipts import NewReceipt
from homeserver.storage.reports import NewReport
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_state
from tests.retention.tables import tables_with_column
from tests.rooms.test_adopt_room import adopt
from tests.rooms.test_any_order import receive_all
from tests.rooms.test_backfill import backfill
from tests.support.foreign_histories import USERS, grow
from tests.support.foreign_room import EVE, make_foreign_room
from tests.support.retention import do_jobs, retention_on
from tests.support.rooms import ALICE, BOB, make_room, rooms_on

KEPT = {"rooms"}
"""The interned id of a room stays, as that of a room that was heard of."""


async def deleted(ctx: RetentionContext, room: Room, how: RoomDeletion) -> JsonObject:
    job_id = await delete_room(ctx, room.room_id, how)
    await do_jobs(ctx)
    job = await get_job(ctx.rooms, job_id)
    assert (job.status, job.error) == ("complete", None)
    return job.progress


async def rows_of(db: Database, room: Room, event_nids: Sequence[int]) -> dict[str, int]:
    """Count the rows of every table that name the room, or an event of it."""
    async with db.acquire() as conn:
        found = {}
        for table in await tables_with_column(conn, "room_nid"):
            found[table] = await conn.fetchval(f"SELECT count(*) FROM {table} WHERE room_nid = $1", room.nid)
        for column in ("event_nid", "redaction_nid", "child_nid", "join_nid", "auth_nid"):
            for table in await tables_with_column(conn, column):
                found[f"{table}.{column}"] = await conn.fetchval(
                    f"SELECT count(*) FROM {table} WHERE {column} = ANY ($1::bigint[])", event_nids
                )
    return {name: count for name, count in found.items() if count}


async def test_nothing_of_a_deleted_room_is_left(db: Database) -> None:
    foreign = make_foreign_room(members=USERS[1:])
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        room, _ = await adopt(rooms, foreign)
        while await backfill(rooms, room, foreign):
            pass
        await receive_all(rooms, room, foreign, grow(foreign, Random(1), 30))
        sent = await send_event(rooms, room.room_id, ALICE, "m.room.message", {"body": "x"})
        related: JsonObject = {"m.relates_to": {"rel_type": "m.thread", "event_id": sent.event_id}}
        reply = await send_event(rooms, room.room_id, ALICE, "m.room.message", related)
        await send_event(rooms, room.room_id, ALICE, "m.room.redaction", {}, redacts=reply.event_id)
        await fill(rooms.db, room, sent.event_id, await rooms.names.intern_user(ALICE))
        async with db.acquire() as conn:
            nids = [r["event_nid"] for r in await conn.fetch("SELECT event_nid FROM events")]
        before = await rows_of(db, room, nids)
        assert {"receipts", "thread_events", "reports", "state_branches", "account_data"} <= before.keys()
        done = await deleted(ctx, room, RoomDeletion())
        assert done["kicked_users"] == [ALICE]
        assert done["deleted_events"] >= 40
        assert set(await rows_of(db, room, nids)) == KEPT
        assert all(not finding.rows for finding in await run_checks(db))
        await check_not_blocked(rooms, room.room_id)
        with pytest.raises(Forbidden):
            await send_event(rooms, room.room_id, ALICE, "m.room.message", {"body": "gone"})
        # Who is let in by another server again finds the room as that has it.
        foreign.add(EVE, "m.room.join_rules", {"join_rule": "public"}, "", prevs=foreign.tips)
        again, _ = await adopt(rooms, foreign)
        assert again.nid == room.nid
        await send_event(rooms, room.room_id, ALICE, "m.room.message", {"body": "back"})
        assert all(not finding.rows for finding in await run_checks(db))


async def fill(db: Database, room: Room, event_id: EventId, user_nid: int) -> None:
    """Put a row into tables that events do not fill."""
    async with db.transaction() as conn:
        await account_data.upsert_account_data(conn, 1, user_nid, room.nid, "m.tag", b"{}")
        await directory.insert_alias(conn, RoomAlias("#a:test"), room.nid, user_nid, 0)
        await directory.update_published(conn, room.nid, True)
        await reports.insert_report(conn, NewReport(user_nid, "bad", 0, room.nid))
        receipt = NewReceipt(room.nid, user_nid, "m.read", "", event_id, 1, 1)
        await receipts.upsert_receipts(conn, 1, [receipt])


async def test_users_are_moved_to_a_new_room_with_the_aliases_and_the_old_one_stays_closed(
    db: Database,
) -> None:
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        admin = UserId("@admin:test")
        await make_account(rooms.db, await rooms.names.intern_user(admin))
        room = await make_room(rooms, members=[BOB])
        alias = RoomAlias("#a:test")
        async with db.acquire() as conn:
            await directory.insert_alias(conn, alias, room.nid, await rooms.names.intern_user(ALICE), 0)
        how = RoomDeletion(admin, new_room_creator=admin, message="Closed.", block=True)
        done = await deleted(ctx, room, how)
        assert done["kicked_users"] == [ALICE, BOB]
        assert done["local_aliases"] == [alias]
        new_room = await rooms.names.room(done["new_room_id"])
        assert new_room is not None
        async with db.acquire() as conn:
            stored = await directory.select_alias(conn, alias)
            members = [e for e in await select_current_state(conn, new_room.nid) if e.type == "m.room.member"]
        assert stored is not None
        assert stored.room_nid == new_room.nid
        assert {e.load()["state_key"] for e in members} == {ALICE, BOB, admin}
        with pytest.raises(Forbidden):
            await check_not_blocked(rooms, room.room_id)


async def test_a_room_that_is_only_closed_keeps_its_history(db: Database) -> None:
    async with rooms_on(db) as rooms:
        ctx = retention_on(rooms)
        room = await make_room(rooms, members=[BOB])
        done = await deleted(ctx, room, RoomDeletion(purge=False, block=True))
        assert done["kicked_users"] == [ALICE, BOB]
        async with db.acquire() as conn:
            assert len(await select_current_state(conn, room.nid)) > 3
        with pytest.raises(InvalidParam):
            await delete_room(ctx, room.room_id, RoomDeletion(new_room_creator=UserId("@nobody:test")))


async def make_account(db: Database, user_nid: int) -> None:
    async with db.acquire() as conn:
        await accounts.insert_account(conn, NewAccount(user_nid, None, False, False, 0))


async def test_no_table_with_rooms_or_events_is_forgotten(db: Database) -> None:
    dealt_with = " ".join((*room_deletion.PARTS_OF_ROOM, *room_deletion.PARTS_OF_EVENTS))
    async with db.acquire() as conn:
        of_events = await tables_with_column(conn, "event_nid")
        of_rooms = await tables_with_column(conn, "room_nid")
    known = {"rooms", "memberships", "reports", "state_branch_entries"}
    forgotten = [t for t in {*of_rooms, *of_events} - known if f"FROM {t} " not in dealt_with]
    assert sorted(forgotten) == []
