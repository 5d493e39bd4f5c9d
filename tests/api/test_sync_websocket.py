"""What only the WebSocket does: its greeting, its window, its upward requests."""

from urllib.parse import quote

from homeserver.sync.connection import MAX_UNACKNOWLEDGED
from tests.api.client import ApiClient
from tests.api.followers import SOCKET_PATH, LongPoll, Socket, bodies
from tests.api.test_sync import create_room, say


async def test_versions_announce_the_websocket(client: ApiClient) -> None:
    versions = (await client.get("/_matrix/client/versions")).ok()
    assert versions["unstable_features"]["parlour.websocket_sync"] is True


async def test_a_plain_request_is_refused(client: ApiClient) -> None:
    assert (await client.get(SOCKET_PATH)).status == 400


async def test_a_bad_token_closes_with_its_code(client: ApiClient) -> None:
    async with client.session.ws_connect(client.base_url + SOCKET_PATH) as socket:
        await socket.send_json({"type": "hello", "access_token": "nonsense"})
        assert (await socket.receive_json())["errcode"] == "M_UNKNOWN_TOKEN"
        await socket.receive()
        assert socket.close_code == 4401


async def test_anything_but_a_hello_at_first_closes(client: ApiClient) -> None:
    for first in (
        '{"type":"ack","next_batch":"x"}',
        "{",
        '{"type":"hello"}',
        "[]",
        '{"type":"hello","access_token":1}',
    ):
        async with client.session.ws_connect(client.base_url + SOCKET_PATH) as socket:
            await socket.send_str(first)
            assert (await socket.receive_json())["type"] == "error"
            await socket.receive()
            assert socket.close_code == 4400


async def test_a_sent_message_shares_its_transaction_with_http(alice: ApiClient) -> None:
    room_id = await create_room(alice)
    follower = await Socket.start(alice)
    frame = {
        "type": "send",
        "room_id": room_id,
        "event_type": "m.room.message",
        "txn_id": "same",
        "content": {"body": "x"},
    }
    first = await follower.request(id=1, **frame)
    second = await follower.request(id=2, **frame)
    third = await say(alice, room_id, "x", txn="same")
    assert first["event_id"] == second["event_id"] == third
    assert (first["id"], second["id"]) == (1, 2)
    await follower.close()


async def test_requests_are_refused_as_over_http(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create_room(alice, preset="private_chat")
    follower = await Socket.start(bob)
    frame = {"type": "send", "room_id": room_id, "event_type": "m.room.message", "txn_id": "t", "content": {}}
    assert (await follower.request(id=1, **frame))["errcode"] == "M_FORBIDDEN"
    assert (await follower.request(id=2, **{**frame, "room_id": "nonsense"}))["errcode"] == "M_INVALID_PARAM"
    assert (await follower.request(type="typing", id=3, room_id=room_id, typing=True))[
        "errcode"
    ] == "M_FORBIDDEN"
    assert (await follower.request(type="nothing"))["errcode"] == "M_BAD_JSON"
    await follower.close()


async def test_without_acknowledgements_news_wait_and_then_come_together(alice: ApiClient) -> None:
    room_id = await create_room(alice)
    follower = await Socket.start(alice)
    follower.acknowledges = False
    for n in range(MAX_UNACKNOWLEDGED + 5):
        await say(alice, room_id, f"m{n}")
    tokens, seen = [], []
    for _ in range(MAX_UNACKNOWLEDGED):
        body = await follower.news()
        tokens.append(follower.token)
        seen += bodies(body, room_id)
        if len(seen) == MAX_UNACKNOWLEDGED + 5:
            break
    await follower.socket.send_json({"type": "ack", "next_batch": tokens[-1]})
    while len(seen) < MAX_UNACKNOWLEDGED + 5:
        seen += bodies(await follower.news(), room_id)
    assert seen == [f"m{n}" for n in range(MAX_UNACKNOWLEDGED + 5)]
    await follower.close()


async def test_a_token_of_one_transport_goes_on_in_the_other(alice: ApiClient) -> None:
    room_id = await create_room(alice)
    poll = await LongPoll.start(alice)
    await say(alice, room_id, "one")
    socket = await Socket.start(alice, since=poll.token)
    assert bodies(socket.first, room_id) == ["one"]
    await socket.close()
    await say(alice, room_id, "two")
    poll.token = socket.token
    assert bodies(await poll.news(), room_id) == ["two"]


async def test_a_new_token_of_the_same_device_goes_on_and_one_of_another_does_not(alice: ApiClient) -> None:
    follower = await Socket.start(alice)
    other = await alice.log_in("alice")
    assert (await follower.request(type="auth", id=1, access_token=alice.access_token))["type"] == "result"
    assert (await follower.request(type="auth", id=2, access_token=other.access_token))[
        "errcode"
    ] == "M_UNKNOWN_TOKEN"
    await follower.close()


async def test_typing_and_receipts_go_up_the_socket(alice: ApiClient) -> None:
    room_id = await create_room(alice)
    event_id = await say(alice, room_id, "x")
    follower = await Socket.start(alice)
    typing = await follower.request(type="typing", id=1, room_id=room_id, typing=True)
    receipt = await follower.request(
        type="receipt", id=2, room_id=room_id, receipt_type="m.read", event_id=event_id
    )
    assert (typing["type"], receipt["type"]) == ("result", "result")
    state = (await alice.get(f"/rooms/{quote(room_id)}/state")).status
    assert state == 200
    await follower.close()
