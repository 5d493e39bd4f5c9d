"""Users of one server join rooms of another, by every way there is."""

import asyncio

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, room_path, send, set_state, state
from tests.federation.handshakes.rooms_of_two import (
    VERSIONS,
    Two,
    join_via,
    members,
    server_of,
    until_member,
    until_state,
)
from tests.support.federation_servers import FederationServer

Three = tuple[FederationServer, FederationServer, FederationServer]


async def test_public_room_of_another_server_is_joined(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS:
        room_id = await create(alice, preset="public_chat", room_version=version, name="Meeting")
        assert (await join_via(bob, room_id, server_of(alice))).ok()["room_id"] == room_id
        assert await members(alice, room_id) == {alice.user_id: "join", bob.user_id: "join"}
        assert (await send(bob, room_id)).status == 200
        assert (await state(bob, room_id, "m.room.name"))["name"] == "Meeting"
        await until_member(bob, room_id, alice.user_id, "join")


async def test_room_is_joined_by_an_alias_of_another_server(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, preset="public_chat", room_alias_name="meeting")
    alias = f"#meeting:{server_of(alice)}"
    found = (await bob.get(f"/directory/room/%23meeting:{server_of(alice)}")).ok()
    assert found == {"room_id": room_id, "servers": [server_of(alice)]}
    assert (await join(bob, alias)).ok()["room_id"] == room_id
    reply = await join(bob, f"#nothing:{server_of(alice)}")
    assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND")


async def test_servers_are_tried_in_turn_until_one_helps(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, preset="public_chat")
    assert (await join_via(bob, room_id, "127.0.0.1:1", server_of(bob), server_of(alice))).status == 200


async def test_room_that_nobody_is_known_to_be_in_is_not_found(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, preset="public_chat", room_version="12")
    reply = await join(bob, room_id)
    assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND")
    assert (await join_via(bob, room_id, "127.0.0.1:1")).status == 502


async def test_join_that_the_room_does_not_allow_is_refused(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    private = await create(alice)
    reply = await join_via(bob, private, server_of(alice))
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
    public = await create(alice, preset="public_chat")
    await act(alice, public, "ban", bob)
    reply = await join_via(bob, public, server_of(alice))
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
    assert (await bob.get(room_path(public, "/state"))).status == 403


async def test_server_that_the_acl_denies_is_kept_out(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, preset="public_chat")
    acl: JsonObject = {"allow": ["*"], "deny": ["localhost"], "allow_ip_literals": False}
    (await set_state(alice, room_id, "m.room.server_acl", acl)).ok()
    reply = await join_via(bob, room_id, server_of(alice))
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")


async def test_users_of_one_server_who_join_at_once_are_all_in(two_servers: Two) -> None:
    alice = await two_servers[0].user("alice")
    others = [await two_servers[1].user(name) for name in ("bob", "carol", "dave")]
    room_id = await create(alice, preset="public_chat")
    replies = await asyncio.gather(*(join_via(user, room_id, server_of(alice)) for user in others))
    assert [reply.status for reply in replies] == [200, 200, 200]
    for user in others:
        await until_member(alice, room_id, user.user_id, "join")


async def test_server_that_had_left_comes_back(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, preset="public_chat")
    (await join_via(bob, room_id, server_of(alice))).ok()
    await until_member(bob, room_id, alice.user_id, "join")
    (await act(bob, room_id, "leave")).ok()
    await until_member(alice, room_id, bob.user_id, "leave")
    (await set_state(alice, room_id, "m.room.topic", {"topic": "meanwhile"})).ok()
    assert (await join(bob, room_id)).status == 200
    assert (await state(bob, room_id, "m.room.topic"))["topic"] == "meanwhile"
    await until_member(bob, room_id, alice.user_id, "join")


async def restrict(alice: ApiClient, room_id: str, allowed: str, rule: str = "restricted") -> None:
    content: JsonObject = {
        "join_rule": rule,
        "allow": [{"type": "m.room_membership", "room_id": allowed}],
    }
    (await set_state(alice, room_id, "m.room.join_rules", content)).ok()


async def test_member_of_the_allowed_room_joins_a_restricted_room(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS[1:]:
        space = await create(alice, preset="public_chat", room_version=version)
        room_id = await create(alice, room_version=version)
        await restrict(alice, room_id, space)
        reply = await join_via(bob, room_id, server_of(alice))
        assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
        (await join_via(bob, space, server_of(alice))).ok()
        assert (await join_via(bob, room_id, server_of(alice))).status == 200
        joined = await state(alice, room_id, "m.room.member", bob.user_id)
        assert joined["join_authorised_via_users_server"] == alice.user_id
        assert await members(alice, room_id) == {alice.user_id: "join", bob.user_id: "join"}


async def test_server_that_cannot_check_a_condition_leaves_the_join_to_another(three_servers: Three) -> None:
    alice, bob, carol = [await server.user(name) for server, name in zip(three_servers, "abc", strict=True)]
    space = await create(alice, preset="public_chat")
    room_id = await create(alice, preset="public_chat")
    (await join_via(carol, room_id, server_of(alice))).ok()
    await restrict(alice, room_id, space)
    (await join_via(bob, space, server_of(alice))).ok()
    # Carol's server is not in the space, and nobody of it may invite.
    reply = await join_via(bob, room_id, server_of(carol))
    assert (reply.status, reply.errcode) == (400, "M_UNABLE_TO_AUTHORISE_JOIN")
    assert (await join_via(bob, room_id, server_of(carol), server_of(alice))).status == 200


async def test_user_is_let_into_a_restricted_room_by_another_server_than_their_own(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    carol = await two_servers[1].user("carol")
    space = await create(alice, preset="public_chat")
    room_id = await create(alice, preset="public_chat")
    (await join_via(carol, room_id, server_of(alice))).ok()
    (await join_via(bob, space, server_of(alice))).ok()
    await until_member(carol, room_id, alice.user_id, "join")
    await restrict(alice, room_id, space)
    await until_state(carol, room_id, "m.room.join_rules", lambda rules: rules["join_rule"] == "restricted")
    assert (await join(bob, room_id)).status == 200
    joined = await state(alice, room_id, "m.room.member", bob.user_id)
    assert joined["join_authorised_via_users_server"] == alice.user_id
    await until_member(carol, room_id, bob.user_id, "join")


async def test_upgraded_room_is_followed_to_by_users_of_another_server(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, preset="public_chat", room_version="10")
    (await join_via(bob, room_id, server_of(alice))).ok()
    replacement = (await alice.post(room_path(room_id, "/upgrade"), {"new_version": "12"})).ok()
    tombstone = await until_state(bob, room_id, "m.room.tombstone", lambda content: True)
    new = tombstone["replacement_room"]
    assert new == replacement["replacement_room"]
    assert (await join_via(bob, new, server_of(alice))).status == 200
    assert (await state(bob, new, "m.room.create"))["predecessor"]["room_id"] == room_id
