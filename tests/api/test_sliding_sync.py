"""Simplified sliding sync (MSC4186): lists, subscriptions, and what is shown of rooms."""

import asyncio

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, send, set_state
from tests.api.sliding_calls import STABLE_PATH, Slider, bodies, types, window

NAME_AND_ME = (["m.room.name", ""], ["m.room.member", "$ME"])
LAZY = (["m.room.name", ""], ["m.room.member", "$LAZY"])


async def say(user: ApiClient, room_id: str, text: str) -> str:
    return (await send(user, room_id, {"msgtype": "m.text", "body": text})).ok()["event_id"]  # type: ignore[no-any-return]


async def test_a_list_shows_the_rooms_last_active_first(alice: ApiClient) -> None:
    rooms = [await create(alice, name=f"Room {n}") for n in range(3)]
    await say(alice, rooms[0], "up")
    slider = Slider(alice, {"lists": {"top": window(1, 1)}})
    answer = await slider.sync()
    assert answer["lists"] == {"top": {"count": 3}}
    assert answer["rooms"].keys() == {rooms[0], rooms[2]}
    room = answer["rooms"][rooms[0]]
    assert bodies(room) == ["up"]
    assert room["initial"] is True
    assert room["limited"] is True
    assert room["num_live"] == 0
    assert room["name"] == "Room 0"
    assert room["joined_count"] == 1
    assert room["lists"] == ["top"]
    assert ("m.room.create", "") in types(room["required_state"])
    assert (await slider.sync())["rooms"] == {}
    await say(alice, rooms[1], "me too")
    answer = await slider.sync()
    assert answer["rooms"].keys() == {rooms[1]}
    assert answer["rooms"][rooms[1]]["num_live"] == 1


async def test_a_room_that_comes_back_into_the_window_goes_on_where_it_was(alice: ApiClient) -> None:
    first, second = await create(alice, name="First"), await create(alice, name="Second")
    slider = Slider(alice, {"lists": {"all": window(1, 5)}})
    await slider.sync()
    narrow: JsonObject = {"lists": {"all": window(0, 5)}}
    await say(alice, first, "one")
    await set_state(alice, first, "m.room.name", {"name": "Renamed"})
    await say(alice, second, "two")
    answer = await slider.sync(**narrow)
    assert answer["rooms"].keys() == {second}
    answer = await slider.sync()
    room = answer["rooms"][first]
    assert "initial" not in room
    assert bodies(room) == ["one"]
    assert room["name"] == "Renamed"
    assert room["num_live"] == 0
    assert types(room["required_state"]) == [("m.room.name", "")]


async def test_a_larger_timeline_limit_brings_older_events(alice: ApiClient) -> None:
    room_id = await create(alice)
    for n in range(4):
        await say(alice, room_id, f"m{n}")
    slider = Slider(alice, {"lists": {"all": window(9, 1, *NAME_AND_ME)}})
    assert bodies((await slider.sync())["rooms"][room_id]) == ["m3"]
    subscribed: JsonObject = {
        "room_subscriptions": {room_id: {"timeline_limit": 3, "required_state": [["m.room.create", ""]]}}
    }
    room = (await slider.sync(5_000, **subscribed))["rooms"][room_id]
    assert bodies(room) == ["m1", "m2", "m3"]
    assert room["unstable_expanded_timeline"] is True
    assert room["num_live"] == 0
    assert types(room["required_state"]) == [("m.room.create", "")]
    assert (await slider.sync(**subscribed))["rooms"] == {}
    await say(alice, room_id, "m4")
    assert bodies((await slider.sync())["rooms"][room_id]) == ["m4"]
    assert (await slider.sync(**subscribed))["rooms"][room_id].get("timeline", []) == []
    for n in range(5, 9):
        await say(alice, room_id, f"m{n}")
    assert (await slider.sync())["rooms"][room_id]["limited"] is True
    assert bodies((await slider.sync(**subscribed))["rooms"][room_id]) == ["m6", "m7", "m8"]


async def test_filters_choose_rooms(alice: ApiClient, bob: ApiClient) -> None:
    plain = await create(alice, name="Plain Talk")
    encryption: JsonObject = {
        "type": "m.room.encryption",
        "state_key": "",
        "content": {"algorithm": "m.megolm.v1.aes-sha2"},
    }
    encrypted = await create(alice, initial_state=[encryption])
    space = await create(alice, creation_content={"type": "m.space"})
    await set_state(alice, space, "m.space.child", {"via": ["example.org"]}, plain)
    invited = await create(bob, invite=[alice.user_id])
    await alice.put(f"/user/{alice.user_id}/account_data/m.direct", {bob.user_id: [encrypted]})
    await alice.put(f"/user/{alice.user_id}/rooms/{plain}/tags/u.work", {})
    wanted: JsonObject = {
        "dms": window(9, 0, is_dm=True),
        "encrypted": window(9, 0, is_encrypted=True),
        "invites": window(9, 0, is_invite=True),
        "spaces": window(9, 0, room_types=["m.space"]),
        "rooms": window(9, 0, not_room_types=["m.space"], is_invite=False),
        "in space": window(9, 0, spaces=[space]),
        "named": window(9, 0, room_name_like="plain"),
        "tagged": window(9, 0, tags=["u.work"]),
        "untagged": window(9, 0, not_tags=["u.work"]),
    }
    slider = Slider(alice, {"lists": wanted})

    def found(answer: JsonObject) -> dict[str, set[str]]:
        return {
            name: {room_id for room_id, room in answer["rooms"].items() if name in room["lists"]}
            for name in wanted
        }

    first = await slider.sync()
    assert found(first) == {
        "dms": {encrypted},
        "encrypted": {encrypted},
        "invites": {invited},
        "spaces": {space},
        "rooms": {plain, encrypted},
        "in space": {plain},
        "named": {plain},
        "tagged": {plain},
        "untagged": {encrypted, space, invited},
    }
    assert first["rooms"][encrypted]["is_dm"] is True
    assert "is_dm" not in first["rooms"][plain]
    await set_state(alice, plain, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    await set_state(alice, plain, "m.room.name", {"name": "Other"})
    await set_state(alice, space, "m.space.child", {}, plain)
    await alice.put(f"/user/{alice.user_id}/account_data/m.direct", {bob.user_id: [plain]})
    await alice.delete(f"/user/{alice.user_id}/rooms/{plain}/tags/u.work")
    (await join(alice, invited)).ok()
    answer = await slider.sync()
    assert {name: answer["lists"][name]["count"] for name in wanted} == {
        "dms": 1, "encrypted": 2, "invites": 0, "spaces": 1, "rooms": 3, "in space": 0, "named": 0,
        "tagged": 0, "untagged": 4,
    }  # fmt: skip
    assert answer["rooms"][plain]["is_dm"] is True
    assert answer["rooms"][encrypted]["is_dm"] is False
    assert answer["rooms"][invited]["initial"] is True


async def test_an_invite_shows_stripped_state_and_a_rejected_one_is_told_once(
    alice: ApiClient, bob: ApiClient
) -> None:
    slider = Slider(bob, {"lists": {"all": window(9, 5, *NAME_AND_ME)}})
    await slider.sync()
    room_id = await create(alice, name="Secret", invite=[bob.user_id])
    await say(alice, room_id, "not for you")
    answer = await slider.sync()
    room = answer["rooms"][room_id]
    assert room["membership"] == "invite"
    assert "timeline" not in room
    assert "joined_count" not in room
    shown = {event["type"]: event["content"] for event in room["invite_state"]}
    assert shown["m.room.name"] == {"name": "Secret"}
    assert "m.room.message" not in shown
    await say(alice, room_id, "still not for you")
    assert (await slider.sync())["rooms"] == {}
    (await act(bob, room_id, "leave")).ok()
    answer = await slider.sync()
    room = answer["rooms"][room_id]
    assert room["membership"] == "leave"
    assert "invite_state" not in room
    assert [e["content"]["membership"] for e in room["timeline"]] == ["leave"]
    assert types(room["required_state"]) == [("m.room.member", bob.user_id)]
    assert "joined_count" not in room
    answer = await slider.sync()
    assert answer["rooms"] == {}
    assert answer["lists"]["all"]["count"] == 0


async def test_who_was_kicked_sees_nothing_after_it_and_the_room_stays_in_the_list(
    alice: ApiClient, bob: ApiClient
) -> None:
    """CVE-2024-53867; Continuwuity: sliding sync went on after a kick."""
    room_id = await create(alice, preset="public_chat", name="Before")
    (await join(bob, room_id)).ok()
    slider = Slider(bob, {"lists": {"all": window(9, 5)}})
    await slider.sync()
    await say(alice, room_id, "last")
    (await act(alice, room_id, "kick", bob)).ok()
    await set_state(alice, room_id, "m.room.name", {"name": "After"})
    await say(alice, room_id, "gone")
    answer = await slider.sync()
    room = answer["rooms"][room_id]
    assert bodies(room) == ["last"]
    assert room["membership"] == "leave"
    assert types(room["required_state"]) == [("m.room.member", bob.user_id)]
    assert "name" not in room
    assert "joined_count" not in room
    assert "heroes" not in room
    assert (await slider.sync())["lists"]["all"]["count"] == 1
    room = (await Slider(bob).sync())["rooms"][room_id]
    assert room["initial"] is True
    assert room["name"] == "Before"
    assert bodies(room) == ["last"]
    assert "After" not in str(room)
    subscribed: JsonObject = {
        "lists": {},
        "room_subscriptions": {room_id: {"timeline_limit": 9, "required_state": [["*", "*"]]}},
    }
    assert "gone" not in str(await Slider(bob, subscribed, conn_id="b").sync())
    assert (await Slider(bob, {"room_subscriptions": {}}, conn_id="c").sync())["rooms"] == {}


async def test_rooms_of_others_cannot_be_subscribed_to(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    wanted = {
        room_id: {"timeline_limit": 9, "required_state": [["*", "*"]]},
        "!nowhere": {"timeline_limit": 1},
    }
    assert (await Slider(bob, {"room_subscriptions": wanted}).sync())["rooms"] == {}


async def test_messages_while_away_and_of_ignored_users_are_not_shown(
    alice: ApiClient, bob: ApiClient
) -> None:
    hidden: JsonObject = {
        "type": "m.room.history_visibility",
        "state_key": "",
        "content": {"history_visibility": "joined"},
    }
    room_id = await create(alice, preset="public_chat", initial_state=[hidden])
    (await join(bob, room_id)).ok()
    slider = Slider(bob, {"lists": {"all": window(9, 50)}})
    await slider.sync()
    (await act(bob, room_id, "leave")).ok()
    await say(alice, room_id, "secret")
    (await join(bob, room_id)).ok()
    await say(alice, room_id, "hello")
    assert bodies((await slider.sync())["rooms"][room_id]) == ["hello"]
    ignored: JsonObject = {"ignored_users": {alice.user_id: {}}}
    (await bob.put(f"/user/{bob.user_id}/account_data/m.ignored_user_list", ignored)).ok()
    await say(alice, room_id, "ignore me")
    room = (await slider.sync())["rooms"].get(room_id, {})
    assert bodies(room) == []
    assert "bump_stamp" not in room
    await create(alice, invite=[bob.user_id])
    assert (await slider.sync())["lists"]["all"]["count"] == 1


async def test_members_come_as_the_timeline_shows_them(
    alice: ApiClient, bob: ApiClient, carol: ApiClient
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    (await join(carol, room_id)).ok()
    await say(bob, room_id, "hello")
    slider = Slider(alice, {"lists": {"all": window(9, 1, *LAZY)}})
    room = (await slider.sync())["rooms"][room_id]
    assert types(room["required_state"]) == [("m.room.member", bob.user_id)]
    assert [hero["user_id"] for hero in room["heroes"]] == [bob.user_id, carol.user_id]
    await say(bob, room_id, "again")
    assert "required_state" not in (await slider.sync())["rooms"][room_id]
    await say(carol, room_id, "me too")
    lost = (await slider.ask()).ok()
    answer = await slider.sync()
    for given in (lost, answer):
        assert types(given["rooms"][room_id]["required_state"]) == [("m.room.member", carol.user_id)]
    await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "Bobby"})
    room = (await slider.sync(2_000))["rooms"][room_id]
    assert [e["content"]["displayname"] for e in room["required_state"]] == ["Bobby"]
    assert {hero["displayname"] for hero in room["heroes"]} == {"Bobby", "carol"}


async def test_the_accepted_form_of_the_protocol(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, name="Here", topic="Talk")
    await say(alice, room_id, "hello")
    invited = await create(bob, invite=[alice.user_id])
    config: JsonObject = {
        "timeline_limit": 1,
        "required_state": {
            "include": [{"type": "m.room.topic"}, {"state_key": ""}],
            "exclude": [{"type": "m.room.name"}],
        },
    }
    body: JsonObject = {"conn_id": "x", "lists": {"all": {"range": [0, 9], **config}}}
    answer = (await alice.post(STABLE_PATH, body)).ok()
    room = answer["rooms"][room_id]
    found = {type_ for type_, _ in types(room["required_state"])}
    assert {"m.room.topic", "m.room.create"} <= found
    assert not found & {"m.room.name", "m.room.member"}
    assert "notification_count" not in room
    assert "stripped_state" in answer["rooms"][invited]
    body |= {"pos": answer["pos"], "timeout": 0}
    await set_state(alice, room_id, "m.room.name", {})
    body["lists"]["all"]["timeline_limit"] = 2
    room = (await alice.post(STABLE_PATH, body)).ok()["rooms"][room_id]
    assert room["name"] is None
    assert room["expanded_timeline"] is True
    assert (await alice.post(STABLE_PATH, body | {"set_presence": "odd"})).errcode == "M_INVALID_PARAM"
    history = (
        await alice.get(f"/rooms/{room_id}/messages", dir="b", limit=1, **{"from": answer["pos"]})
    ).ok()
    assert history["chunk"][0]["content"]["body"] == "hello"


async def test_bad_requests_are_refused(alice: ApiClient) -> None:
    many = {str(n): window() for n in range(101)}
    for body, errcode in (
        ({"lists": many}, "M_INVALID_PARAM"),
        ({"room_subscriptions": {f"!{n}": {"timeline_limit": 1} for n in range(101)}}, "M_INVALID_PARAM"),
        ({"lists": {"a": window() | {"ranges": [[3, 1]]}}}, "M_INVALID_PARAM"),
        ({"lists": {"a": window() | {"ranges": [[-1, 1]]}}}, "M_BAD_JSON"),
        ({"lists": {"a": {"required_state": [["m.room.name"]]}}}, "M_BAD_JSON"),
        ({"extensions": {"to_device": {"enabled": True, "since": "nonsense"}}}, "M_INVALID_PARAM"),
    ):
        assert (await Slider(alice, body).ask()).errcode == errcode, body


async def test_unread_counts_follow_receipts_of_other_devices(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    slider = Slider(bob)
    await slider.sync()
    event_id = await say(alice, room_id, "hello")
    assert (await slider.sync())["rooms"][room_id]["notification_count"] == 1
    waiting = asyncio.create_task(slider.sync(10_000))
    (await bob.post(f"/rooms/{room_id}/receipt/m.read.private/{event_id}")).ok()
    room = (await waiting)["rooms"][room_id]
    assert room["notification_count"] == 0
    assert "timeline" not in room
