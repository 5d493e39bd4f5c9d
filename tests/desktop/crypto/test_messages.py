"""Encrypted messages from one device to the others, over a real server."""

import pytest

from client_desktop.core.changes import RoomKeysReceived
from client_desktop.core.crypto.errors import NotEncrypted
from client_desktop.core.values import ShieldColor
from tests.desktop.crypto.devices import EncryptingDevice, OpenDevice, meet

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_both_sides_read_what_the_other_writes(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id = await meet(alice, bob)
    await alice.send(room_id, "Hello Bob")
    assert await bob.read(room_id) == ["Hello Bob"]
    await bob.send(room_id, "Hello Alice")
    assert await alice.read(room_id) == ["Hello Bob", "Hello Alice"]


async def test_every_device_of_everybody_reads(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    room_id = await meet(alice, bob)
    second = await open_device("alice")
    third = await open_device("bob")
    await bob.sync()
    await bob.send(room_id, "all of you")
    for device in (alice, second, third):
        assert "all of you" in await device.read(room_id)


async def test_the_server_sees_no_text_but_what_a_message_relates_to(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    relation = {"m.in_reply_to": {"event_id": "$other"}}
    event_type, content = await alice.crypto.encrypt(
        room_id, "m.room.message", {"body": "secret", "m.relates_to": relation}
    )
    assert event_type == "m.room.encrypted"
    assert content["m.relates_to"] == relation
    assert "secret" not in str(content)


async def test_a_relation_in_clear_text_counts_where_the_encrypted_content_has_none(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    _, content = await alice.crypto.encrypt(room_id, "m.room.message", {"body": "in the thread"})
    relation = {"rel_type": "m.thread", "event_id": "$root"}
    await alice.send_raw(room_id, "m.room.encrypted", {**content, "m.relates_to": relation})
    event = (await bob.sync())[room_id][-1]
    assert event.content == {"body": "in the thread", "m.relates_to": relation}


async def test_reactions_and_redactions_are_not_encrypted(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$e", "key": "👍"}}
    assert await alice.crypto.encrypt(room_id, "m.reaction", content) == ("m.reaction", content)


async def test_nothing_is_encrypted_for_a_room_that_is_not(alice: EncryptingDevice) -> None:
    room_id = (await alice.plain.post("/createRoom", {})).ok()["room_id"]
    await alice.sync()
    assert not alice.crypto.is_encrypted(room_id)
    with pytest.raises(NotEncrypted):
        await alice.crypto.encrypt(room_id, "m.room.message", {})
    await alice.crypto.prepare_room(room_id)


async def test_keys_shared_ahead_are_not_shared_again(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id = await meet(alice, bob)
    await alice.crypto.prepare_room(room_id)
    await bob.sync()
    received = [change for change in bob.told if isinstance(change, RoomKeysReceived)]
    assert [change.room_id for change in received] == [room_id]
    await alice.send(room_id, "at once")
    assert await bob.read(room_id) == ["at once"]
    assert [change for change in bob.told if isinstance(change, RoomKeysReceived)] == received


async def test_a_message_of_an_unsigned_device_has_a_red_shield(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await alice.send(room_id, "who am I?")
    event = (await bob.sync())[room_id][-1]
    assert event.session is not None
    assert (event.session.device_id, event.session.shield.word) == (alice.device_id, "unsigned_device")
    bob.trust.verify(alice)
    assert bob.crypto.shield(room_id, event).color is ShieldColor.NONE


async def test_own_messages_need_no_shield(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id = await meet(alice, bob)
    await alice.send(room_id, "mine")
    event = (await alice.sync())[room_id][-1]
    assert event.session is not None
    assert event.session.device_id == alice.device_id
    assert event.session.shield.color is ShieldColor.NONE
