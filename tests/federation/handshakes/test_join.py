"""Users of one server join rooms of another, and back."""

import pytest

from tests.api.room_calls import create, send
from tests.federation.handshakes.rooms_of_two import VERSIONS, join_via, members, server_of, until_member
from tests.support.federation_servers import FederationServer

Two = tuple[FederationServer, FederationServer]


@pytest.mark.parametrize("version", VERSIONS)
async def test_public_room_of_another_server_is_joined(two_servers: Two, version: str) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, preset="public_chat", room_version=version, name="Meeting")
    assert (await join_via(bob, room_id, server_of(alice))).ok()["room_id"] == room_id
    assert await members(alice, room_id) == {alice.user_id: "join", bob.user_id: "join"}
    assert (await send(bob, room_id)).status == 200
    await until_member(bob, room_id, alice.user_id, "join")
    assert await members(bob, room_id) == {alice.user_id: "join", bob.user_id: "join"}
