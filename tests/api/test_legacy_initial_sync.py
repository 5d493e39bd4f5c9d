"""`GET /initialSync` and `GET /rooms/{roomId}/initialSync`: first syncs from before /sync."""

from urllib.parse import quote

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.history_support import Room, make_room, texts


async def initial_sync(client: ApiClient, **params: str | int) -> JsonObject:
    return (await client.get("/initialSync", **params)).ok()


async def room_sync(client: ApiClient, room: Room, **params: str | int) -> JsonObject:
    return (await client.get(f"{room.path}/initialSync", **params)).ok()


def types(events: list[JsonObject]) -> set[str]:
    return {event["type"] for event in events}


async def put_account_data(client: ApiClient, where: str, content: JsonObject) -> None:
    (await client.put(f"/user/{quote(client.user_id)}{where}/account_data/org.example.a", content)).ok()


async def test_everything_is_there_and_the_stream_goes_on_from_it(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob, name="Parlour", visibility="public")
    said = await room.say("hello")
    (await bob.post(f"{room.path}/receipt/m.read/{quote(said)}")).ok()
    await put_account_data(alice, "", {"n": 1})
    await put_account_data(alice, room.path, {"n": 2})
    body = await initial_sync(alice, limit=2)
    shown = body["rooms"][0]
    assert (shown["room_id"], shown["membership"], shown["visibility"]) == (room.room_id, "join", "public")
    assert texts(shown["messages"]["chunk"]) == ["hello"]
    assert {"m.room.create", "m.room.name", "m.room.member"} <= types(shown["state"])
    assert {"type": "org.example.a", "content": {"n": 1}} in body["account_data"]
    assert shown["account_data"] == [{"type": "org.example.a", "content": {"n": 2}}]
    assert (body["receipts"][0]["room_id"], list(body["receipts"][0]["content"])) == (room.room_id, [said])
    await room.say("later")
    news = (await alice.get("/events", **{"from": body["end"]}, timeout=0)).ok()
    assert texts(news["chunk"]) == ["later"]


async def test_messages_before_and_after_it_can_be_paged_to(alice: ApiClient) -> None:
    room = await make_room(alice)
    for n in range(4):
        await room.say(f"m{n}")
    for messages in (
        (await initial_sync(alice, limit=2))["rooms"][0]["messages"],
        (await room_sync(alice, room, limit=2))["messages"],
    ):
        assert texts(messages["chunk"]) == ["m2", "m3"]
        assert (await room.bodies(alice, **{"from": messages["start"]})) == ["m1", "m0"]
        assert (await room.bodies(alice, "f", **{"from": messages["end"]})) == []


async def test_the_state_is_that_after_the_messages(alice: ApiClient) -> None:
    room = await make_room(alice, topic="first")
    await room.set("m.room.topic", {"topic": "second"})
    for shown in ((await initial_sync(alice))["rooms"][0], await room_sync(alice, room)):
        topics = [e["content"]["topic"] for e in shown["state"] if e["type"] == "m.room.topic"]
        assert topics == ["second"]


async def test_no_messages_can_be_asked_for(alice: ApiClient) -> None:
    room = await make_room(alice)
    assert (await initial_sync(alice, limit=0))["rooms"][0]["messages"]["chunk"] == []
    assert (await room_sync(alice, room, limit=0))["messages"]["chunk"] == []


async def test_an_invite_comes_with_its_event(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, preset="private_chat", invite=[bob.user_id])
    shown = (await initial_sync(bob))["rooms"]
    assert [(r["room_id"], r["membership"]) for r in shown] == [(room.room_id, "invite")]
    assert shown[0]["invite"]["sender"] == alice.user_id


async def test_to_device_messages_are_left_for_sync(alice: ApiClient, bob: ApiClient) -> None:
    messages = {"messages": {bob.user_id: {"*": {"n": 1}}}}
    (await alice.put("/sendToDevice/org.example.note/1", messages)).ok()
    await initial_sync(bob)
    assert len((await bob.get("/sync")).ok()["to_device"]["events"]) == 1


async def test_a_left_room_is_shown_as_it_was_left_where_it_is_asked_for(
    alice: ApiClient, bob: ApiClient
) -> None:
    room = await make_room(alice, bob, topic="before")
    await room.set_visibility("joined")
    await room.say("before")
    await room.leave(bob)
    await room.say("after")
    await room.set("m.room.topic", {"topic": "after"})
    assert (await initial_sync(bob))["rooms"] == []
    of_all, of_room = (await initial_sync(bob, archived="true"))["rooms"][0], await room_sync(bob, room)
    for shown in (of_all, of_room):
        assert shown["membership"] == "leave"
        assert texts(shown["messages"]["chunk"])[-1] == "before"
        topics = [e["content"]["topic"] for e in shown["state"] if e["type"] == "m.room.topic"]
        assert topics == ["before"]
    assert (of_room["presence"], of_room["receipts"]) == ([], [])


async def test_a_member_is_shown_the_presence_of_the_others(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    (await bob.put(f"/presence/{quote(bob.user_id)}/status", {"presence": "unavailable"})).ok()
    shown = {e["content"]["user_id"]: e["content"] for e in (await room_sync(alice, room))["presence"]}
    assert shown[bob.user_id]["presence"] == "unavailable"
    assert alice.user_id in shown


async def test_who_looks_into_a_room_is_shown_what_is_world_readable_and_nobodys_presence(
    alice: ApiClient, bob: ApiClient
) -> None:
    room = await make_room(alice)
    await room.set_visibility("joined")
    await room.say("private")
    await room.set_visibility("world_readable")
    await room.say("public")
    shown = await room_sync(bob, room)
    assert texts(shown["messages"]["chunk"]) == ["public"]
    assert shown["presence"] == []
    assert "membership" not in shown


async def test_a_room_that_one_may_not_read_is_refused(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice)
    assert (await bob.get(f"{room.path}/initialSync")).errcode == "M_FORBIDDEN"
    assert (await bob.get(f"/rooms/{quote('!unknown:example.org')}/initialSync")).errcode == "M_FORBIDDEN"
