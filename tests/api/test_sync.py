"""The sync engine, each scenario over long-poll and over the WebSocket."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from urllib.parse import quote

import orjson
import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.sync import engine
from tests.api.client import ApiClient
from tests.api.followers import Follower, LongPoll, Socket, bodies, joined
from tests.api.room_calls import act, set_state

LAZY = '{"room":{"state":{"lazy_load_members":true},"timeline":{"limit":1}}}'

Follow = Callable[..., Awaitable[Follower]]


@pytest.fixture(params=[LongPoll, Socket], ids=["long-poll", "websocket"])
async def follow(request: pytest.FixtureRequest) -> AsyncIterator[Follow]:
    started: list[Follower] = []

    async def start(client: ApiClient, **params: object) -> Follower:
        started.append(await request.param.start(client, **params))
        return started[-1]

    yield start
    for follower in started:
        await follower.close()


async def create_room(client: ApiClient, **options: object) -> str:
    body: JsonObject = {"preset": "public_chat", **options}
    return (await client.post("/createRoom", body)).ok()["room_id"]  # type: ignore[no-any-return]


async def say(client: ApiClient, room_id: str, text: str, txn: str = "") -> str:
    content: JsonObject = {"msgtype": "m.text", "body": text}
    path = f"/rooms/{quote(room_id)}/send/m.room.message/{txn or quote(text)}"
    return (await client.put(path, content)).ok()["event_id"]  # type: ignore[no-any-return]


async def join(client: ApiClient, room_id: str) -> None:
    (await client.post(f"/rooms/{quote(room_id)}/join")).ok()


def members_in(sync: JsonObject, room_id: str) -> list[str]:
    """Return whose member events come with a room's state."""
    state = joined(sync, room_id)["state"]["events"]
    return sorted(event["state_key"] for event in state if event["type"] == "m.room.member")


async def until(follower: Follower, wanted: Callable[[JsonObject], bool]) -> JsonObject:
    """Follow until a delta is what is wanted."""
    while True:
        body = await follower.news()
        if wanted(body):
            return body


async def test_a_first_sync_shows_each_joined_room_with_its_whole_state(
    alice: ApiClient, follow: Follow
) -> None:
    room_id = await create_room(alice, name="Parlour")
    for n in range(12):
        await say(alice, room_id, f"m{n}")
    room = joined((await follow(alice)).first, room_id)
    assert [e["content"]["body"] for e in room["timeline"]["events"]] == [f"m{n}" for n in range(2, 12)]
    assert room["timeline"]["limited"] is True
    assert {"m.room.create", "m.room.name", "m.room.member"} <= {e["type"] for e in room["state"]["events"]}
    assert room["summary"]["m.joined_member_count"] == 1


async def test_a_waiting_device_is_told_of_a_message(
    alice: ApiClient, bob: ApiClient, follow: Follow
) -> None:
    room_id = await create_room(alice)
    await join(bob, room_id)
    follower = await follow(bob)
    await say(alice, room_id, "hello")
    body = await until(follower, lambda body: bool(bodies(body, room_id)))
    assert bodies(body, room_id) == ["hello"]
    assert joined(body, room_id)["unread_notifications"]["notification_count"] == 1


async def test_a_device_sees_its_own_transaction_id_and_others_do_not(
    alice: ApiClient, bob: ApiClient, follow: Follow
) -> None:
    room_id = await create_room(alice)
    await join(bob, room_id)
    own, other = await follow(alice), await follow(bob)
    await say(alice, room_id, "hello", txn="mine")
    seen = [await until(follower, lambda body: bool(bodies(body, room_id))) for follower in (own, other)]
    unsigned = [joined(body, room_id)["timeline"]["events"][-1]["unsigned"] for body in seen]
    assert unsigned[0]["transaction_id"] == "mine"
    assert "transaction_id" not in unsigned[1]


async def test_an_invite_comes_with_stripped_state_and_joining_shows_the_room(
    alice: ApiClient, bob: ApiClient, follow: Follow
) -> None:
    follower = await follow(bob)
    room_id = await create_room(alice, preset="private_chat", name="Secret", invite=[bob.user_id])
    body = await until(follower, lambda body: room_id in body["rooms"].get("invite", {}))
    shown = {e["type"]: e for e in body["rooms"]["invite"][room_id]["invite_state"]["events"]}
    assert shown["m.room.name"]["content"] == {"name": "Secret"}
    await join(bob, room_id)
    body = await until(follower, lambda body: bool(joined(body, room_id)))
    types = [e["type"] for part in ("state", "timeline") for e in joined(body, room_id)[part]["events"]]
    assert "m.room.create" in types


async def test_what_was_said_while_a_user_was_away_stays_hidden_where_only_members_may_read(
    alice: ApiClient, bob: ApiClient, follow: Follow
) -> None:
    visibility = {"history_visibility": "joined"}
    hidden = {"type": "m.room.history_visibility", "state_key": "", "content": visibility}
    room_id = await create_room(alice, initial_state=[hidden])
    await join(bob, room_id)
    follower = await follow(bob)
    token = follower.token
    await follower.close()
    (await act(bob, room_id, "leave")).ok()
    await say(alice, room_id, "secret")
    await join(bob, room_id)
    await say(alice, room_id, "hello")
    assert bodies((await follow(bob, since=token)).first, room_id) == ["hello"]


async def test_a_kicked_user_sees_the_kick_and_nothing_after_it(
    alice: ApiClient, bob: ApiClient, follow: Follow
) -> None:
    room_id = await create_room(alice)
    await join(bob, room_id)
    follower = await follow(bob)
    (await alice.post(f"/rooms/{quote(room_id)}/kick", {"user_id": bob.user_id})).ok()
    await say(alice, room_id, "after")
    body = await until(follower, lambda body: room_id in body["rooms"].get("leave", {}))
    timeline = body["rooms"]["leave"][room_id]["timeline"]["events"]
    assert [e["content"].get("membership") for e in timeline] == ["leave"]


async def test_state_that_changed_in_a_gap_comes_beside_a_limited_timeline(
    alice: ApiClient, follow: Follow
) -> None:
    room_id = await create_room(alice)
    follower = await follow(alice)
    token = follower.token
    await follower.close()
    (await alice.put(f"/rooms/{quote(room_id)}/state/m.room.name/", {"name": "New"})).ok()
    for n in range(15):
        await say(alice, room_id, f"m{n}")
    room = joined((await follow(alice, since=token)).first, room_id)
    assert room["timeline"]["limited"] is True
    assert [e["type"] for e in room["state"]["events"]] == ["m.room.name"]
    older = (
        await alice.get(
            f"/rooms/{quote(room_id)}/messages", dir="b", **{"from": room["timeline"]["prev_batch"]}
        )
    ).ok()
    assert older["chunk"][0]["content"]["body"] == "m4"


async def test_state_after_holds_what_the_timeline_changed(alice: ApiClient) -> None:
    room_id = await create_room(alice)
    follower = await LongPoll.start(alice, use_state_after="true")
    assert "state_after" in joined(follower.first, room_id)
    (await alice.put(f"/rooms/{quote(room_id)}/state/m.room.name/", {"name": "New"})).ok()
    room = joined(await follower.news(), room_id)
    assert [e["content"] for e in room["state_after"]["events"]] == [{"name": "New"}]
    assert "state" not in room


async def test_state_after_has_the_name_that_it_was_asked_for_by(alice: ApiClient) -> None:
    room_id = await create_room(alice)
    room = joined(
        (await LongPoll.start(alice, **{"org.matrix.msc4222.use_state_after": "true"})).first, room_id
    )
    assert "m.room.create" in [e["type"] for e in room["org.matrix.msc4222.state_after"]["events"]]
    assert "state_after" not in room


async def test_a_redacted_message_is_shown_without_its_content(alice: ApiClient, follow: Follow) -> None:
    room_id = await create_room(alice)
    event_id = await say(alice, room_id, "regret")
    (await alice.put(f"/rooms/{quote(room_id)}/redact/{quote(event_id)}/r1", {"reason": "typo"})).ok()
    events = joined((await follow(alice)).first, room_id)["timeline"]["events"]
    shown = next(e for e in events if e["event_id"] == event_id)
    assert shown["content"] == {}
    assert shown["unsigned"]["redacted_because"]["type"] == "m.room.redaction"


async def test_typing_receipts_and_account_data_reach_a_waiting_device(
    alice: ApiClient, bob: ApiClient, follow: Follow
) -> None:
    room_id = await create_room(alice)
    await join(bob, room_id)
    event_id = await say(alice, room_id, "hello")
    follower = await follow(alice)
    (await bob.put(f"/rooms/{quote(room_id)}/typing/{quote(bob.user_id)}", {"typing": True})).ok()
    body = await until(follower, lambda body: "m.typing" in str(joined(body, room_id).get("ephemeral")))
    assert joined(body, room_id)["ephemeral"]["events"][0]["content"] == {"user_ids": [bob.user_id]}
    (await bob.post(f"/rooms/{quote(room_id)}/receipt/m.read/{quote(event_id)}")).ok()
    body = await until(follower, lambda body: "m.receipt" in str(joined(body, room_id).get("ephemeral")))
    assert event_id in str(joined(body, room_id)["ephemeral"])
    (await alice.put(f"/user/{quote(alice.user_id)}/account_data/org.example", {"a": 1})).ok()
    body = await until(follower, lambda body: bool(body["account_data"]["events"]))
    assert body["account_data"]["events"] == [{"type": "org.example", "content": {"a": 1}}]


async def test_to_device_messages_come_once_acknowledged(
    alice: ApiClient, bob: ApiClient, follow: Follow
) -> None:
    follower = await follow(bob)
    messages: JsonObject = {"messages": {bob.user_id: {"*": {"x": 1}}}}
    (await alice.put("/sendToDevice/org.example.thing/t1", messages)).ok()
    body = await until(follower, lambda body: bool(body["to_device"]["events"]))
    assert body["to_device"]["events"] == [
        {"type": "org.example.thing", "sender": alice.user_id, "content": {"x": 1}}
    ]
    (await alice.put("/sendToDevice/org.example.thing/t2", messages)).ok()
    body = await until(follower, lambda body: bool(body["to_device"]["events"]))
    assert len(body["to_device"]["events"]) == 1


async def test_reading_resets_the_unread_count(alice: ApiClient, bob: ApiClient, follow: Follow) -> None:
    room_id = await create_room(alice)
    await join(bob, room_id)
    for n in range(3):
        event_id = await say(alice, room_id, f"m{n}")
    follower = await follow(bob)
    assert joined(follower.first, room_id)["unread_notifications"]["notification_count"] == 3
    (await bob.post(f"/rooms/{quote(room_id)}/receipt/m.read/{quote(event_id)}")).ok()
    body = await until(follower, lambda body: bool(joined(body, room_id)))
    assert joined(body, room_id)["unread_notifications"]["notification_count"] == 0


async def test_a_mention_counts_as_a_highlight(alice: ApiClient, bob: ApiClient, follow: Follow) -> None:
    room_id = await create_room(alice)
    await join(bob, room_id)
    follower = await follow(bob)
    content: JsonObject = {"msgtype": "m.text", "body": "bob!", "m.mentions": {"user_ids": [bob.user_id]}}
    (await alice.put(f"/rooms/{quote(room_id)}/send/m.room.message/t", content)).ok()
    body = await until(follower, lambda body: bool(bodies(body, room_id)))
    assert joined(body, room_id)["unread_notifications"] == {"notification_count": 1, "highlight_count": 1}


async def test_a_token_of_another_database_leads_to_a_full_sync(alice: ApiClient, follow: Follow) -> None:
    room_id = await create_room(alice)
    for token in ("s1_0_5_0", (await follow(alice)).token.replace("_", "_9", 2).replace("_9", "_", 1)):
        body = (await follow(alice, since=token)).first
        assert "m.room.create" in str(joined(body, room_id))


async def test_a_logged_out_device_is_not_left_waiting(alice: ApiClient) -> None:
    follower = await Socket.start(alice)
    (await alice.post("/logout")).ok()
    message = await follower.socket.receive()
    assert follower.socket.closed
    assert message.data == 4401


async def test_an_ignored_users_messages_are_not_shown(
    alice: ApiClient, bob: ApiClient, follow: Follow
) -> None:
    room_id = await create_room(alice)
    await join(bob, room_id)
    ignored: JsonObject = {"ignored_users": {alice.user_id: {}}}
    (await bob.put(f"/user/{quote(bob.user_id)}/account_data/m.ignored_user_list", ignored)).ok()
    follower = await follow(bob)
    await say(alice, room_id, "unheard")
    await say(bob, room_id, "heard")
    body = await until(follower, lambda body: bool(bodies(body, room_id)))
    assert bodies(body, room_id) == ["heard"]


async def test_each_part_of_a_room_is_left_out_where_its_filter_does_not_want_the_room(
    alice: ApiClient, bob: ApiClient
) -> None:
    room_id, other = await create_room(bob), await create_room(bob)
    await join(alice, room_id)
    await join(alice, other)

    async def shown(part: str) -> list[bool]:
        wanted = {"timeline": {"limit": 1}, part: {"limit": 1, "not_rooms": [room_id]}}
        follower = await LongPoll.start(alice, filter=orjson.dumps({"room": wanted}).decode())
        found = [_has(part, follower.first, room) for room in (room_id, other)]
        await everything_in(room_id)
        return [*found, _has(part, await follower.news(), room_id)]

    async def everything_in(room: str) -> None:
        event_id = await say(bob, room, f"hello {next(numbers)}")
        (await bob.post(f"/rooms/{quote(room)}/receipt/m.read/{quote(event_id)}")).ok()
        (await bob.put(f"/rooms/{quote(room)}/typing/{bob.user_id}", {"typing": True})).ok()
        tag = f"/user/{alice.user_id}/rooms/{quote(room)}/account_data/x.y"
        (await alice.put(tag, {"n": next(numbers)})).ok()
        (await set_state(bob, room, "m.room.topic", {"topic": f"{next(numbers)}"})).ok()

    numbers = count()
    for room in (room_id, other):
        await everything_in(room)
    for part in ("timeline", "state", "ephemeral", "account_data"):
        assert await shown(part) == [False, True, False], part


def _has(part: str, sync: JsonObject, room_id: str) -> bool:
    return bool(joined(sync, room_id)[part]["events"])


async def test_lazy_loading_sends_the_senders_only_and_each_once(
    alice: ApiClient, bob: ApiClient, client: ApiClient
) -> None:
    carol = await client.register("carol")
    room_id = await create_room(alice, name="a room")
    await join(bob, room_id)
    await join(carol, room_id)
    await say(bob, room_id, "hello")
    follower = await LongPoll.start(alice, filter=LAZY)
    assert members_in(follower.first, room_id) == [alice.user_id, bob.user_id]
    await say(bob, room_id, "again")
    assert joined(await follower.news(), room_id)["state"]["events"] == []


async def test_state_after_holds_lazily_loaded_senders_whose_joining_the_timeline_shows(
    alice: ApiClient, bob: ApiClient
) -> None:
    room_id = await create_room(alice, preset="public_chat")
    (await bob.post(f"/join/{quote(room_id)}")).ok()
    await say(bob, room_id, "here I am")
    lazy = '{"room":{"state":{"lazy_load_members":true}}}'
    room = joined((await LongPoll.start(alice, use_state_after="true", filter=lazy)).first, room_id)
    shown = [(e["type"], e.get("state_key")) for e in room["timeline"]["events"]]
    assert ("m.room.member", bob.user_id) in shown
    members = {e["state_key"] for e in room["state_after"]["events"] if e["type"] == "m.room.member"}
    assert members == {alice.user_id, bob.user_id}


async def test_lazy_loading_sends_those_whom_a_room_without_a_name_is_named_after(
    alice: ApiClient, bob: ApiClient, client: ApiClient
) -> None:
    carol = await client.register("carol")
    room_id = await create_room(alice)
    await join(bob, room_id)
    await join(carol, room_id)
    await say(alice, room_id, "hello")
    follower = await LongPoll.start(alice, filter=LAZY)
    assert members_in(follower.first, room_id) == [alice.user_id, bob.user_id, carol.user_id]
    (await act(bob, room_id, "leave")).ok()
    left = await follower.news()
    assert joined(left, room_id)["summary"]["m.heroes"] == [carol.user_id]
    assert members_in(left, room_id) == []


async def test_a_room_that_loses_its_name_comes_with_members_to_name_it_after(
    alice: ApiClient, bob: ApiClient
) -> None:
    room_id = await create_room(alice, name="a room")
    await join(bob, room_id)
    await say(alice, room_id, "hello")
    follower = await LongPoll.start(alice, filter=LAZY)
    assert members_in(follower.first, room_id) == [alice.user_id]
    (await set_state(alice, room_id, "m.room.name", {})).ok()
    nameless = await follower.news()
    assert joined(nameless, room_id)["summary"]["m.heroes"] == [bob.user_id]
    assert members_in(nameless, room_id) == [bob.user_id]


async def test_members_are_counted_where_the_filter_hides_their_events(
    alice: ApiClient, bob: ApiClient
) -> None:
    room_id = await create_room(alice)
    hiding = '{"room":{"timeline":{"types":["m.room.message"]},"state":{"types":[]}}}'
    follower = await LongPoll.start(alice, filter=hiding)
    await join(bob, room_id)
    assert joined(await follower.news(), room_id)["summary"]["m.joined_member_count"] == 2
    named: JsonObject = {"membership": "join", "displayname": "Robert"}
    (await set_state(bob, room_id, "m.room.member", named, bob.user_id)).ok()
    body = (await alice.get("/sync", timeout=0, since=follower.token, filter=hiding)).ok()
    assert body["rooms"]["join"] == {}


async def test_worker_that_stays_behind_a_token_says_to_try_again(
    alice: ApiClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await create_room(alice)
    since = (await alice.get("/sync")).ok()["next_batch"]
    monkeypatch.setattr(engine, "CATCH_UP_S", 0.05)
    tailer = services.rooms.tailer
    await tailer.stop()
    tailer.applied -= 1
    behind = await alice.get("/sync", since=since, timeout=0)
    assert (behind.status, behind.errcode) == (503, "M_UNKNOWN")
    await tailer.start()
    assert (await alice.get("/sync", since=since, timeout=0)).ok()["rooms"]["join"] == {}
    await say(alice, room_id, "afterwards")
    assert bodies((await alice.get("/sync", since=since, timeout=0)).ok(), room_id) == ["afterwards"]
