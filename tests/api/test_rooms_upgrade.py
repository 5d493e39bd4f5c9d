"""Replacing rooms by ones of another version."""

from urllib.parse import quote

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import act, create, join, room_path, send, set_state, state, timeline


async def upgrade(user: ApiClient, room_id: str, version: str, **further: object) -> Reply:
    body: JsonObject = {"new_version": version, **further}
    return await user.post(room_path(room_id, "/upgrade"), body)


async def test_upgrade_links_both_rooms_and_carries_state_over(alice: ApiClient, bob: ApiClient) -> None:
    copied: JsonObject = {
        "m.room.topic": {"topic": "topic"},
        "m.room.name": {"name": "name"},
        "m.room.join_rules": {"join_rule": "public"},
        "m.room.guest_access": {"guest_access": "forbidden"},
        "m.room.history_visibility": {"history_visibility": "joined"},
        "m.room.avatar": {"url": "http://something"},
        "m.room.encryption": {"algorithm": "m.megolm.v1.aes-sha2"},
        "m.room.server_acl": {"allow": ["*"], "deny": ["evil.com"]},
    }
    for old_version, new_version in (("10", "2"), ("2", "11"), ("11", "12"), ("12", "12"), ("12", "10")):
        content: JsonObject = {"m.federate": False, "type": "org.example.type"}
        old = await create(alice, room_version=old_version, creation_content=content)
        for type_, value in copied.items():
            (await set_state(alice, old, type_, value)).ok()
        (await act(alice, old, "ban", bob)).ok()
        new = (await upgrade(alice, old, new_version)).ok()["replacement_room"]
        created = await state(alice, new, "m.room.create")
        assert created["room_version"] == new_version
        assert (created["m.federate"], created["type"]) == (False, "org.example.type")
        assert created["predecessor"]["room_id"] == old
        tombstone = (await alice.get(room_path(old, "/state/m.room.tombstone"), format="event")).ok()
        assert tombstone["content"]["replacement_room"] == new
        if new_version != "12":
            assert created["predecessor"]["event_id"] == tombstone["event_id"]
        for type_, value in copied.items():
            assert await state(alice, new, type_) == value
        assert (await state(alice, new, "m.room.member", bob.user_id))["membership"] == "ban"
        assert (await send(alice, new)).status == 200
        (await set_state(alice, new, "m.room.name", {"name": f"still with power in {new_version}"})).ok()


async def test_aliases_and_publication_move_to_the_new_room(alice: ApiClient) -> None:
    old = await create(alice, room_alias_name="main", visibility="public", room_version="10")
    (await alice.put("/directory/room/%23other:example.org", {"room_id": old})).ok()
    listed: JsonObject = {"alias": "#main:example.org", "alt_aliases": ["#other:example.org"]}
    (await set_state(alice, old, "m.room.canonical_alias", listed)).ok()
    new = (await upgrade(alice, old, "11")).ok()["replacement_room"]
    assert await state(alice, old, "m.room.canonical_alias") == {}
    assert await state(alice, new, "m.room.canonical_alias") == listed
    for name in ("main", "other"):
        assert (await alice.get(f"/directory/room/%23{name}:example.org")).ok()["room_id"] == new
    assert [room["room_id"] for room in (await alice.get("/publicRooms")).ok()["chunk"]] == [new]
    assert (await alice.get(f"/directory/list/room/{quote(old)}")).ok()["visibility"] == "private"


async def test_power_levels_are_the_same_in_the_new_room(alice: ApiClient, bob: ApiClient) -> None:
    old = await create(alice, room_version="10", preset="public_chat")
    (await join(bob, old)).ok()
    levels = await state(alice, old, "m.room.power_levels")
    levels["users"] |= {bob.user_id: 50, "@test:xyz": 40}
    levels["events"] |= {"m.room.tombstone": 50}
    (await set_state(alice, old, "m.room.power_levels", levels)).ok()
    new = (await upgrade(bob, old, "2")).ok()["replacement_room"]
    assert await state(bob, new, "m.room.power_levels") == levels
    assert await state(bob, old, "m.room.power_levels") == levels, "bob may not change them"
    assert [event["type"] for event in await timeline(bob, new)].count("m.room.power_levels") == 2


async def test_old_room_is_closed_to_ordinary_members(alice: ApiClient) -> None:
    for users_default, least in ((0, 50), (80, 81)):
        override: JsonObject = {"users_default": users_default}
        old = await create(alice, room_version="10", power_level_content_override=override)
        (await upgrade(alice, old, "11")).ok()
        levels = await state(alice, old, "m.room.power_levels")
        assert (levels["events_default"], levels["invite"]) == (least, least)


async def test_creators_stand_above_the_levels_of_a_new_room(alice: ApiClient, bob: ApiClient) -> None:
    users: JsonObject = {alice.user_id: 100, bob.user_id: 100, "@c:example.org": 50}
    old = await create(alice, room_version="9", power_level_content_override={"users": users, "ban": "60"})
    new = (await upgrade(alice, old, "12", additional_creators=[bob.user_id])).ok()["replacement_room"]
    assert (await state(alice, new, "m.room.create"))["additional_creators"] == [bob.user_id]
    levels = await state(alice, new, "m.room.power_levels")
    assert levels["users"] == {"@c:example.org": 50}
    assert levels["ban"] == 60
    assert levels["events"]["m.room.tombstone"] == 150


async def test_upgrade_is_refused_without_a_trace(alice: ApiClient, bob: ApiClient) -> None:
    old = await create(alice, preset="public_chat", room_version="10")
    (await join(bob, old)).ok()
    before = await timeline(alice, old)
    assert (await upgrade(alice, old, "my_bad_version")).errcode == "M_UNSUPPORTED_ROOM_VERSION"
    assert (await upgrade(bob, old, "11")).errcode == "M_FORBIDDEN"
    assert (await upgrade(alice, "!fail:unknown", "11")).errcode == "M_NOT_FOUND"
    assert (await upgrade(alice, old, "12", additional_creators=["bob"])).status == 400
    assert (await alice.post(room_path(old, "/upgrade"), {"new_version": 11})).errcode == "M_BAD_JSON"
    assert await timeline(alice, old) == before
    assert (await alice.get("/joined_rooms")).ok() == {"joined_rooms": [old]}
