"""What waits for a server: nothing is lost, and of what is superseded only the newest remains."""

from federation.protocol.ids import ServerName
from homeserver.json_types import JsonObject
from homeserver.storage.db import Connection, Database
from homeserver.storage.edu_outbox import (
    delete_edus,
    insert_edu,
    select_edus,
    select_servers_with_edus,
)

THERE, OTHER = ServerName("there"), ServerName("other")


async def announce(conn: Connection, device: str, stream_id: int, *servers: ServerName) -> None:
    content: JsonObject = {
        "user_id": "@a:here",
        "device_id": device,
        "stream_id": stream_id,
        "prev_id": [stream_id - 1],
    }
    await insert_edu(conn, servers or [THERE], "m.device_list_update", content, f"@a:here {device}")


async def waiting(conn: Connection, server: ServerName) -> list[tuple[str, int, list[int]]]:
    edus = await select_edus(conn, server, 100)
    return [(e.content["device_id"], e.content["stream_id"], e.content["prev_id"]) for e in edus]


async def test_newest_update_of_a_device_replaces_the_one_not_sent_yet(db: Database) -> None:
    async with db.acquire() as conn:
        await announce(conn, "A", 5)
        await announce(conn, "A", 6)
        assert await waiting(conn, THERE) == [("A", 6, [4])]


async def test_collapsing_hands_prev_id_on_to_the_update_that_followed(db: Database) -> None:
    async with db.acquire() as conn:
        for device, stream_id in (("A", 5), ("B", 6), ("A", 7), ("C", 8), ("B", 9)):
            await announce(conn, device, stream_id)
        assert await waiting(conn, THERE) == [("A", 7, [4]), ("C", 8, [7]), ("B", 9, [8])]


async def test_each_server_has_a_chain_of_its_own(db: Database) -> None:
    async with db.acquire() as conn:
        await announce(conn, "A", 5, THERE)
        await announce(conn, "A", 6, THERE, OTHER)
        assert await waiting(conn, THERE) == [("A", 6, [4])]
        assert await waiting(conn, OTHER) == [("A", 6, [5])]


async def test_edus_without_a_key_are_all_kept_in_order(db: Database) -> None:
    async with db.acquire() as conn:
        for number in range(3):
            await insert_edu(conn, [THERE, THERE], "m.direct_to_device", {"message_id": f"{number}\x00"})
        edus = await select_edus(conn, THERE, 100)
        assert [edu.content["message_id"] for edu in edus] == ["0\x00", "1\x00", "2\x00"]
        await delete_edus(conn, [edus[0].edu_nid])
        assert len(await select_edus(conn, THERE, 100)) == 2


async def test_servers_with_waiting_edus_are_found(db: Database) -> None:
    async with db.acquire() as conn:
        assert await select_servers_with_edus(conn) == []
        await insert_edu(conn, [THERE, OTHER], "m.direct_to_device", {})
        await insert_edu(conn, [THERE], "m.direct_to_device", {})
        assert await select_servers_with_edus(conn) == [OTHER, THERE]
