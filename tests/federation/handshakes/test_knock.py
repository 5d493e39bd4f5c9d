"""Users of one server knock on rooms of another, and are let in, or not."""

from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, membership, set_state
from tests.federation.handshakes.rooms_of_two import (
    VERSIONS,
    Two,
    event_of,
    knock_via,
    members,
    server_of,
    until_in_section,
    until_member,
)


async def knocked_room(alice: ApiClient, version: str) -> str:
    room_id = await create(alice, name="Club", room_version=version)
    (await set_state(alice, room_id, "m.room.join_rules", {"join_rule": "knock"})).ok()
    return room_id


async def test_knock_is_taken_and_answered_by_an_invite(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS[1:]:
        room_id = await knocked_room(alice, version)
        assert (await knock_via(bob, room_id, server_of(alice))).ok()["room_id"] == room_id
        assert await membership(alice, room_id, bob) == "knock"
        shown = await until_in_section(bob, room_id, "knock")
        assert event_of(shown, "knock_state", "m.room.name")["content"] == {"name": "Club"}
        assert (await act(alice, room_id, "invite", bob)).status == 200
        await until_in_section(bob, room_id, "invite")
        assert (await join(bob, room_id)).status == 200
        assert await members(alice, room_id) == {alice.user_id: "join", bob.user_id: "join"}


async def test_knock_is_taken_back(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS[1:]:
        room_id = await knocked_room(alice, version)
        await knock_via(bob, room_id, server_of(alice))
        assert (await act(bob, room_id, "leave")).status == 200
        await until_member(alice, room_id, bob.user_id, "leave")
        assert room_id not in (await bob.get("/sync", timeout=0)).ok()["rooms"]["knock"]


async def test_knock_is_refused(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS[1:]:
        room_id = await knocked_room(alice, version)
        await knock_via(bob, room_id, server_of(alice))
        assert (await act(alice, room_id, "kick", bob)).status == 200
        await until_in_section(bob, room_id, "leave")


async def test_room_that_takes_no_knocks_refuses_them(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice)
    reply = await knock_via(bob, room_id, server_of(alice))
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
