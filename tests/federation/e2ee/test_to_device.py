"""Messages to devices between servers."""

import pytest

from homeserver.json_types import JsonObject
from homeserver.peers import outbound_to_device
from tests.api.key_support import sync, token
from tests.federation.e2ee.people import Pair
from tests.federation.e2ee.test_telling_peers import told


async def received(pair: Pair) -> list[JsonObject]:
    """Return the contents of the messages that wait for Alice."""
    return [event["content"] for event in (await sync(pair.alice))["to_device"]["events"]]


async def deliver(pair: Pair, message_id: str, **members: object) -> None:
    content = {
        "sender": pair.bob,
        "type": "m.room.encrypted",
        "message_id": message_id,
        "messages": {pair.alice.user_id: {pair.alice.device_id: {"id": message_id}}},
        **members,
    }
    await pair.peer.send_edu(pair.server.name, "m.direct_to_device", content)


async def test_a_message_is_delivered_once_and_wakes_its_device(pair: Pair) -> None:
    since = await token(pair.alice)
    await deliver(pair, "1")
    await deliver(pair, "1")
    await deliver(pair, "2", messages={pair.alice.user_id: {"*": {"id": "2"}}})
    events = (await sync(pair.alice, since, 5_000))["to_device"]["events"]
    assert events == [
        {"type": "m.room.encrypted", "sender": pair.bob, "content": {"id": message_id}} for message_id in "12"
    ]


async def test_forged_and_malformed_messages_are_dropped(pair: Pair) -> None:
    await deliver(pair, "1", sender=pair.alice.user_id)
    await deliver(pair, "2", sender="@eve:third.example")
    await deliver(pair, "3", messages={pair.alice.user_id: {"*": "text"}})
    await deliver(pair, "4", messages={"nobody": {"*": {}}})
    await deliver(pair, "5" * 300)
    await deliver(pair, "6", type="")
    await deliver(pair, "7", type=7)
    await deliver(pair, "8", messages={pair.alice.user_id: {"*": {"x": "x" * 70_000}}})
    assert await received(pair) == []
    strangers: JsonObject = {
        user: {"*": {}} for user in ("@eve:third.example", pair.bob, f"@nobody:{pair.server.name}")
    }
    hers = {"NONE": {}, pair.alice.device_id: {"n": 9}}
    await deliver(pair, "9", messages={**strangers, pair.alice.user_id: hers})
    assert await received(pair) == [{"n": 9}]


async def test_messages_go_out_once_and_in_portions(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound_to_device, "MAX_EDU_BYTES", 110)
    body = {"messages": {pair.bob: {f"D{n}": {"text": "x" * 40} for n in range(4)}}}
    for _ in range(2):
        (await pair.alice.put("/sendToDevice/m.room.encrypted/txn", body)).ok()
    edus = await told(pair, "m.direct_to_device", 2)
    assert len({edu["message_id"] for edu in edus}) == 2
    assert all(len(edu["message_id"]) <= 32 for edu in edus)
    assert {(edu["sender"], edu["type"]) for edu in edus} == {(pair.alice.user_id, "m.room.encrypted")}
    devices = {device: text for edu in edus for device, text in edu["messages"][pair.bob].items()}
    assert devices == body["messages"][pair.bob]


async def test_what_no_server_would_take_is_refused_at_once(pair: Pair) -> None:
    for content, errcode in (({"weight": 0.5}, "M_BAD_JSON"), ({"x": "x" * 70_000}, "M_TOO_LARGE")):
        reply = await pair.alice.put("/sendToDevice/t/1", {"messages": {pair.bob: {"D": content}}})
        assert reply.errcode == errcode
