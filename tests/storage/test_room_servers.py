"""Which servers are in a room follows the memberships, whatever statement changes them."""

import pytest

from federation.protocol.ids import ServerName, UserId
from homeserver.storage.db import Connection, Database
from homeserver.storage.memberships import update_forgotten
from homeserver.storage.room_servers import (
    Stay,
    is_in_room,
    select_servers_in_room,
    select_stays,
)
from homeserver.storage.users import intern_users

ROOM = 7
HERE, THERE = ServerName("here"), ServerName("there:8448")

UPSERT = """
INSERT INTO memberships (user_nid, room_nid, membership, event_nid, position)
SELECT u.user_nid, $1, $3, 1, $4 FROM users u WHERE u.user_id = ANY ($2::text[])
ON CONFLICT (user_nid, room_nid) DO UPDATE SET membership = excluded.membership, position = excluded.position
"""

INSERT_PARTIAL_JOIN = """
INSERT INTO partial_joins (room_nid, join_nid, state_position, joined_via, servers)
VALUES ($1, 1, 1, 'there', $2)
"""


async def change(conn: Connection, position: int, membership: str, *users: str) -> None:
    """Write memberships in one statement, as the commit of a state change does."""
    await intern_users(conn, [UserId(user) for user in users])
    await conn.fetch("SELECT setval('positions', $1)", position)
    await conn.execute(UPSERT, ROOM, users, membership, position)


async def test_server_is_in_room_from_its_first_join_to_its_last_departure(db: Database) -> None:
    async with db.acquire() as conn:
        await change(conn, 1, "join", "@a:here")
        await change(conn, 2, "join", "@b:there:8448", "@c:there:8448")
        await change(conn, 3, "leave", "@b:there:8448")
        assert await select_servers_in_room(conn, ROOM) == [HERE, THERE]
        await change(conn, 4, "ban", "@c:there:8448")
        assert await select_servers_in_room(conn, ROOM) == [HERE]
        assert not await is_in_room(conn, ROOM, THERE)
        assert Stay(ROOM, THERE, 2, 4) in await select_stays(conn, [ROOM], 3)


async def test_return_of_a_server_is_a_second_stay(db: Database) -> None:
    async with db.acquire() as conn:
        for position, membership in ((1, "join"), (2, "leave"), (5, "join"), (6, "join")):
            await change(conn, position, membership, "@b:there:8448")
        assert await select_stays(conn, [ROOM], 0) == [Stay(ROOM, THERE, 1, 2), Stay(ROOM, THERE, 5, None)]


@pytest.mark.parametrize("membership", ["invite", "knock", "leave", "ban"])
async def test_only_joined_members_bring_their_server_in(db: Database, membership: str) -> None:
    async with db.acquire() as conn:
        await change(conn, 1, membership, "@b:there:8448")
        assert await select_servers_in_room(conn, ROOM) == []


async def test_members_that_a_resolution_removes_take_their_server_along(db: Database) -> None:
    async with db.acquire() as conn:
        await change(conn, 1, "join", "@b:there:8448", "@a:here")
        await conn.execute("SELECT setval('positions', 9)")
        await conn.execute("DELETE FROM memberships WHERE room_nid = $1", ROOM)
        assert await select_servers_in_room(conn, ROOM) == []
        assert {stay.until for stay in await select_stays(conn, [ROOM], 0)} == {9}


async def test_forgetting_a_room_changes_no_server(db: Database) -> None:
    async with db.acquire() as conn:
        await change(conn, 1, "join", "@b:there:8448")
        await change(conn, 2, "leave", "@a:here")
        nid = (await intern_users(conn, [UserId("@a:here")]))[UserId("@a:here")]
        assert await update_forgotten(conn, nid, ROOM)
        assert await select_servers_in_room(conn, ROOM) == [THERE]


async def test_room_of_many_members_is_counted_in_one_statement(db: Database) -> None:
    users = [f"@u{n}:s{n % 500}" for n in range(5_000)]
    async with db.acquire() as conn:
        await change(conn, 1, "join", *users)
        assert len(await select_servers_in_room(conn, ROOM)) == 500


async def test_server_named_at_a_partial_join_stays_until_all_members_are_known(db: Database) -> None:
    async with db.acquire() as conn:
        await conn.execute(INSERT_PARTIAL_JOIN, ROOM, [THERE, "other"])
        await change(conn, 2, "join", "@b:there:8448", "@c:there:8448")
        await change(conn, 3, "leave", "@b:there:8448")
        assert await select_servers_in_room(conn, ROOM) == [THERE, ServerName("other")]
        await conn.execute("UPDATE partial_joins SET completed = 4 WHERE room_nid = $1", ROOM)
        assert await select_servers_in_room(conn, ROOM) == [THERE]
        await change(conn, 5, "leave", "@c:there:8448")
        assert await select_servers_in_room(conn, ROOM) == []
