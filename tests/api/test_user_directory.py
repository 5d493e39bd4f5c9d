"""Searching people: whom one finds, and as whom; and the rooms that two have in common."""

from collections.abc import Awaitable, Callable

import pytest

from homeserver.http.context import Services
from homeserver.storage.users import intern_users
from tests.api.client import ApiClient
from tests.api.history_support import make_room

Find = Callable[..., Awaitable[list[str]]]


@pytest.fixture
def find(services: Services) -> Find:
    async def found(client: ApiClient, term: str, **body: object) -> list[str]:
        await services.search.people.until_done()
        answer = (await client.post("/user_directory/search", {"search_term": term, **body})).ok()
        return [user["user_id"] for user in answer["results"]]

    return found


async def set_name(client: ApiClient, name: str) -> None:
    (await client.put(f"/profile/{client.user_id}/displayname", {"displayname": name})).ok()


async def test_people_are_found_in_shared_and_in_open_rooms_alone(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, find: Find
) -> None:
    private = await make_room(bob, preset="private_chat")
    assert await find(alice, "bob") == []
    await private.invite(carol)
    assert await find(carol, "bob") == []
    await private.join(carol)
    assert await find(carol, "bob") == [bob.user_id]
    assert await find(alice, "bob") == []
    for type_, open_content, closed_content in (
        ("m.room.join_rules", {"join_rule": "public"}, {"join_rule": "invite"}),
        (
            "m.room.history_visibility",
            {"history_visibility": "world_readable"},
            {"history_visibility": "shared"},
        ),
    ):
        await private.set(type_, open_content)
        assert await find(alice, "bob") == [bob.user_id]
        await private.set(type_, closed_content)
        assert await find(alice, "bob") == []
    await private.leave(carol)
    assert await find(carol, "bob") == []
    assert await find(bob, "bob") == []  # nobody looks for themselves


async def test_people_are_found_by_id_and_name_however_these_are_written(
    alice: ApiClient, bob: ApiClient, find: Find
) -> None:
    await make_room(alice, bob)
    await set_name(bob, "Zoë Müller 田中")
    for term in ("bob", "BO", "@bob", "@bob:example.org", "zoe", "MULL", "üller", "田", "mul zo"):
        assert await find(alice, term) == [bob.user_id], term
    for term in ("ob:", "@bob:example.com", "zoo", "zoe bobby", "", "  ", "@"):
        assert await find(alice, term) == [], term
    await set_name(bob, "Somebody Else")
    assert await find(alice, "zoe") == []
    answer = (await alice.post("/user_directory/search", {"search_term": "some"})).ok()
    assert answer == {
        "results": [{"user_id": bob.user_id, "display_name": "Somebody Else"}],
        "limited": False,
    }


@pytest.mark.parametrize("term", ["bob\0", "@bob:\0", "\0", "@\0:example.org\0"])
async def test_terms_that_nobody_can_type_are_answered(alice: ApiClient, term: str) -> None:
    assert (await alice.post("/user_directory/search", {"search_term": term})).status == 200


async def test_those_one_shares_rooms_with_come_first_and_no_more_than_asked_for(
    alice: ApiClient, client: ApiClient, find: Find
) -> None:
    public = await make_room(alice)
    strangers = [await client.register(f"pat{n}") for n in range(3)]
    await make_room(strangers[0], strangers[1])
    await public.join(strangers[2])
    assert await find(alice, "pat") == [user.user_id for user in (strangers[2], *strangers[:2])]
    assert (await find(alice, "@pat1:example.org"))[0] == strangers[1].user_id
    answer = (await alice.post("/user_directory/search", {"search_term": "pat", "limit": 1})).ok()
    assert [user["user_id"] for user in answer["results"]] == [strangers[2].user_id]
    assert answer["limited"] is True


async def test_closed_and_locked_accounts_are_not_found(
    client: ApiClient, alice: ApiClient, bob: ApiClient, carol: ApiClient, services: Services, find: Find
) -> None:
    await make_room(alice, bob, carol)
    assert await find(alice, "bob") == [bob.user_id]
    (await bob.post("/account/deactivate", {"auth": bob.password_auth()})).ok()
    assert await find(alice, "bob") == []
    async with services.db.acquire() as conn:
        nid = (await intern_users(conn, [carol.user_id]))[carol.user_id]  # type: ignore[list-item, index]
        await conn.execute("UPDATE accounts SET appservice_id = 'irc' WHERE user_nid = $1", nid)
    stranger = await client.register("stranger")
    assert await find(alice, "carol") == [carol.user_id]
    assert await find(stranger, "carol") == []  # a bridge's user, in a room that is open
    assert await find(stranger, "alice") == [alice.user_id]
    async with services.db.acquire() as conn:
        await conn.execute("UPDATE accounts SET is_locked = true WHERE user_nid = $1", nid)
    assert await find(alice, "carol") == []


@pytest.mark.parametrize("overrides", [{"search": {"all_local_users": True}}])
async def test_a_server_may_let_all_its_users_be_found(alice: ApiClient, bob: ApiClient, find: Find) -> None:
    assert await find(alice, "bob") == [bob.user_id]


async def test_mutual_rooms_are_those_that_both_have_joined(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = [await make_room(alice, bob) for _ in range(3)]
    await make_room(alice, carol)
    await make_room(bob, carol)
    await rooms[1].leave(bob)
    path = "/_matrix/client/v1/mutual_rooms"
    both = [rooms[0].room_id, rooms[2].room_id]
    assert (await alice.get(path, user_id=bob.user_id)).ok() == {"joined": both, "count": 2}
    monkeypatch.setattr("homeserver.search.mutual_rooms.PAGE", 1)
    first = (await alice.get(path, user_id=bob.user_id)).ok()
    assert (first["joined"], first["count"]) == (both[:1], 2)
    second = (await alice.get(path, user_id=bob.user_id, **{"from": first["next_batch"]})).ok()
    assert second == {"joined": both[1:], "count": 2}
    assert (await alice.get(path, user_id="@nobody:example.org")).ok() == {"joined": [], "count": 0}
    for params in ({"user_id": alice.user_id}, {"user_id": bob.user_id, "from": "x"}, {"user_id": "bob"}):
        assert (await alice.get(path, **params)).errcode == "M_INVALID_PARAM"
    assert (await alice.get(path)).errcode == "M_MISSING_PARAM"
    unstable = "/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms"
    first = (await alice.get(unstable, user_id=bob.user_id)).ok()
    assert (first["joined"], "next_batch_token" in first) == (both[:1], True)
