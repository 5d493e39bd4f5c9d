"""What was deleted here is had from other servers again; they hear that users have left a deleted room."""

import asyncio
from dataclasses import replace
from functools import partial

from federation.protocol.ids import RoomId
from homeserver.json_types import JsonObject
from homeserver.retention.delete_room import DELETE_ROOM, RoomDeletion, delete_room, delete_room_step
from homeserver.retention.purge_history import PurgeUpTo, purge_history
from homeserver.storage.checks import run_checks
from tests.api.client import ApiClient
from tests.api.room_calls import join, room_path
from tests.support.fake_peer import FakePeer
from tests.support.fake_room import FakeRoom
from tests.support.federation_servers import FederationServer
from tests.support.retention import finish_jobs

WAIT_LIMIT_S = 100
BACKFILL = "/_matrix/federation/v1/backfill/{roomId}"


async def bodies(user: ApiClient, room_id: str) -> list[str]:
    page = (await user.get(room_path(room_id, "/messages"), dir="b", limit=50)).ok()
    return [e["content"]["body"] for e in reversed(page["chunk"]) if e["type"] == "m.room.message"]


async def joined_room(server: FederationServer, peer: FakePeer) -> tuple[ApiClient, FakeRoom]:
    """Return a user of a server, and a peer's room that they have joined."""
    room = FakeRoom.of(peer)
    room.serve_on(peer)
    alice = await server.user("alice")
    joined = await alice.post(f"/join/{room.id}?via={peer.name}")
    assert joined.ok() == {"room_id": room.id}
    return alice, room


async def test_purged_messages_are_had_from_other_servers_again(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice, room = await joined_room(one_server, fake_peer)
    creator = fake_peer.user("creator")
    said = [room.message(creator, str(n)) for n in range(8)]
    (await fake_peer.send_transaction(one_server.name, [pdu.json for pdu in said])).ok()
    async with asyncio.timeout(WAIT_LIMIT_S):
        while await bodies(alice, room.id) != [str(n) for n in range(8)]:
            await asyncio.sleep(0.02)
    retention = one_server.services.retention
    await purge_history(retention, room.id, PurgeUpTo(said[6].event_id))
    await finish_jobs(retention)
    assert all(not finding.rows for finding in await run_checks(one_server.services.db))
    asked = len(fake_peer.requests_for(BACKFILL))
    assert await bodies(alice, room.id) == [str(n) for n in range(8)]
    assert len(fake_peer.requests_for(BACKFILL)) > asked
    assert all(not finding.rows for finding in await run_checks(one_server.services.db))


async def test_other_servers_hear_of_those_who_left_a_deleted_room_and_may_let_them_in_again(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice, room = await joined_room(one_server, fake_peer)
    retention = one_server.services.retention
    retention.kinds.works[DELETE_ROOM] = partial(delete_room_step, replace(retention, settle_s=1.0))
    await delete_room(retention, RoomId(room.id), RoomDeletion())
    assert (await join(alice, room.id)).errcode == "M_FORBIDDEN", "nobody gets in while it is deleted"

    def left(pdu: JsonObject) -> bool:
        return bool(pdu["type"] == "m.room.member" and pdu["content"]["membership"] == "leave")

    async with asyncio.timeout(WAIT_LIMIT_S):
        while not any(map(left, fake_peer.received_pdus())):
            await asyncio.sleep(0.02)
    async with asyncio.timeout(WAIT_LIMIT_S):
        await finish_jobs(retention)
    assert (await alice.get("/joined_rooms")).ok()["joined_rooms"] == []
    room.learn(next(filter(left, fake_peer.received_pdus())))
    (await alice.post(f"/join/{room.id}?via={fake_peer.name}")).ok()
    assert (await alice.get("/joined_rooms")).ok()["joined_rooms"] == [room.id]
    assert all(not finding.rows for finding in await run_checks(one_server.services.db))
