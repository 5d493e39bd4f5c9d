"""Keys between the account's own devices, keys withheld, and shared history."""

import orjson
import pytest
import vodozemac

from client_desktop.core.changes import RoomKeysReceived
from client_desktop.core.crypto.attachments import encrypt_attachment
from client_desktop.core.crypto.history_sharing import MAX_BUNDLES_PER_SENDER
from client_desktop.core.crypto.key_requests import MAX_RECEIVED_PER_DEVICE, MAX_REQUESTS
from client_desktop.core.crypto.withheld import MAX_WITHHELD_PER_SENDER
from client_desktop.core.errors import NetworkUnavailable, RateLimited
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store.megolm import Origin
from client_desktop.core.store.megolm_requests import count_requests, select_received, select_request
from tests.desktop.crypto.devices import EncryptingDevice, OpenDevice, make_identity, meet, text_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

DAY_MS = 86_400_000


async def event_before_the_second_device(
    alice: EncryptingDevice, open_device: OpenDevice
) -> tuple[EncryptingDevice, str, ClearEvent]:
    """Give a second device of Alice's, and an event that it has no key for."""
    room_id = await meet(alice)
    await alice.send(room_id, "before you")
    second = await open_device("alice", trust=alice.trust)
    event = (await second.crypto.decrypt_events(room_id, await timeline(second, room_id)))[-1]
    assert event.failure_word == "no_key"
    return second, room_id, event


async def timeline(device: EncryptingDevice, room_id: str) -> list[JsonObject]:
    chunk = (await device.plain.get(f"/rooms/{room_id}/messages", dir="b")).ok()["chunk"]
    return [event for event in reversed(chunk) if event["type"] == "m.room.encrypted"]


async def test_a_verified_device_is_asked_and_gives_its_key(
    alice: EncryptingDevice, open_device: OpenDevice
) -> None:
    second, room_id, event = await event_before_the_second_device(alice, open_device)
    session_id = event.content["session_id"]
    assert (room_id, session_id) in second.missing
    alice.trust.verify(alice, second)
    await second.sync()
    await alice.sync()
    await second.sync()
    (clear,) = await second.crypto.decrypt_events(room_id, [event.event])
    assert text_of(clear) == "before you"
    assert clear.session is not None
    assert clear.session.shield.word == "not_authentic"
    assert any(isinstance(change, RoomKeysReceived) for change in second.told)
    key = second.crypto.room_keys.find(room_id, session_id)
    assert key is not None
    assert (key.info.origin, key.info.chain) == (Origin.FORWARDED, (alice.crypto.account.curve25519,))
    assert select_request(second.store.db, room_id, session_id) is None, "the others were told"


async def test_a_device_that_is_verified_later_is_answered_then(
    alice: EncryptingDevice, open_device: OpenDevice
) -> None:
    second, room_id, event = await event_before_the_second_device(alice, open_device)
    await second.sync()
    alice.trust.verified.add(alice.crypto.account.ed25519)  # seen so by the second, which asks
    await second.sync()
    await alice.sync()
    assert len(select_received(alice.store.db, 10)) == 1
    await second.sync()
    alice.trust.verify(second)
    await alice.sync()
    await second.sync()
    (clear,) = await second.crypto.decrypt_events(room_id, [event.event])
    assert text_of(clear) == "before you"
    assert select_received(alice.store.db, 10) == []


async def test_nobody_is_asked_who_is_not_verified(alice: EncryptingDevice, open_device: OpenDevice) -> None:
    second, _, _ = await event_before_the_second_device(alice, open_device)
    heard = alice.hear("m.room_key_request")
    await second.sync()
    await alice.sync()
    assert heard == []


async def test_others_are_not_answered(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id = await meet(alice, bob)
    await alice.send(room_id, "text")
    session_id = (await timeline(alice, room_id))[-1]["content"]["session_id"]
    alice.trust.verify(bob)
    await ask_by_hand(bob, alice, room_id, session_id)
    await alice.sync()
    assert select_received(alice.store.db, 10) == []


async def ask_by_hand(
    asking: EncryptingDevice, asked: EncryptingDevice, room_id: str, session_id: str, **changes: object
) -> None:
    body = {"algorithm": "m.megolm.v1.aes-sha2", "room_id": room_id, "session_id": session_id}
    content = {
        "action": "request",
        "body": body,
        "request_id": "r",
        "requesting_device_id": asking.device_id,
        **changes,
    }
    await asking.crypto.send_to_device("m.room_key_request", {asked.user_id: {asked.device_id: content}})


async def test_requests_are_checked_counted_taken_back_and_forgotten(
    alice: EncryptingDevice, open_device: OpenDevice
) -> None:
    second = await open_device("alice", trust=alice.trust)
    me = second.user_id

    def request(**changes: object) -> JsonObject:
        body = {"algorithm": "m.megolm.v1.aes-sha2", "room_id": "!r", "session_id": "s"}
        content = {
            "action": "request",
            "body": body,
            "request_id": "r",
            "requesting_device_id": second.device_id,
        }
        return {"type": "m.room_key_request", "sender": me, "content": {**content, **changes}}

    wrong: list[JsonObject] = [
        request(request_id=""),
        request(request_id="r" * 200),
        request(requesting_device_id="d" * 200),
        request(requesting_device_id=alice.device_id),
        request(requesting_device_id=None),
        request(action="other"),
        request(body={"algorithm": "m.other"}),
        request(body={"algorithm": "m.megolm.v1.aes-sha2", "room_id": "!r", "session_id": ""}),
        request(body={"algorithm": "m.megolm.v1.aes-sha2", "room_id": "r", "session_id": "s"}),
        {**request(), "sender": "@mallory:example.org"},
    ]
    await alice.crypto.receive_sync(wrong, {}, None, None)
    assert select_received(alice.store.db, 10) == []
    flood = [request(request_id=str(number)) for number in range(MAX_RECEIVED_PER_DEVICE + 10)]
    await alice.crypto.receive_sync(flood, {}, None, None)
    assert len(select_received(alice.store.db, 1_000)) == MAX_RECEIVED_PER_DEVICE
    await alice.crypto.receive_sync([request(action="request_cancellation", request_id="5")], {}, None, None)
    assert len(select_received(alice.store.db, 1_000)) == MAX_RECEIVED_PER_DEVICE - 1
    alice.clock.advance(DAY_MS + 1)
    await alice.crypto.key_requests.work()
    assert select_received(alice.store.db, 1_000) == []


async def test_requests_for_keys_that_are_not_here_or_of_devices_that_are_gone_are_dropped(
    alice: EncryptingDevice, open_device: OpenDevice
) -> None:
    second = await open_device("alice", trust=alice.trust)
    alice.trust.verify(second)
    await ask_by_hand(second, alice, "!r", "s", request_id="1")
    await ask_by_hand(second, alice, "!r", "s", request_id="2", requesting_device_id="GONE")
    await alice.sync()
    assert select_received(alice.store.db, 10) == []


async def test_keys_are_wanted_once_and_not_without_end(alice: EncryptingDevice) -> None:
    for number in range(MAX_REQUESTS + 5):
        alice.crypto.key_requests.want("!r", f"s{number}")
    alice.crypto.key_requests.want("!r", "s0")
    assert count_requests(alice.store.db) == MAX_REQUESTS
    alice.clock.advance(DAY_MS + 1)
    await alice.crypto.key_requests.work()
    assert count_requests(alice.store.db) == 0


async def test_a_forwarded_key_is_believed_only_if_it_was_asked_of_that_device(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    second, room_id, event = await event_before_the_second_device(alice, open_device)
    session_id = event.content["session_id"]
    key = alice.crypto.room_keys.find(room_id, session_id)
    assert key is not None
    content = alice.crypto.key_requests._forwarded(key.info)
    await alice.sync()

    async def forward(sender: EncryptingDevice, **changes: object) -> bool:
        message = {second.user_id: {second.device_id: {**content, **changes}}}
        await sender.crypto.send_to_device("m.forwarded_room_key", message, encrypted=True)
        batch = await second.pull()
        await second.take(batch)
        second.since = batch["next_batch"]
        return second.crypto.room_keys.find(room_id, session_id) is not None

    alice.trust.verify(bob)
    assert not await forward(bob), "of somebody else"
    assert not await forward(alice), "not verified"
    alice.trust.verify(alice)
    assert not await forward(alice), "not asked for"
    second.crypto.key_requests.want(room_id, session_id)
    await second.crypto.key_requests.work()
    assert not await forward(alice, session_id="other")
    assert not await forward(alice, session_key="AAAA")
    assert not await forward(alice, algorithm="m.other")
    assert await forward(alice)


async def test_withheld_codes_are_checked_bounded_and_shown(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    def withheld(session_id: str, **changes: object) -> JsonObject:
        content = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": "!r",
            "session_id": session_id,
            "code": "m.unauthorised",
            **changes,
        }
        return {"type": "m.room_key.withheld", "sender": bob.user_id, "content": content}

    def encrypted(session_id: str, sender: str) -> JsonObject:
        ciphertext = vodozemac.GroupSession().encrypt(b"").to_base64()
        content = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": session_id, "ciphertext": ciphertext}
        return {"type": "m.room.encrypted", "sender": sender, "event_id": "$e", "content": content}

    wrong = [
        withheld("s", algorithm="m.other"),
        withheld("s", code=""),
        withheld("s", code="c" * 65),
        withheld("s", room_id="r"),
        withheld("x" * 129),
        withheld(""),
    ]
    await alice.crypto.receive_sync(wrong, {}, None, None)
    await alice.crypto.receive_sync([withheld("s"), withheld("t", code="org.example.why")], {}, None, None)
    words = [
        (await alice.crypto.decrypt_events("!r", [encrypted(session_id, sender)]))[0].failure_word
        for session_id, sender in (("s", bob.user_id), ("t", bob.user_id), ("s", "@carol:example.org"))
    ]
    assert words == ["withheld_unauthorised", "withheld", "no_key"]
    flood = [withheld(f"s{number}") for number in range(MAX_WITHHELD_PER_SENDER + 10)]
    await alice.crypto.receive_sync(flood, {}, None, None)
    (count,) = alice.store.db.execute("SELECT COUNT(*) FROM withheld_keys").fetchone()
    assert count == MAX_WITHHELD_PER_SENDER


async def test_what_is_said_of_a_key_that_is_here_does_not_matter(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await alice.send(room_id, "text")
    event = (await bob.sync())[room_id][-1]
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "room_id": room_id,
        "session_id": event.event["content"]["session_id"],
        "code": "m.blacklisted",
    }
    message = {"type": "m.room_key.withheld", "sender": alice.user_id, "content": content}
    await bob.crypto.receive_sync([message], {}, None, None)
    (count,) = bob.store.db.execute("SELECT COUNT(*) FROM withheld_keys").fetchone()
    assert count == 0


async def shared_room(alice: EncryptingDevice, bob: EncryptingDevice) -> str:
    """Make a room with a text in it, whose history Alice sends to Bob when she invites him."""
    await make_identity(bob)
    alice.trust.verify(bob)
    bob.trust.verify(alice)
    room_id = await meet(alice)
    await alice.send(room_id, "before you came")
    assert await alice.crypto.share_history(room_id, bob.user_id) == 1
    (await alice.plain.post(f"/rooms/{room_id}/invite", {"user_id": bob.user_id})).ok()
    return room_id


async def test_history_comes_with_an_accepted_invite_and_says_who_brought_it(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await shared_room(alice, bob)
    await bob.sync()
    (await bob.plain.post(f"/join/{room_id}")).ok()
    assert await bob.read(room_id) == ["no_key"]
    bob.crypto.accepted_invite(room_id, alice.user_id)
    await bob.crypto.after_sync()
    (event,) = await bob.crypto.decrypt_events(room_id, await timeline(bob, room_id))
    assert text_of(event) == "before you came"
    assert event.session is not None
    key = bob.crypto.room_keys.find(room_id, event.session.session_id)
    assert key is not None
    assert (key.info.origin, key.info.brought_by) == (Origin.BUNDLE, alice.user_id)
    assert bob.crypto.shield(room_id, event).word == ""
    from_carol = ClearEvent({**event.event, "sender": "@carol:example.org"}, event.clear, event.session)
    assert bob.crypto.shield(room_id, from_carol).word == "shared_history"


async def test_history_of_somebody_whose_device_is_not_signed_is_not_imported(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await shared_room(alice, bob)
    bob.trust.verified.clear()
    bob.crypto.accepted_invite(room_id, alice.user_id)
    await bob.sync()
    assert not [change for change in bob.told if isinstance(change, RoomKeysReceived)]


async def test_history_is_not_shared_where_it_may_not_be(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice)
    share = alice.crypto.share_history
    assert await share(room_id, bob.user_id) == 0, "nothing was written"
    await alice.send(room_id, "text")
    assert await share(room_id, bob.user_id) == 0, "the device is not signed"
    alice.trust.verify(bob)
    target = f"/rooms/{room_id}/state/m.room.history_visibility"
    (await alice.plain.put(target, {"history_visibility": "joined"})).ok()
    await alice.sync()
    assert await share(room_id, bob.user_id) == 0, "history begins with joining"
    assert await share("!clear", bob.user_id) == 0


async def test_sessions_that_may_not_be_shared_are_named_and_left_out(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await make_identity(bob)
    alice.trust.verify(bob)
    bob.trust.verify(alice)
    room_id = await meet(alice)
    target = f"/rooms/{room_id}/state/m.room.history_visibility"
    (await alice.plain.put(target, {"history_visibility": "invited"})).ok()
    await alice.sync()
    await alice.send(room_id, "private")
    (await alice.plain.put(target, {"history_visibility": "shared"})).ok()
    await alice.sync()
    await alice.send(room_id, "public")
    await alice.crypto.share_history(room_id, bob.user_id)
    bob.crypto.accepted_invite(room_id, alice.user_id)
    await bob.sync()
    events = await bob.crypto.decrypt_events(room_id, await timeline(alice, room_id))
    assert [text_of(event) for event in events] == ["withheld_history", "public"]


async def test_bundles_are_checked_and_counted(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    _, file = encrypt_attachment(b"")
    contents: list[JsonObject] = [
        {"room_id": "!r", "file": {**file, "url": "https://example.org/"}},
        {"room_id": "r", "file": {**file, "url": "mxc://example.org/a"}},
    ]
    contents += [
        {"room_id": f"!{number}", "file": {**file, "url": "mxc://example.org/a"}}
        for number in range(MAX_BUNDLES_PER_SENDER + 3)
    ]
    for content in contents:
        await alice.crypto.send_to_device("m.room_key_bundle", {bob.user_id: {"*": content}}, encrypted=True)
    await bob.sync()
    (count,) = bob.store.db.execute("SELECT COUNT(*) FROM key_bundles").fetchone()
    assert count == MAX_BUNDLES_PER_SENDER


async def test_a_bundle_that_holds_something_else_is_given_up(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    bob.trust.verify(alice)
    assert alice.crypto.files is not None
    other = await meet(alice)
    await alice.send(other, "elsewhere")
    (info,) = alice.store.db.execute("SELECT session_id FROM inbound_group_sessions").fetchone()
    key = alice.crypto.room_keys.find(other, info)
    assert key is not None
    elsewhere = alice.crypto.room_keys.export(key.info).to_json()
    for number, data in enumerate((b"no json", b"[]", orjson.dumps({"room_keys": [elsewhere, {}, 1]}))):
        encrypted, file = encrypt_attachment(data)
        content = {
            "room_id": f"!{number}",
            "file": {**file, "url": await alice.crypto.files.upload(encrypted)},
        }
        await alice.crypto.send_to_device("m.room_key_bundle", {bob.user_id: {"*": content}}, encrypted=True)
        bob.crypto.accepted_invite(f"!{number}", alice.user_id)
    await bob.sync()
    (bundles,) = bob.store.db.execute("SELECT COUNT(*) FROM key_bundles").fetchone()
    (keys,) = bob.store.db.execute("SELECT COUNT(*) FROM inbound_group_sessions").fetchone()
    assert (bundles, keys) == (0, 0)


@pytest.mark.parametrize("error", [NetworkUnavailable(), RateLimited(10)])
async def test_history_is_downloaded_when_the_network_is_back(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    room_id = await shared_room(alice, bob)
    bob.crypto.accepted_invite(room_id, alice.user_id)
    batch = await bob.pull()
    await bob.take(batch)

    async def fail(*arguments: object) -> bytes:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(bob.crypto.files, "download", fail)
        with pytest.raises(type(error)):
            await bob.crypto.after_sync()
    bob.restart()
    await bob.crypto.after_sync()
    (event,) = await bob.crypto.decrypt_events(room_id, await timeline(alice, room_id))
    assert text_of(event) == "before you came"


async def test_history_of_a_long_gone_invite_is_left_where_it_is(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await shared_room(alice, bob)
    bob.crypto.accepted_invite(room_id, alice.user_id)
    batch = await bob.pull()
    await bob.take(batch)
    bob.clock.advance(DAY_MS + 1)
    await bob.crypto.after_sync()
    assert not [change for change in bob.told if isinstance(change, RoomKeysReceived)]
