"""Creating rooms: every option, in one commit."""

import asyncio

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, membership, send, state, timeline

ALL_VERSIONS = [str(number) for number in range(1, 13)]


async def test_rooms_of_every_version_can_be_made_joined_and_spoken_in(
    alice: ApiClient, bob: ApiClient
) -> None:
    for version in ALL_VERSIONS:
        room_id = await create(alice, room_version=version, preset="public_chat", name="A room", topic="Talk")
        content = await state(alice, room_id, "m.room.create")
        assert content["room_version"] == version
        assert content.get("creator") == (alice.user_id if int(version) < 11 else None)
        assert (":" in room_id) is (version != "12")
        assert (await join(bob, room_id)).ok()["room_id"] == room_id
        assert (await send(bob, room_id)).status == 200
        assert await state(bob, room_id, "m.room.name") == {"name": "A room"}
        topic = await state(bob, room_id, "m.room.topic")
        assert topic == {"topic": "Talk", "m.topic": {"m.text": [{"body": "Talk"}]}}


async def test_rooms_made_alike_at_the_same_moment_are_two_rooms(alice: ApiClient) -> None:
    rooms = await asyncio.gather(*(create(alice, room_version="12") for _ in range(4)))
    assert len({*rooms, await create(alice, room_version="12")}) == 5


async def test_new_room_is_one_commit(alice: ApiClient, services: Services) -> None:
    bob = await alice.with_token(None).register("bob")
    async with services.db.acquire() as conn:
        before = await conn.fetchval("SELECT count(*) FROM position_log WHERE kinds & 1 = 1")
    await create(alice, name="A room", invite=[bob.user_id], visibility="public", room_alias_name="a")
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM position_log WHERE kinds & 1 = 1") == before + 1


async def test_first_events_come_in_the_order_of_the_specification(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(
        alice,
        name="N",
        topic="T",
        room_alias_name="alias",
        invite=[bob.user_id],
        is_direct=True,
        initial_state=[
            {"type": "m.room.name", "content": {"name": "replaced by `name`"}},
            {"type": "m.room.join_rules", "content": {"join_rule": "knock"}},
            {"type": "org.example", "state_key": "k", "content": {"a": 1}},
        ],
    )
    events = await timeline(alice, room_id)
    assert [event["type"] for event in events] == [
        "m.room.create",
        "m.room.member",
        "m.room.power_levels",
        "m.room.canonical_alias",
        "m.room.history_visibility",
        "m.room.guest_access",
        "m.room.join_rules",
        "org.example",
        "m.room.name",
        "m.room.topic",
        "m.room.member",
    ]
    assert events[3]["content"] == {"alias": "#alias:example.org"}
    assert events[6]["content"] == {"join_rule": "knock"}
    assert events[8]["content"] == {"name": "N"}
    assert events[-1]["content"] == {"membership": "invite", "is_direct": True, "displayname": "bob"}
    assert events[-1]["state_key"] == bob.user_id


async def test_preset_or_visibility_decides_who_gets_in(alice: ApiClient) -> None:
    private = ("invite", "can_join")
    public = ("public", "forbidden")
    expected: list[tuple[JsonObject, tuple[str, str]]] = [
        ({"preset": "private_chat", "visibility": "public"}, private),
        ({"preset": "trusted_private_chat"}, private),
        ({"preset": "public_chat"}, public),
        ({"visibility": "public"}, public),
        ({"visibility": "private"}, private),
        ({}, private),
    ]
    for options, (join_rule, guest_access) in expected:
        room_id = await create(alice, **options)
        assert await state(alice, room_id, "m.room.join_rules") == {"join_rule": join_rule}
        assert await state(alice, room_id, "m.room.guest_access") == {"guest_access": guest_access}
        assert await state(alice, room_id, "m.room.history_visibility") == {"history_visibility": "shared"}


async def test_trusted_private_chat_makes_everybody_equal(alice: ApiClient, bob: ApiClient) -> None:
    options: JsonObject = {"preset": "trusted_private_chat", "invite": [bob.user_id]}
    room_id = await create(alice, **options, room_version="11")
    users = (await state(alice, room_id, "m.room.power_levels"))["users"]
    assert users == {alice.user_id: 100, bob.user_id: 100}
    room_id = await create(alice, **options, creation_content={"additional_creators": ["@carol:example.org"]})
    content = await state(alice, room_id, "m.room.create")
    assert content["additional_creators"] == ["@carol:example.org", bob.user_id]
    levels = await state(alice, room_id, "m.room.power_levels")
    assert levels["users"] == {}
    assert levels["events"]["m.room.tombstone"] > levels["state_default"]


async def test_creation_content_cannot_choose_creator_and_version(alice: ApiClient) -> None:
    given: JsonObject = {
        "room_version": "bad",
        "creator": "@mallory:x",
        "m.federate": False,
        "type": "m.space",
    }
    room_id = await create(alice, creation_content=given, room_version="11")
    assert await state(alice, room_id, "m.room.create") == {
        "room_version": "11",
        "m.federate": False,
        "type": "m.space",
    }


async def test_power_levels_are_overridden_member_by_member(alice: ApiClient) -> None:
    override: JsonObject = {"users": {alice.user_id: 500}, "events_default": 10}
    room_id = await create(alice, room_version="10", power_level_content_override=override)
    levels = await state(alice, room_id, "m.room.power_levels")
    assert levels["users"] == {alice.user_id: 500}
    assert levels["events_default"] == 10
    assert levels["state_default"] == 50


async def test_taken_alias_leaves_no_room_behind(alice: ApiClient, services: Services) -> None:
    first = await create(alice, room_alias_name="here")
    refused = await alice.post("/createRoom", {"room_alias_name": "here"})
    assert (refused.status, refused.errcode) == (400, "M_ROOM_IN_USE")
    assert (await alice.get("/directory/room/%23here:example.org")).ok()["room_id"] == first
    assert (await alice.get("/joined_rooms")).ok()["joined_rooms"] == [first]


async def test_impossible_state_gives_back_the_alias(alice: ApiClient) -> None:
    impossible: JsonObject = {
        "room_version": "10",
        "room_alias_name": "again",
        "power_level_content_override": {"users": {alice.user_id: 0}},
        "name": "needs level 50",
    }
    refused = await alice.post("/createRoom", impossible)
    assert (refused.status, refused.errcode) == (400, "M_INVALID_ROOM_STATE")
    await create(alice, room_alias_name="again")


REFUSED: list[tuple[JsonObject, str]] = [
    ({"room_version": 1}, "M_BAD_JSON"),
    ({"room_version": "none"}, "M_UNSUPPORTED_ROOM_VERSION"),
    ({"room_version": ""}, "M_UNSUPPORTED_ROOM_VERSION"),
    ({"preset": "cosy"}, "M_BAD_JSON"),
    ({"visibility": "dim"}, "M_BAD_JSON"),
    ({"invite": "@bob:example.org"}, "M_BAD_JSON"),
    ({"invite": ["bob"]}, "M_INVALID_PARAM"),
    ({"room_alias_name": "a b"}, "M_INVALID_PARAM"),
    ({"room_alias_name": "a:b"}, "M_INVALID_PARAM"),
    ({"room_alias_name": "a\u0000b"}, "M_INVALID_PARAM"),
    ({"room_alias_name": "a" * 300}, "M_INVALID_PARAM"),
    ({"initial_state": [{"content": {}}]}, "M_BAD_JSON"),
    ({"initial_state": [{"type": "t", "content": {"float": 1.5}}]}, "M_BAD_JSON"),
    (
        {
            "initial_state": [
                {"type": "m.room.member", "state_key": "@b:example.org", "content": {"membership": "invite"}}
            ]
        },
        "M_INVALID_ROOM_STATE",
    ),
    (
        {"initial_state": [{"type": "m.room.canonical_alias", "content": {"alias": "#x:example.org"}}]},
        "M_BAD_ALIAS",
    ),
    ({"creation_content": {"additional_creators": ["nobody"]}}, "M_INVALID_ROOM_STATE"),
    ({"creation_content": []}, "M_BAD_JSON"),
    ({"initial_state": [{"type": "t", "content": {"x": "y" * 70_000}}]}, "M_TOO_LARGE"),
]


async def test_odd_wishes_are_refused(alice: ApiClient) -> None:
    for options, errcode in REFUSED:
        refused = await alice.post("/createRoom", options)
        assert refused.errcode == errcode, options
        assert refused.status in (400, 413)


async def test_member_events_of_a_new_room_carry_profiles(alice: ApiClient, bob: ApiClient) -> None:
    for user, name in ((alice, "Alice A."), (bob, "Bob B.")):
        await user.put(f"/profile/{user.user_id}/displayname", {"displayname": name})
    room_id = await create(alice, invite=[bob.user_id])
    assert (await state(alice, room_id, "m.room.member", alice.user_id))["displayname"] == "Alice A."
    assert (await state(alice, room_id, "m.room.member", bob.user_id))["displayname"] == "Bob B."


async def test_user_who_takes_no_invites_is_not_invited(alice: ApiClient, bob: ApiClient) -> None:
    path = f"/user/{bob.user_id}/account_data/m.invite_permission_config"
    (await bob.put(path, {"default_action": "block"})).ok()
    refused = await alice.post("/createRoom", {"invite": [bob.user_id]})
    assert (refused.status, refused.errcode) == (403, "M_INVITE_BLOCKED")
    room_id = await create(alice)
    refused = await act(alice, room_id, "invite", bob)
    assert (refused.status, refused.errcode) == (403, "M_INVITE_BLOCKED")
    (await bob.put(path, {})).ok()
    (await act(alice, room_id, "invite", bob)).ok()
    assert await membership(alice, room_id, bob) == "invite"
