"""The extensions of sliding sync, and which rooms they are shown for."""

import asyncio

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.key_support import device_keys
from tests.api.room_calls import create, join, send
from tests.api.sliding_calls import Slider, asking, window

RECEIPTS_OF_EVERYBODY = {"receipts": {"enabled": True}}


async def tell(sender: ApiClient, target: ApiClient, n: int) -> None:
    messages = {target.user_id: {target.device_id: {"n": n}}}
    (await sender.put(f"/sendToDevice/org.example/{n}", {"messages": messages})).ok()


def told(answer: JsonObject) -> list[int]:
    return [event["content"]["n"] for event in answer["extensions"]["to_device"]["events"]]


async def say(user: ApiClient, room_id: str, text: str) -> str:
    return (await send(user, room_id, {"msgtype": "m.text", "body": text})).ok()["event_id"]  # type: ignore[no-any-return]


async def read(user: ApiClient, room_id: str, event_id: str) -> None:
    (await user.post(f"/rooms/{room_id}/receipt/m.read/{event_id}")).ok()


async def test_to_device_messages_are_given_until_their_token_comes_back(
    alice: ApiClient, bob: ApiClient
) -> None:
    for n in range(3):
        await tell(bob, alice, n)
    slider = Slider(alice, {})
    first = await slider.sync(**asking("to_device", limit=2))
    assert told(first) == [0, 1]
    again = await slider.sync(**asking("to_device", limit=2))
    assert told(again) == [0, 1]
    since = again["extensions"]["to_device"]["next_batch"]
    second = await slider.sync(**asking("to_device", since=since))
    assert told(second) == [2]
    since = second["extensions"]["to_device"]["next_batch"]
    waiting = asyncio.create_task(slider.sync(10_000, **asking("to_device", since=since)))
    await tell(bob, alice, 3)
    third = await waiting
    assert told(third) == [3]
    since = third["extensions"]["to_device"]["next_batch"]
    assert told(await slider.sync(**asking("to_device", since=since))) == []
    assert told(await Slider(alice, asking("to_device"), conn_id="new").sync()) == []
    elsewhere = "d1_otherdatabase_99_1"
    await tell(bob, alice, 4)
    assert told(await Slider(alice, asking("to_device", since=elsewhere), conn_id="new").sync()) == [4]


async def test_device_lists_and_key_counts(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    slider = Slider(alice, asking("e2ee"))
    first = (await slider.sync())["extensions"]["e2ee"]
    assert first == {
        "device_one_time_keys_count": {"signed_curve25519": 0},
        "device_unused_fallback_key_types": [],
    }
    (await join(bob, room_id)).ok()
    answer = await slider.sync(5_000)
    assert answer["extensions"]["e2ee"]["device_lists"]["changed"] == [bob.user_id]
    assert answer["rooms"] == {}
    waiting = asyncio.create_task(slider.sync(10_000))
    (await bob.post("/keys/upload", {"device_keys": device_keys(bob)})).ok()
    assert (await waiting)["extensions"]["e2ee"]["device_lists"] == {"changed": [bob.user_id], "left": []}
    (await bob.post(f"/rooms/{room_id}/leave")).ok()
    assert (await slider.sync())["extensions"]["e2ee"]["device_lists"]["left"] == [bob.user_id]
    assert "device_lists" not in (await slider.sync())["extensions"]["e2ee"]


async def test_account_data_of_the_account_and_of_rooms_that_are_shown(alice: ApiClient) -> None:
    here, there = await create(alice, name="Here"), await create(alice, name="There")
    path = f"/user/{alice.user_id}"
    for room_id in (here, there):
        (await alice.put(f"{path}/rooms/{room_id}/tags/u.work", {})).ok()
    await say(alice, here, "up")
    lists: JsonObject = {"top": window(0, 1, ["m.room.name", ""]), "none": window(9, 1, is_dm=True)}
    slider = Slider(alice, {"lists": lists, **asking("account_data")})
    data = (await slider.sync())["extensions"]["account_data"]
    assert data["rooms"].keys() == {here}
    assert "m.push_rules" in {event["type"] for event in data["global"]}
    assert "account_data" not in (await slider.sync())["extensions"]
    (await alice.put(f"{path}/account_data/org.example", {"a": 1})).ok()
    (await alice.put(f"{path}/rooms/{there}/tags/u.play", {})).ok()
    data = (await slider.sync(5_000))["extensions"]["account_data"]
    assert data == {"global": [{"type": "org.example", "content": {"a": 1}}], "rooms": {}}
    await say(alice, there, "up")
    data = (await slider.sync())["extensions"]["account_data"]
    assert [event["content"]["tags"].keys() for event in data["rooms"][there]] == [{"u.work", "u.play"}]
    (await alice.put(f"{path}/rooms/{here}/tags/u.play", {})).ok()
    assert "account_data" not in (await slider.sync())["extensions"]
    await say(alice, here, "up again")
    answer = await slider.sync()
    assert "initial" not in answer["rooms"][here]
    assert answer["extensions"]["account_data"]["rooms"].keys() == {here}


SCOPES: list[tuple[JsonObject, set[str]]] = [
    ({}, {"listed", "subscribed"}),
    ({"lists": ["*"], "rooms": ["*"]}, {"listed", "subscribed"}),
    ({"lists": ["top"], "rooms": []}, {"listed"}),
    ({"lists": [], "rooms": ["*"]}, {"subscribed"}),
    ({"lists": ["other"], "rooms": []}, set()),
]


async def test_extensions_are_for_the_rooms_of_their_scope(alice: ApiClient) -> None:
    found = {name: await create(alice, name=name) for name in ("outside", "subscribed", "listed")}
    for room_id in found.values():
        typing = {"typing": True, "timeout": 30_000}
        (await alice.put(f"/rooms/{room_id}/typing/{alice.user_id}", typing)).ok()
        (await alice.put(f"/user/{alice.user_id}/rooms/{room_id}/tags/u.work", {})).ok()
        await read(alice, room_id, await say(alice, room_id, "read"))
    for scope, rooms in SCOPES:
        body: JsonObject = {
            "lists": {"top": window(0, 1)},
            "room_subscriptions": {found["subscribed"]: {"timeline_limit": 1, "required_state": []}},
            **asking("typing", "receipts", "account_data", **scope),
        }
        answer = await Slider(alice, body).sync()
        wanted = {found[name] for name in rooms}
        for name in ("typing", "receipts", "account_data"):
            assert answer["extensions"].get(name, {"rooms": {}})["rooms"].keys() == wanted, (name, scope)


async def test_typing_and_receipts_end_a_wait(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    hidden, shown = await say(alice, room_id, "old"), ""
    await read(bob, room_id, hidden)
    shown = await say(alice, room_id, "new")
    slider = Slider(alice, {"lists": {"all": window(9, 1)}, **asking("typing", "receipts")})
    assert (await slider.sync())["extensions"] == {}, "the receipt is of an event that is not shown"
    waiting = asyncio.create_task(slider.sync(10_000))
    (await bob.put(f"/rooms/{room_id}/typing/{bob.user_id}", {"typing": True, "timeout": 30_000})).ok()
    answer = await waiting
    assert answer["extensions"]["typing"]["rooms"][room_id]["content"] == {"user_ids": [bob.user_id]}
    assert answer["rooms"] == {}
    (await bob.put(f"/rooms/{room_id}/typing/{bob.user_id}", {"typing": False})).ok()
    answer = await slider.sync(5_000)
    assert answer["extensions"]["typing"]["rooms"][room_id]["content"] == {"user_ids": []}
    waiting = asyncio.create_task(slider.sync(10_000))
    await read(bob, room_id, shown)
    content = (await waiting)["extensions"]["receipts"]["rooms"][room_id]["content"]
    assert content[shown]["m.read"].keys() == {bob.user_id}
    assert (await slider.sync())["extensions"] == {}


async def test_receipts_of_a_room_that_was_out_of_the_window_are_made_up_for(
    alice: ApiClient, bob: ApiClient
) -> None:
    first = await create(alice, preset="public_chat")
    (await join(bob, first)).ok()
    event_id = await say(alice, first, "read me")
    second = await create(alice)
    lists: JsonObject = {"lists": {"all": window(1, 2)}, **asking("receipts")}
    slider = Slider(alice, lists)
    await slider.sync()
    narrow: JsonObject = {"lists": {"all": window(0, 2)}}
    await slider.sync(**narrow)
    await read(bob, first, event_id)
    answer = await slider.sync(**narrow)
    assert answer["extensions"] == {}
    await say(alice, second, "hello")
    await slider.sync(**narrow)
    rooms = (await slider.sync())["extensions"]["receipts"]["rooms"]
    assert rooms[first]["content"][event_id]["m.read"].keys() == {bob.user_id}
