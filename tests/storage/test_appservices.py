"""Where the users of application services are follows the memberships, and one worker at a time sends."""

from collections.abc import Sequence

import pytest

from federation.protocol.ids import UserId
from homeserver.storage import appservice_news, appservices
from homeserver.storage.appservices import NewTransaction
from homeserver.storage.db import Connection, Database
from homeserver.storage.users import intern_users

ROOM = 7

UPSERT = """
INSERT INTO memberships (user_nid, room_nid, membership, event_nid, position)
SELECT u.user_nid, $1, $3, 1, $4 FROM users u WHERE u.user_id = ANY ($2::text[])
ON CONFLICT (user_nid, room_nid) DO UPDATE SET membership = excluded.membership, position = excluded.position
"""


async def change(conn: Connection, position: int, membership: str, *users: str) -> None:
    """Write memberships in one statement, as the commit of a state change does."""
    await conn.fetch("SELECT setval('positions', $1)", position)
    await conn.execute(UPSERT, ROOM, users, membership, position)


async def stays(conn: Connection) -> list[tuple[int, int | None, int]]:
    rows = await conn.fetch("SELECT since, until, joined FROM appservice_stays ORDER BY since")
    return [(row["since"], row["until"], row["joined"]) for row in rows]


async def targets(conn: Connection) -> list[int]:
    return [r["position"] for r in await conn.fetch("SELECT position FROM appservice_targets ORDER BY 1")]


async def bridge_with(conn: Connection, users: Sequence[str], everybody: Sequence[str]) -> int:
    """Return an application service that covers some of these users."""
    nids = await intern_users(conn, [UserId(user) for user in everybody])
    row = await appservices.ensure_appservice(conn, "irc", 0)
    await appservices.replace_users(conn, row.nid, b"digest", [nids[UserId(user)] for user in users], 0)
    return row.nid


async def test_stay_lasts_from_the_first_join_to_the_last_departure(db: Database) -> None:
    async with db.acquire() as conn:
        nid = await bridge_with(conn, ["@g1:here", "@g2:here"], ["@g1:here", "@g2:here", "@alice:here"])
        await change(conn, 1, "join", "@alice:here")
        assert await stays(conn) == []
        await change(conn, 2, "join", "@g1:here", "@g2:here")
        await change(conn, 3, "leave", "@g1:here")
        assert await stays(conn) == [(2, None, 1)]
        await change(conn, 4, "ban", "@g2:here")
        assert await stays(conn) == [(2, 4, 0)]
        await change(conn, 6, "join", "@g1:here")
        assert await stays(conn) == [(2, 4, 0), (6, None, 1)]
        await conn.execute("DELETE FROM memberships")
        assert await stays(conn) == [(2, 4, 0), (6, 6, 0)]
        assert await targets(conn) == [3, 4]
        assert await appservice_news.select_interested(conn, [ROOM, 8]) == {ROOM: [nid]}


@pytest.mark.parametrize("membership", ["invite", "knock", "ban"])
async def test_other_memberships_are_targets_and_no_stays(db: Database, membership: str) -> None:
    async with db.acquire() as conn:
        await bridge_with(conn, ["@g1:here"], ["@g1:here", "@alice:here"])
        await change(conn, 1, membership, "@g1:here", "@alice:here")
        assert (await stays(conn), await targets(conn)) == ([], [1])


async def test_another_namespace_means_other_stays_from_now_on(db: Database) -> None:
    async with db.acquire() as conn:
        nid = await bridge_with(conn, ["@g1:here"], ["@g1:here", "@alice:here"])
        nids = await intern_users(conn, [UserId("@alice:here")])
        await change(conn, 1, "join", "@g1:here", "@alice:here")
        await appservices.replace_users(conn, nid, b"other", nids.values(), 5)
        assert await stays(conn) == [(1, None, 1)]
        await change(conn, 6, "leave", "@g1:here")
        assert await stays(conn) == [(1, None, 1)]
        await appservices.replace_users(conn, nid, b"nobody", [], 7)
        assert await stays(conn) == [(1, 7, 0)]


async def test_worker_that_was_overtaken_begins_nothing_more(db: Database) -> None:
    async with db.acquire() as conn:
        nid = (await appservices.ensure_appservice(conn, "irc", 3)).nid
        await appservices.take_over(conn, nid, "one")
        txn = NewTransaction(10, b"{}", 9, [])
        assert not await appservices.begin_transaction(conn, nid, "two", txn)
        assert await appservices.begin_transaction(conn, nid, "one", txn)
        assert not await appservices.begin_transaction(conn, nid, "one", NewTransaction(11, b"{}", 9, []))
        taken_over = await appservices.take_over(conn, nid, "two")
        assert (taken_over.cursor, taken_over.last_txn, taken_over.txn_body) == (3, 10, b"{}")
        await appservices.finish_transaction(conn, nid, 10, 1)
        await appservices.finish_transaction(conn, nid, 10, 2)
        assert not await appservices.begin_transaction(conn, nid, "one", NewTransaction(11, b"{}", 9, []))
        after = await appservices.take_over(conn, nid, "three")
        assert (after.cursor, after.txn_body) == (9, None)
