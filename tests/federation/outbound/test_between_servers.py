"""Two servers of ours tell each other what happens in a room."""

import asyncio

from homeserver.storage.room_servers import select_servers_in_room
from tests.api.client import ApiClient
from tests.api.room_calls import create, send
from tests.federation.handshakes.rooms_of_two import WAIT_LIMIT_S, join_via, server_of, until_member
from tests.support.federation_servers import FederationServer

Two = tuple[FederationServer, FederationServer]


async def until_message(user: ApiClient, room_id: str, event_id: str) -> None:
    """Wait until an event is in a user's timeline."""
    since: dict[str, str] = {}
    async with asyncio.timeout(WAIT_LIMIT_S):
        while True:
            body = (await user.get("/sync", timeout=500, **since)).ok()
            timeline = body["rooms"]["join"].get(room_id, {"timeline": {"events": []}})["timeline"]["events"]
            if any(event["event_id"] == event_id for event in timeline):
                return
            since = {"since": body["next_batch"]}


async def test_messages_and_departures_travel_both_ways(two_servers: Two) -> None:
    here, there = two_servers
    alice, bob = await here.user("alice"), await there.user("bob")
    room_id = await create(alice, preset="public_chat")
    (await join_via(bob, room_id, server_of(alice))).ok()
    await until_message(bob, room_id, (await send(alice, room_id)).ok()["event_id"])
    await until_message(alice, room_id, (await send(bob, room_id)).ok()["event_id"])
    room = await here.services.rooms.names.room(room_id)  # type: ignore[arg-type]
    assert room is not None
    async with here.services.db.acquire() as conn:
        assert await select_servers_in_room(conn, room.nid) == [here.name, there.name]
    (await bob.post(f"/rooms/{room_id}/leave")).ok()
    await until_member(alice, room_id, bob.user_id, "leave")
    async with here.services.db.acquire() as conn:
        assert await select_servers_in_room(conn, room.nid) == [here.name]
