"""Users of one server invite those of another, who accept, reject, or see the invite retracted."""

from urllib.parse import quote

import pytest

from tests.api.client import ApiClient
from tests.api.followers import Socket
from tests.api.room_calls import act, create, join, membership, room_path, send, set_state
from tests.federation.handshakes.rooms_of_two import (
    VERSIONS,
    Two,
    event_of,
    join_via,
    members,
    server_of,
    until_in_section,
    until_member,
)
from tests.support.federation_servers import FederationServer


async def test_invited_user_of_another_server_is_shown_the_room_and_joins(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS:
        room_id = await create(alice, name="Secret", room_version=version)
        assert (await act(alice, room_id, "invite", bob)).status == 200
        assert await membership(alice, room_id, bob) == "invite"
        shown = await until_in_section(bob, room_id, "invite")
        assert event_of(shown, "invite_state", "m.room.name")["content"] == {"name": "Secret"}
        assert event_of(shown, "invite_state", "m.room.create")["sender"] == alice.user_id
        assert event_of(shown, "invite_state", "m.room.member", bob.user_id)["sender"] == alice.user_id
        assert (await join(bob, room_id)).ok()["room_id"] == room_id
        assert await members(alice, room_id) == {alice.user_id: "join", bob.user_id: "join"}
        await until_member(bob, room_id, alice.user_id, "join")
        await until_in_section(bob, room_id, "join")


async def test_invite_is_rejected(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS:
        room_id = await create(alice, room_version=version)
        await act(alice, room_id, "invite", bob)
        await until_in_section(bob, room_id, "invite")
        since = (await bob.get("/sync", timeout=0)).ok()["next_batch"]
        assert (await act(bob, room_id, "leave")).status == 200
        assert await membership(alice, room_id, bob) == "leave"
        body = (await bob.get("/sync", timeout=0, since=since)).ok()
        [event] = body["rooms"]["leave"][room_id]["timeline"]["events"]
        assert (event["state_key"], event["content"]["membership"]) == (bob.user_id, "leave")
        assert room_id not in (await bob.get("/sync", timeout=0)).ok()["rooms"]["invite"]
        assert (await act(bob, room_id, "leave")).status == 200
        assert (await act(bob, room_id, "forget")).status == 200


async def test_invite_into_a_room_whose_server_is_gone_is_rejected_all_the_same(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice)
    await act(alice, room_id, "invite", bob)
    await until_in_section(bob, room_id, "invite")
    await two_servers[0].stop()
    assert (await act(bob, room_id, "leave")).status == 200
    assert room_id not in (await bob.get("/sync", timeout=0)).ok()["rooms"]["invite"]


async def test_retracted_invite_disappears(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    for version in VERSIONS:
        room_id = await create(alice, room_version=version)
        await act(alice, room_id, "invite", bob)
        await until_in_section(bob, room_id, "invite")
        assert (await act(alice, room_id, "kick", bob)).status == 200
        await until_in_section(bob, room_id, "leave")
        assert room_id not in (await bob.get("/sync", timeout=0)).ok()["rooms"]["invite"]


async def test_room_is_created_with_invites_of_another_servers_users(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    nobody = f"@nobody:{server_of(bob)}"
    await close_account(await two_servers[1].user("nobody"))
    room_id = await create(alice, invite=[bob.user_id, nobody], is_direct=True)
    shown = await until_in_section(bob, room_id, "invite")
    assert event_of(shown, "invite_state", "m.room.member", bob.user_id)["content"]["is_direct"] is True
    assert await members(alice, room_id) == {alice.user_id: "join", bob.user_id: "invite"}


async def test_user_who_blocks_invites_is_not_invited_by_another_server(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice)
    path = f"/user/{bob.user_id}/account_data/m.invite_permission_config"
    await bob.put(path, {"default_action": "block"})
    reply = await act(alice, room_id, "invite", bob)
    assert (reply.status, reply.errcode) == (403, "M_INVITE_BLOCKED")
    assert bob.user_id not in await members(alice, room_id)


async def test_invite_waits_for_who_has_no_account_yet(two_servers: Two) -> None:
    alice = await two_servers[0].user("alice")
    room_id = await create(alice, name="Secret")
    reply = await act(alice, room_id, "invite", f"@newcomer:{two_servers[1].name}")
    assert reply.status == 200
    newcomer = await two_servers[1].user("newcomer")
    shown = await until_in_section(newcomer, room_id, "invite")
    assert event_of(shown, "invite_state", "m.room.name")["content"] == {"name": "Secret"}
    assert (await join(newcomer, room_id)).status == 200


async def test_invite_of_a_user_whose_account_is_closed_is_not_sent(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    await close_account(bob)
    room_id = await create(alice)
    reply = await act(alice, room_id, "invite", bob)
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
    assert await members(alice, room_id) == {alice.user_id: "join"}


@pytest.mark.parametrize("overrides", [{"registration": {"guests": True}}])
async def test_guest_joins_a_room_of_another_server_that_lets_guests_in(two_servers: Two) -> None:
    alice, guest = await two_servers[0].user("alice"), await become_guest(two_servers[1])
    for access, status in (("forbidden", 403), ("can_join", 200)):
        room_id = await create(alice)
        (await set_state(alice, room_id, "m.room.guest_access", {"guest_access": access})).ok()
        assert (await act(alice, room_id, "invite", guest)).status == 200
        await until_in_section(guest, room_id, "invite")
        assert (await join(guest, room_id)).status == status


async def test_invite_by_an_ignored_user_of_another_server_is_not_shown(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    path = f"/user/{bob.user_id}/account_data/m.ignored_user_list"
    await bob.put(path, {"ignored_users": {alice.user_id: {}}})
    room_id = await create(alice)
    assert (await act(alice, room_id, "invite", bob)).status == 200
    assert room_id not in (await bob.get("/sync", timeout=0)).ok()["rooms"]["invite"]


async def test_user_who_was_in_the_room_before_is_invited_again(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, preset="public_chat")
    (await join_via(bob, room_id, server_of(alice))).ok()
    assert (await act(bob, room_id, "leave")).status == 200
    await until_member(alice, room_id, bob.user_id, "leave")
    (await set_state(alice, room_id, "m.room.join_rules", {"join_rule": "invite"})).ok()
    assert (await act(alice, room_id, "invite", bob)).status == 200
    await until_in_section(bob, room_id, "invite")
    assert (await join(bob, room_id)).status == 200
    assert await members(alice, room_id) == {alice.user_id: "join", bob.user_id: "join"}
    await until_member(bob, room_id, alice.user_id, "join")


async def test_invite_comes_over_the_websocket_and_goes_again(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, name="Secret")
    follower = await Socket.start(bob)
    await act(alice, room_id, "invite", bob)
    shown = (await follower.news())["rooms"]["invite"][room_id]
    assert event_of(shown, "invite_state", "m.room.name")["content"] == {"name": "Secret"}
    await act(bob, room_id, "leave")
    [event] = (await follower.news())["rooms"]["leave"][room_id]["timeline"]["events"]
    assert event["content"]["membership"] == "leave"
    await follower.close()


async def test_room_that_a_user_is_only_invited_to_is_closed_to_them(two_servers: Two) -> None:
    alice, bob = await two_servers[0].user("alice"), await two_servers[1].user("bob")
    room_id = await create(alice, name="Open", preset="public_chat")
    await act(alice, room_id, "invite", bob)
    await until_in_section(bob, room_id, "invite")
    for path in ("/state", "/members", "/messages?dir=b", "/state/m.room.name/", "/joined_members"):
        assert (await bob.get(room_path(room_id, path))).status == 403, path
    assert (await send(bob, room_id)).status == 403
    for verb in ("invite", "kick", "ban", "unban"):
        assert (await act(bob, room_id, verb, f"@x:{server_of(bob)}")).status == 403
    assert (await act(bob, room_id, "forget")).status == 400
    path = f"/_matrix/client/v1/room_summary/{quote(room_id, safe='')}"
    assert (await bob.get(path, via=server_of(alice))).ok()["name"] == "Open"


async def close_account(user: ApiClient) -> None:
    (await user.post("/account/deactivate", {"auth": user.password_auth()})).ok()


async def become_guest(server: FederationServer) -> ApiClient:
    client = server.client
    return client.logged_in((await client.post("/register", {}, kind="guest")).ok())
