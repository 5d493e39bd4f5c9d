"""Walking through spaces."""

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import create, join, room_path, set_state

SPACE: JsonObject = {"creation_content": {"type": "m.space"}}


async def add_child(user: ApiClient, space: str, child: str, **content: object) -> None:
    (await set_state(user, space, "m.space.child", {"via": ["example.org"], **content}, child)).ok()  # type: ignore[dict-item]


async def hierarchy(user: ApiClient, space: str, **params: str | int) -> Reply:
    return await user.get(f"/_matrix/client/v1{room_path(space, '/hierarchy')}", **params)


async def rooms_below(user: ApiClient, space: str, **params: str | int) -> list[str]:
    return [room["room_id"] for room in (await hierarchy(user, space, **params)).ok()["rooms"]]


async def test_tree_is_walked_depth_first_in_the_order_of_the_specification(alice: ApiClient) -> None:
    root = await create(alice, **SPACE)
    inner = await create(alice, **SPACE)
    first, second, third, leaf = [await create(alice) for _ in range(4)]
    await add_child(alice, root, third)
    await add_child(alice, root, inner, order="b", suggested=True)
    await add_child(alice, root, first, order="a")
    await add_child(alice, root, second, order="c")
    await add_child(alice, inner, leaf)
    await add_child(alice, inner, root)
    (await set_state(alice, root, "m.space.child", {"via": "no list"}, leaf)).ok()
    assert await rooms_below(alice, root) == [root, first, inner, leaf, second, third]
    assert await rooms_below(alice, root, max_depth=1) == [root, first, inner, second, third]
    assert await rooms_below(alice, root, max_depth=0) == [root]
    assert await rooms_below(alice, root, suggested_only="true") == [root, inner]
    shown = (await hierarchy(alice, root)).ok()["rooms"]
    assert shown[0]["room_type"] == "m.space"
    assert [child["state_key"] for child in shown[0]["children_state"]] == [first, inner, second, third]
    assert set(shown[0]["children_state"][0]) == {
        "type", "state_key", "content", "sender", "origin_server_ts",
    }  # fmt: skip
    assert shown[1]["children_state"] == []


async def test_tree_is_paged_with_the_same_question(alice: ApiClient) -> None:
    root = await create(alice, **SPACE)
    children = [await create(alice) for _ in range(5)]
    for child in children:
        await add_child(alice, root, child)
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 2}
    while True:
        body = (await hierarchy(alice, root, **params)).ok()
        seen += [room["room_id"] for room in body["rooms"]]
        if "next_batch" not in body:
            break
        assert len(body["rooms"]) == 2
        params["from"] = body["next_batch"]
    assert sorted(seen) == sorted([root, *children])
    assert (await hierarchy(alice, root, **{**params, "max_depth": 1})).errcode == "M_INVALID_PARAM"
    assert (await hierarchy(alice, root, **{**params, "suggested_only": "true"})).errcode == "M_INVALID_PARAM"
    for bad in (
        {"from": "x"},
        {"limit": 0},
        {"limit": "x"},
        {"max_depth": -1},
        {"suggested_only": "perhaps"},
    ):
        assert (await hierarchy(alice, root, **bad)).errcode == "M_INVALID_PARAM"


async def test_walk_shows_no_room_that_one_could_not_enter(alice: ApiClient, bob: ApiClient) -> None:
    root = await create(alice, **SPACE, preset="public_chat")
    private = await create(alice)
    public = await create(alice, preset="public_chat")
    rule: JsonObject = {"join_rule": "restricted", "allow": [{"type": "m.room_membership", "room_id": root}]}
    restricted = await create(alice, initial_state=[{"type": "m.room.join_rules", "content": rule}])
    knockable = await create(
        alice, initial_state=[{"type": "m.room.join_rules", "content": {"join_rule": "knock"}}]
    )
    invited = await create(alice, invite=[bob.user_id])
    for child in (private, public, restricted, knockable, invited, "!elsewhere:remote.example"):
        await add_child(alice, root, child)
    assert set(await rooms_below(bob, root)) == {root, public, knockable, invited}
    (await join(bob, root)).ok()
    assert set(await rooms_below(bob, root)) == {root, public, knockable, invited, restricted}
    refused = await hierarchy(bob, private)
    assert refused.errcode == "M_FORBIDDEN"
    assert (await hierarchy(bob, "!nothing:example.org")).json == refused.json
