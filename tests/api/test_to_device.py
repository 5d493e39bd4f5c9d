"""Messages to devices."""

import asyncio

import pytest

from federation.protocol.ids import UserId
from homeserver.e2ee import to_device_send, to_device_store
from homeserver.e2ee.to_device_context import NoRemoteDevices, RemoteMessages
from homeserver.http.context import Services
from homeserver.json_types import JsonObject, JsonValue
from homeserver.storage.positions import Change
from homeserver.sync import personal
from tests.api.client import ApiClient, Reply


async def send(sender: ApiClient, txn_id: str, messages: JsonValue, type_: str = "org.example.type") -> Reply:
    return await sender.put(f"/sendToDevice/{type_}/{txn_id}", {"messages": messages})


async def fetch(device: ApiClient, since: str | None = None) -> tuple[list[JsonObject], str]:
    """Return the messages that a sync gives a device, and its token."""
    params = {} if since is None else {"since": since}
    sync = (await device.get("/sync", **params)).ok()
    return sync.get("to_device", {}).get("events", []), sync["next_batch"]


def message(sender: ApiClient, **content: JsonValue) -> JsonObject:
    return {"type": "org.example.type", "sender": sender.user_id, "content": content}


async def test_a_message_is_given_until_it_is_acknowledged_and_never_again(
    alice: ApiClient, bob: ApiClient
) -> None:
    assert (await send(alice, "1", {bob.user_id: {bob.device_id: {"n": 1}}})).ok() == {}
    first, token = await fetch(bob)
    assert first == [message(alice, n=1)]
    again, token = await fetch(bob)
    assert again == first, "the first answer may have been lost"
    (await send(alice, "2", {bob.user_id: {bob.device_id: {"n": 2}}})).ok()
    second, token = await fetch(bob, token)
    assert second == [message(alice, n=2)]
    assert await fetch(bob, token) == ([], token)
    assert (await fetch(bob))[0] == []
    assert (await fetch(alice))[0] == []


async def test_a_star_reaches_every_device_but_those_that_are_named(alice: ApiClient, bob: ApiClient) -> None:
    second = await bob.log_in("bob")
    messages: JsonValue = {bob.user_id: {"*": {"for": "all"}, second.device_id: {"for": "second"}}}
    (await send(alice, "1", messages)).ok()
    assert (await fetch(bob))[0] == [message(alice, **{"for": "all"})]
    assert (await fetch(second))[0] == [message(alice, **{"for": "second"})]


async def test_a_repeated_request_sends_nothing_twice(alice: ApiClient, bob: ApiClient) -> None:
    messages: JsonValue = {bob.user_id: {bob.device_id: {"n": 1}}}
    replies = await asyncio.gather(*(send(alice, "same", messages) for _ in range(4)))
    assert {reply.status for reply in replies} == {200}
    assert len((await fetch(bob))[0]) == 1
    (await send(bob, "same", messages)).ok()
    (await send(alice, "same", messages, "org.example.other")).ok()
    assert len((await fetch(bob))[0]) == 3


async def test_who_does_not_exist_is_passed_over(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    sent: list[RemoteMessages] = []

    class Remote(NoRemoteDevices):
        async def enqueue(self, change: Change, messages: RemoteMessages) -> None:
            sent.append(messages)

    object.__setattr__(services.to_device, "remote", Remote())
    messages: JsonValue = {
        "@nobody:example.org": {"*": {}},
        bob.user_id: {"NODEVICE": {}, bob.device_id: {"n": 1}},
        "@carol:elsewhere.example": {"*": {"n": 2}},
    }
    (await send(alice, "1", messages)).ok()
    assert (await fetch(bob))[0] == [message(alice, n=1)]
    assert [(m.sender, m.messages) for m in sent] == [
        (alice.user_id, {UserId("@carol:elsewhere.example"): {"*": {"n": 2}}})
    ]


async def test_a_long_queue_is_given_out_in_order_over_several_syncs(
    alice: ApiClient, bob: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal, "MAX_TO_DEVICE", 3)
    for n in range(8):
        (await send(alice, str(n), {bob.user_id: {"*": {"n": n}}})).ok()
    got: list[int] = []
    token: str | None = None
    for _ in range(4):
        events, token = await fetch(bob, token)
        got += [event["content"]["n"] for event in events]
        if len(got) == 3:
            (await send(alice, "last", {bob.user_id: {"*": {"n": 8}}})).ok()
    assert got == list(range(9))


async def test_malformed_and_oversized_requests_are_refused(
    alice: ApiClient, bob: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (to_device_send, to_device_store):
        monkeypatch.setattr(module, "MAX_MESSAGES", 1)
    wrong: list[JsonValue] = [None, [], {"@a:b": []}, {"@a:b": {"D": "text"}}]
    for messages in wrong:
        assert (await send(alice, "1", messages)).errcode == "M_BAD_JSON", messages
    assert (await send(alice, "1", {"nonsense": {}})).errcode == "M_INVALID_PARAM"
    assert (await send(alice, "t" * 256, {})).errcode == "M_INVALID_PARAM"
    large: JsonValue = {bob.user_id: {"*": {"x": "x" * 70_000}}}
    assert (await send(alice, "1", large)).errcode == "M_TOO_LARGE"
    many: JsonValue = {bob.user_id: {"A": {}, "B": {}}}
    assert (await send(alice, "1", many)).errcode == "M_TOO_LARGE"
    await bob.log_in("bob")
    assert (await send(alice, "1", {bob.user_id: {"*": {}}})).errcode == "M_TOO_LARGE"
    assert (await fetch(bob))[0] == []


async def test_messages_for_a_device_that_never_fetches_do_not_pile_up_for_ever(
    alice: ApiClient, bob: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(to_device_store, "MAX_PENDING", 2)
    for n in range(4):
        (await send(alice, str(n), {bob.user_id: {"*": {"n": n}}})).ok()
    assert (await fetch(bob))[0] == [message(alice, n=0), message(alice, n=1)]
