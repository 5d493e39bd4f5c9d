"""`GET /events`: the event stream from before /sync."""

import asyncio
from urllib.parse import quote

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.history_support import ids, ignore, make_room, texts

POLL_MS = 200_000
WOKEN_WITHIN_S = 100
GUESTS = pytest.mark.parametrize(
    "overrides",
    [{"registration": {"mode": "open", "guests": True}, "presence": {"enabled": False}}],
    ids=["no presence that wakes everybody"],
)


class Stream:
    """Somebody who follows the stream."""

    def __init__(self, client: ApiClient, token: str, **params: str) -> None:
        self.client = client
        self.token = token
        self.params = params

    @classmethod
    async def start(cls, client: ApiClient, **params: str) -> "Stream":
        """Begin where the stream is now."""
        body = (await client.get("/events", timeout=0, **params)).ok()
        assert body["chunk"] == []
        return cls(client, body["end"], **params)

    async def poll(self, timeout_ms: int = POLL_MS) -> Reply:
        """Ask once. A poll that nothing wakes fails the test, long before it ends."""
        async with asyncio.timeout(WOKEN_WITHIN_S):
            return await self.client.get("/events", **{"from": self.token}, timeout=timeout_ms, **self.params)

    async def news(self, timeout_ms: int = POLL_MS) -> list[JsonObject]:
        body = (await self.poll(timeout_ms)).ok()
        assert body["start"] == self.token
        self.token = body["end"]
        chunk: list[JsonObject] = body["chunk"]
        return chunk

    async def until(self, type_: str) -> JsonObject:
        """Follow until an event of a type comes."""
        while True:
            chunk = await self.news()
            assert chunk, f"no {type_} came"
            for event in chunk:
                if event["type"] == type_:
                    return event


async def become_guest(client: ApiClient) -> ApiClient:
    body = (await client.post("/register", {}, kind="guest")).ok()
    return client.logged_in(body)


async def test_a_message_comes_with_its_room_and_once(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    stream = await Stream.start(bob)
    await room.say("hello")
    chunk = await stream.news()
    assert texts(chunk) == ["hello"]
    assert chunk[0]["room_id"] == room.room_id
    assert chunk[0]["user_id"] == alice.user_id
    assert await stream.news(0) == []


async def test_a_waiting_client_is_woken(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    stream = await Stream.start(bob)
    news, _ = await asyncio.gather(stream.news(), room.say("hello"))
    assert texts(news) == ["hello"]


async def test_a_long_way_comes_in_pieces_without_a_gap(alice: ApiClient) -> None:
    room = await make_room(alice)
    other = await make_room(alice)
    stream = await Stream.start(alice)
    sent = [await (room, other)[n % 2].say(str(n)) for n in range(130)]
    first, second = await stream.news(), await stream.news()
    assert len(first) == 100
    assert ids(first + second) == sent


async def test_an_invite_and_its_end_come_though_the_history_is_hidden(
    alice: ApiClient, bob: ApiClient
) -> None:
    room = await make_room(alice, preset="private_chat")
    stream = await Stream.start(bob)
    await room.say("secret")
    await room.invite(bob)
    await room.say("secret")
    chunk = await stream.news()
    assert [event["content"].get("membership") for event in chunk] == ["invite"]
    await room.leave(bob)
    assert [event["content"]["membership"] for event in await stream.news()] == ["leave"]


async def test_an_invite_by_an_ignored_user_does_not_come(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice)
    await ignore(bob, alice)
    stream = await Stream.start(bob)
    await room.invite(bob)
    assert await stream.news(0) == []


async def test_what_happens_after_a_kick_does_not_come(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    await room.set_visibility("joined")
    stream = await Stream.start(bob)
    (await alice.post(f"{room.path}/kick", {"user_id": bob.user_id})).ok()
    await room.say("after")
    assert [event["content"].get("membership") for event in await stream.news()] == ["leave"]


async def test_typing_receipts_presence_and_account_data_come(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    stream = await Stream.start(bob)
    said = await room.say("hello")
    typing = f"{room.path}/typing/{quote(alice.user_id)}"
    (await alice.put(typing, {"typing": True, "timeout": 30_000})).ok()
    assert (await stream.until("m.typing"))["content"] == {"user_ids": [alice.user_id]}
    (await alice.post(f"{room.path}/receipt/m.read/{quote(said)}")).ok()
    receipt = await stream.until("m.receipt")
    assert receipt["room_id"] == room.room_id
    assert alice.user_id in receipt["content"][said]["m.read"]
    status = {"presence": "online", "status_msg": "here"}
    (await alice.put(f"/presence/{quote(alice.user_id)}/status", status)).ok()
    assert (await stream.until("m.presence"))["content"]["user_id"] == alice.user_id
    (await bob.put(f"/user/{quote(bob.user_id)}{room.path}/account_data/org.example.a", {"b": 1})).ok()
    data = await stream.until("org.example.a")
    assert (data["room_id"], data["content"]) == (room.room_id, {"b": 1})
    (await bob.put(f"/user/{quote(bob.user_id)}/account_data/org.example.c", {"d": 2})).ok()
    assert "room_id" not in await stream.until("org.example.c")


async def test_to_device_messages_are_left_for_sync(alice: ApiClient, bob: ApiClient) -> None:
    stream = await Stream.start(bob)
    since = (await bob.get("/sync")).ok()["next_batch"]
    messages = {"messages": {bob.user_id: {"*": {"n": 1}}}}
    (await alice.put("/sendToDevice/org.example.note/1", messages)).ok()
    assert await stream.news(0) == []
    assert len((await bob.get("/sync", since=since)).ok()["to_device"]["events"]) == 1


@GUESTS
async def test_a_guest_sees_a_world_readable_room_and_is_woken(alice: ApiClient, client: ApiClient) -> None:
    guest = await become_guest(client)
    room = await make_room(alice)
    await room.set_visibility("world_readable")
    stream = await Stream.start(guest, room_id=room.room_id)
    elsewhere = await make_room(alice)
    await elsewhere.say("elsewhere")
    news, _ = await asyncio.gather(stream.news(), room.say("hello"))
    assert texts(news) == ["hello"]
    (await alice.put(f"{room.path}/typing/{quote(alice.user_id)}", {"typing": True, "timeout": 30_000})).ok()
    assert (await stream.until("m.typing"))["content"] == {"user_ids": [alice.user_id]}


@GUESTS
async def test_a_guest_must_name_a_room(client: ApiClient) -> None:
    guest = await become_guest(client)
    assert (await guest.get("/events", timeout=0)).errcode == "M_GUEST_ACCESS_FORBIDDEN"


async def test_a_room_that_is_not_world_readable_cannot_be_looked_into(
    alice: ApiClient, bob: ApiClient
) -> None:
    room = await make_room(alice)
    for room_id in (room.room_id, "!unknown:example.org"):
        assert (await bob.get("/events", timeout=0, room_id=room_id)).errcode == "M_FORBIDDEN"


async def test_looking_ends_when_the_room_ceases_to_be_world_readable(
    alice: ApiClient, bob: ApiClient
) -> None:
    room = await make_room(alice)
    await room.set_visibility("world_readable")
    stream = await Stream.start(bob, room_id=room.room_id)
    refused, _ = await asyncio.gather(stream.poll(), room.set_visibility("shared"))
    assert refused.errcode == "M_FORBIDDEN"


async def test_a_member_who_names_a_room_hears_of_no_other(alice: ApiClient) -> None:
    room, other = await make_room(alice), await make_room(alice)
    stream = await Stream.start(alice, room_id=room.room_id)
    await other.say("there")
    await room.say("here")
    assert texts(await stream.news()) == ["here"]


@pytest.mark.parametrize("token", ["nonsense", "t1_1", "s1_otherdb_5_5"])
async def test_a_token_of_something_else_is_refused(alice: ApiClient, token: str) -> None:
    reply = await alice.get("/events", **{"from": token}, timeout=0)
    assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")


async def test_a_poll_ends_with_its_session(alice: ApiClient) -> None:
    await make_room(alice)
    stream = await Stream.start(alice)
    ended, _ = await asyncio.gather(stream.poll(), alice.post("/logout"))
    assert ended.errcode == "M_UNKNOWN_TOKEN"


async def test_one_event_is_found_without_its_room_by_who_may_see_it(
    alice: ApiClient, bob: ApiClient
) -> None:
    room = await make_room(alice, preset="private_chat")
    said = await room.say("hello")
    path = f"/events/{quote(said)}"
    assert (await alice.get(path)).ok()["content"]["body"] == "hello"
    assert (await bob.get(path)).errcode == "M_NOT_FOUND"
    assert (await alice.get("/events/$unknown")).errcode == "M_NOT_FOUND"


async def test_old_clients_are_served_under_r0(alice: ApiClient) -> None:
    assert (await alice.get("/_matrix/client/r0/account/whoami")).ok()["user_id"] == alice.user_id
    assert "m.upload.size" in (await alice.get("/_matrix/media/r0/config")).ok()
