"""Reading state and members, now and as former members left them."""

import pytest

from tests.api.client import ApiClient
from tests.api.history_support import Room, as_list, make_room


@pytest.fixture
async def room(alice: ApiClient, bob: ApiClient) -> Room:
    return await make_room(alice, bob)


async def test_state_event_is_read_as_content_or_whole(alice: ApiClient, room: Room) -> None:
    event_id = await room.set("m.room.topic", {"topic": "t"})
    for path in ("m.room.topic", "m.room.topic/"):
        assert (await alice.get(f"{room.path}/state/{path}")).ok() == {"topic": "t"}
    whole = (await alice.get(f"{room.path}/state/m.room.topic", format="event")).ok()
    assert (whole["event_id"], whole["room_id"], whole["state_key"]) == (event_id, room.room_id, "")
    assert (await alice.get(f"{room.path}/state/m.room.topic", format="x")).errcode == "M_INVALID_PARAM"


async def test_state_keys_may_hold_anything(alice: ApiClient, room: Room) -> None:
    await room.set("org.example", {"n": 1}, "a/b c#ü")
    assert (await alice.get(f"{room.path}/state/org.example/a%2Fb%20c%23%C3%BC")).ok() == {"n": 1}


async def test_state_that_is_not_there_is_not_found(alice: ApiClient, room: Room) -> None:
    for path in ("m.room.name", "m.room.topic/x", "m.room.member/@nobody:x"):
        assert (await alice.get(f"{room.path}/state/{path}")).errcode == "M_NOT_FOUND"


async def test_redacted_state_shows_no_content(alice: ApiClient, room: Room) -> None:
    await room.redact(await room.set("m.room.topic", {"topic": "secret"}))
    assert (await alice.get(f"{room.path}/state/m.room.topic")).ok() == {}


async def test_former_member_reads_state_as_they_left_it(
    alice: ApiClient, bob: ApiClient, room: Room
) -> None:
    await room.set("m.room.topic", {"topic": "old"})
    await room.set("org.example.gone", {"there": True})
    await room.leave(bob)
    await room.set("m.room.topic", {"topic": "new"})
    await room.set("m.room.name", {"name": "new"})
    assert (await bob.get(f"{room.path}/state/m.room.topic")).ok() == {"topic": "old"}
    assert (await bob.get(f"{room.path}/state/m.room.name")).status == 404
    state = {(e["type"], e["state_key"]): e["content"] for e in as_list(await bob.get(f"{room.path}/state"))}
    assert state["m.room.topic", ""] == {"topic": "old"}
    assert ("m.room.name", "") not in state
    assert state["m.room.member", bob.user_id]["membership"] == "leave"
    assert {e["content"].get("topic") for e in as_list(await alice.get(f"{room.path}/state"))} == {
        None,
        "new",
    }


async def test_former_member_sees_the_members_of_their_time(
    alice: ApiClient, bob: ApiClient, client: ApiClient, room: Room
) -> None:
    await room.leave(bob)
    carol = await client.register("carol")
    await room.join(carol)
    await room.leave(alice)
    members = (await bob.get(f"{room.path}/members")).ok()["chunk"]
    memberships = {e["state_key"]: e["content"]["membership"] for e in members}
    assert memberships == {alice.user_id: "join", bob.user_id: "leave"}
    assert (await bob.get(f"{room.path}/joined_members")).errcode == "M_FORBIDDEN"


async def test_members_are_filtered_by_membership(
    alice: ApiClient, bob: ApiClient, client: ApiClient, room: Room
) -> None:
    carol = await client.register("carol")
    await room.invite(carol)
    await room.leave(bob)

    async def members(**params: str) -> set[str]:
        return {e["state_key"] for e in (await alice.get(f"{room.path}/members", **params)).ok()["chunk"]}

    assert await members() == {alice.user_id, bob.user_id, carol.user_id}
    assert await members(membership="join") == {alice.user_id}
    assert await members(not_membership="leave") == {alice.user_id, carol.user_id}
    assert await members(membership="leave", not_membership="invite") == {alice.user_id, bob.user_id}
    assert (await alice.get(f"{room.path}/members", membership="x")).errcode == "M_INVALID_PARAM"


async def test_members_are_read_as_of_a_token(alice: ApiClient, client: ApiClient, room: Room) -> None:
    before = (await room.messages(alice))["start"]
    synced = (await alice.get("/sync")).ok()["next_batch"]
    carol = await client.register("carol")
    await room.join(carol)
    for token in (before, synced):
        members = (await alice.get(f"{room.path}/members", at=token)).ok()["chunk"]
        assert carol.user_id not in {e["state_key"] for e in members}
    now = (await room.messages(alice))["start"]
    members = (await alice.get(f"{room.path}/members", at=now)).ok()["chunk"]
    assert carol.user_id in {e["state_key"] for e in members}


async def test_joined_members_come_with_their_profiles(alice: ApiClient, bob: ApiClient, room: Room) -> None:
    profile = {"membership": "join", "displayname": "Alice", "avatar_url": "mxc://example.org/a"}
    await room.set("m.room.member", profile, alice.user_id)
    await room.invite(ApiClient(alice.session, alice.base_url, user_id="@dora:example.org"))
    joined = (await bob.get(f"{room.path}/joined_members")).ok()["joined"]
    assert set(joined) == {alice.user_id, bob.user_id}
    assert joined[alice.user_id] == {"display_name": "Alice", "avatar_url": "mxc://example.org/a"}
