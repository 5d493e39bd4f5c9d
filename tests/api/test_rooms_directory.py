"""Aliases, the published directory and summaries of rooms."""

from urllib.parse import quote

from homeserver.accounts.moderate import set_admin
from homeserver.http.context import Services
from homeserver.json_types import JsonObject, JsonValue
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import act, create, join, room_path, set_state, state

ALIAS = "#☕:example.org"


def alias_path(alias: str) -> str:
    return f"/directory/room/{quote(alias, safe='')}"


async def summary(user: ApiClient, room: str) -> Reply:
    return await user.get(f"/_matrix/client/v1/room_summary/{quote(room, safe='')}")


async def test_alias_is_made_found_listed_and_removed(
    alice: ApiClient, bob: ApiClient, client: ApiClient
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await alice.put(alias_path(ALIAS), {"room_id": room_id})).ok()
    found = (await client.get(alias_path(ALIAS))).ok()
    assert found == {"room_id": room_id, "servers": ["example.org"]}
    taken = await alice.put(alias_path(ALIAS), {"room_id": room_id})
    assert taken.status == 409
    assert (await alice.get(room_path(room_id, "/aliases"))).ok() == {"aliases": [ALIAS]}
    assert (await bob.get(room_path(room_id, "/aliases"))).errcode == "M_FORBIDDEN"
    assert (await bob.delete(alias_path(ALIAS))).errcode == "M_FORBIDDEN"
    (await alice.delete(alias_path(ALIAS))).ok()
    assert (await client.get(alias_path(ALIAS))).errcode == "M_NOT_FOUND"
    assert (await alice.delete(alias_path(ALIAS))).errcode == "M_NOT_FOUND"
    assert (await alice.get(room_path(room_id, "/aliases"))).ok() == {"aliases": []}


async def test_alias_can_be_removed_by_maker_moderator_and_admin(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(alice, preset="public_chat")
    carol = await bob.with_token(None).register("carol")
    assert (await bob.put(alias_path("#b:example.org"), {"room_id": room_id})).status == 403
    (await join(bob, room_id)).ok()
    for name in ("b1", "b2", "b3"):
        (await bob.put(alias_path(f"#{name}:example.org"), {"room_id": room_id})).ok()
    (await bob.delete(alias_path("#b1:example.org"))).ok()
    (await alice.delete(alias_path("#b2:example.org"))).ok()
    assert (await carol.delete(alias_path("#b3:example.org"))).status == 403
    await set_admin(services.accounts, await services.rooms.names.intern_user(carol.user_id), True)  # type: ignore[arg-type]
    (await carol.delete(alias_path("#b3:example.org"))).ok()


async def test_odd_aliases_are_refused(alice: ApiClient) -> None:
    room_id = await create(alice)
    for alias in (
        "#a:remote.example",
        "no-alias",
        "#no-domain",
        "#sp ace:example.org",
        "#" + "x" * 300 + ":a",
    ):
        assert (await alice.put(alias_path(alias), {"room_id": room_id})).status == 400, alias
    bodies: list[JsonObject] = [{}, {"room_id": 5}, {"room_id": "x"}]
    for body in bodies:
        assert (await alice.put(alias_path("#a:example.org"), body)).status == 400
    assert (await alice.get(alias_path("#a:remote.example"))).errcode == "M_NOT_FOUND"


async def test_canonical_alias_must_lead_to_the_room(alice: ApiClient) -> None:
    room_id = await create(alice, room_alias_name="here")
    await create(alice, room_alias_name="there")

    async def put(content: JsonObject) -> str | None:
        return (await set_state(alice, room_id, "m.room.canonical_alias", content)).errcode

    assert await put({"alias": "#here:example.org", "alt_aliases": ["#here:example.org"]}) is None
    assert await put({"alias": "#nowhere:example.org"}) == "M_BAD_ALIAS"
    assert await put({"alias": "%here:example.org"}) == "M_INVALID_PARAM"
    assert await put({"alt_aliases": ["#there:example.org"]}) == "M_BAD_ALIAS"
    assert await put({"alt_aliases": ["%here:example.org"]}) == "M_INVALID_PARAM"
    assert await put({"alt_aliases": "#here:example.org"}) == "M_BAD_JSON"
    assert await put({"alias": 5}) == "M_BAD_JSON"
    (await alice.delete(alias_path("#here:example.org"))).ok()
    assert await state(alice, room_id, "m.room.canonical_alias") == {}


async def test_directory_lists_published_rooms_largest_first(
    alice: ApiClient, bob: ApiClient, client: ApiClient
) -> None:
    small = await create(alice, visibility="public", name="Small", topic="about wombles")
    large = await create(alice, visibility="public", room_alias_name="large")
    hidden = await create(alice, preset="public_chat")
    (await join(bob, large)).ok()
    body = (await client.get("/publicRooms")).ok()
    assert body["total_room_count_estimate"] == 2
    assert body["chunk"] == [
        {
            "room_id": large, "canonical_alias": "#large:example.org", "num_joined_members": 2,
            "world_readable": False, "guest_can_join": False, "join_rule": "public",
        },
        {
            "room_id": small, "name": "Small", "topic": "about wombles", "num_joined_members": 1,
            "world_readable": False, "guest_can_join": False, "join_rule": "public",
        },
    ]  # fmt: skip
    path = f"/directory/list/room/{quote(hidden)}"
    assert (await client.get(path)).ok() == {"visibility": "private"}
    assert (await bob.put(path, {"visibility": "public"})).status == 403
    (await alice.put(path)).ok()
    assert (await client.get(path)).ok() == {"visibility": "public"}
    assert len((await client.get("/publicRooms")).ok()["chunk"]) == 3
    (await alice.put(path, {"visibility": "private"})).ok()
    assert (await alice.put(path, {"visibility": "dim"})).errcode == "M_BAD_JSON"
    assert (await client.get("/directory/list/room/!no:example.org")).errcode == "M_NOT_FOUND"
    (await act(bob, large, "leave")).ok()
    (await set_state(alice, large, "m.room.guest_access", {"guest_access": "can_join"})).ok()
    (
        await set_state(alice, large, "m.room.history_visibility", {"history_visibility": "world_readable"})
    ).ok()
    listed = {room["room_id"]: room for room in (await client.get("/publicRooms")).ok()["chunk"]}
    shown = listed[large]
    assert (shown["num_joined_members"], shown["guest_can_join"], shown["world_readable"]) == (1, True, True)


async def test_directory_is_searched_and_filtered(alice: ApiClient, client: ApiClient) -> None:
    womble = await create(alice, visibility="public", name="Test", topic="Wombles")
    space = await create(alice, visibility="public", creation_content={"type": "m.space"})

    async def search(**wanted: JsonValue) -> list[str]:
        body = (await alice.post("/publicRooms", {"filter": wanted}, server="example.org")).ok()
        return [room["room_id"] for room in body["chunk"]]

    assert await search(generic_search_term="WOMBLE") == [womble]
    assert await search(generic_search_term="nothing") == []
    assert await search(room_types=["m.space"]) == [space]
    assert await search(room_types=[None]) == [womble]
    assert await search(room_types=[None, "m.space"]) == [womble, space]
    assert (await client.post("/publicRooms")).errcode == "M_MISSING_TOKEN"
    assert (await alice.get("/publicRooms", server="remote.example")).errcode == "M_NOT_FOUND"
    bodies: list[JsonValue] = [
        {"limit": 0},
        {"limit": "x"},
        {"since": "x"},
        {"filter": {"room_types": "m.space"}},
        [],
    ]
    for body in bodies:
        assert (await alice.post("/publicRooms", body)).status == 400
    assert (await client.get("/publicRooms", limit=-1)).status == 400


async def test_directory_is_paged_both_ways(alice: ApiClient) -> None:
    rooms = [await create(alice, visibility="public") for _ in range(7)]
    seen: list[str] = []
    body: JsonObject = {}
    while not seen or "next_batch" in body:
        since = {"since": body["next_batch"]} if body else {}
        body = (await alice.post("/publicRooms", {"limit": 3, **since})).ok()
        seen += [room["room_id"] for room in body["chunk"]]
    assert seen == rooms
    back: list[str] = []
    while "prev_batch" in body:
        body = (await alice.post("/publicRooms", {"limit": 3, "since": body["prev_batch"]})).ok()
        back = [room["room_id"] for room in body["chunk"]] + back
    assert back == rooms[:6]


async def test_summary_shows_what_the_asker_may_see(
    alice: ApiClient, bob: ApiClient, client: ApiClient
) -> None:
    club = await create(alice, preset="public_chat", room_alias_name="club", name="Club")
    shown = (await summary(client, "#club:example.org")).ok()
    assert shown == {
        "room_id": club, "name": "Club", "canonical_alias": "#club:example.org", "num_joined_members": 1,
        "world_readable": False, "guest_can_join": False, "join_rule": "public", "room_version": "12",
    }  # fmt: skip
    assert (await summary(alice, club)).ok()["membership"] == "join"
    rule: JsonObject = {"join_rule": "restricted", "allow": [{"type": "m.room_membership", "room_id": club}]}
    private = await create(
        alice,
        initial_state=[
            {"type": "m.room.join_rules", "content": rule},
            {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}},
        ],
    )
    assert (await summary(client, private)).errcode == "M_NOT_FOUND"
    refused = await summary(bob, private)
    assert refused.json == (await summary(bob, "!nothing:example.org")).json
    (await join(bob, club)).ok()
    shown = (await summary(bob, private)).ok()
    assert shown["allowed_room_ids"] == [club]
    assert shown["encryption"] == "m.megolm.v1.aes-sha2"
    assert (await summary(bob.with_token("wrong"), club)).status == 401
    assert (await summary(bob, "nonsense")).status == 400
    invited = await create(alice, invite=[bob.user_id])
    assert (await summary(bob, invited)).ok()["membership"] == "invite"
