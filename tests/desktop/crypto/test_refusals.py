"""Messages that are not what they claim to be are not shown."""

from copy import deepcopy

import orjson
import pytest
import vodozemac

from client_desktop.core.crypto.exported_keys import parse_exported_key
from client_desktop.core.crypto.key_export import write_key_file
from client_desktop.core.crypto.room_settings import SendTo
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store.megolm import select_outbound
from tests.desktop.crypto.devices import PICKLE_KEY, EncryptingDevice, meet, text_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def one_message(alice: EncryptingDevice, bob: EncryptingDevice) -> tuple[str, JsonObject]:
    """Give a room and an encrypted event in it that Bob has read."""
    room_id = await meet(alice, bob)
    await alice.send(room_id, "genuine")
    event = (await bob.sync())[room_id][-1]
    assert text_of(event) == "genuine"
    return room_id, deepcopy(dict(event.event))


async def decrypt(device: EncryptingDevice, room_id: str, event: JsonObject) -> ClearEvent:
    (clear,) = await device.crypto.decrypt_events(room_id, [event])
    return clear


async def test_the_same_event_may_be_decrypted_again(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id, event = await one_message(alice, bob)
    assert text_of(await decrypt(bob, room_id, event)) == "genuine"


async def test_a_replay_under_another_event_id_is_refused(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id, event = await one_message(alice, bob)
    bob.restart()
    assert (await decrypt(bob, room_id, {**event, "event_id": "$other"})).failure_word == "replay"


async def test_a_message_under_another_senders_name_is_refused(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id, event = await one_message(alice, bob)
    forged = {**event, "sender": bob.user_id}
    assert (await decrypt(bob, room_id, forged)).failure_word == "wrong_sender"


async def test_a_message_moved_to_another_room_is_refused(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id, event = await one_message(alice, bob)
    other = await meet(alice, bob)
    assert (await decrypt(bob, other, event)).failure_word == "no_key"
    key = alice.crypto.room_keys.find(room_id, event["content"]["session_id"])
    assert key is not None
    exported = alice.crypto.room_keys.export(key.info).to_json() | {"room_id": other}
    assert await bob.crypto.import_keys(*key_file([exported])) == (1, 1)
    assert (await decrypt(bob, other, event)).failure_word == "wrong_room"


async def test_an_imported_key_of_somebodys_device_opens_nobody_elses_messages(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await bob.crypto.devices.current([alice.user_id])
    session = vodozemac.GroupSession()
    exported = vodozemac.InboundGroupSession(session.session_key).export_at(0)
    assert exported is not None
    account = alice.crypto.account
    key = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "room_id": room_id,
        "session_id": session.session_id,
        "session_key": exported.to_base64(),
        "sender_key": account.curve25519,
        "sender_claimed_keys": {"ed25519": account.ed25519},
        "forwarding_curve25519_key_chain": [],
    }
    assert await bob.crypto.import_keys(*key_file([key])) == (1, 1)
    plaintext = {"type": "m.room.message", "content": {"body": "claimed"}, "room_id": room_id}
    event = {
        "type": "m.room.encrypted",
        "event_id": "$forged",
        "sender": bob.user_id,
        "content": {
            "algorithm": "m.megolm.v1.aes-sha2",
            "session_id": session.session_id,
            "ciphertext": session.encrypt(orjson.dumps(plaintext)).to_base64(),
        },
    }
    assert (await decrypt(bob, room_id, event)).failure_word == "wrong_sender"
    bob.trust.verify(alice)
    clear = await decrypt(bob, room_id, {**event, "sender": alice.user_id})
    assert bob.crypto.shield(room_id, clear).word == "not_authentic"


async def test_malformed_content_has_a_word_for_it(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id, event = await one_message(alice, bob)
    changes: list[tuple[JsonObject, str]] = [
        ({"algorithm": "m.megolm.v9"}, "unknown_algorithm"),
        ({"algorithm": None}, "unknown_algorithm"),
        ({"ciphertext": "AAAA"}, "damaged"),
        ({"ciphertext": 7}, "damaged"),
        ({"ciphertext": "A" * 100_001}, "damaged"),
        ({"session_id": ""}, "damaged"),
        ({"session_id": "x" * 200}, "damaged"),
        ({"session_id": "x" * 43}, "no_key"),
    ]
    for change, word in changes:
        changed = {**event, "event_id": "$changed", "content": {**event["content"], **change}}
        assert (await decrypt(bob, room_id, changed)).failure_word == word, change


async def test_a_changed_ciphertext_is_refused(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id, event = await one_message(alice, bob)
    ciphertext = event["content"]["ciphertext"]
    middle = len(ciphertext) // 3
    flipped = ciphertext[:middle] + ("A" if ciphertext[middle] != "A" else "B") + ciphertext[middle + 1 :]
    changed = {**event, "content": {**event["content"], "ciphertext": flipped}}
    assert (await decrypt(bob, room_id, changed)).failure_word == "damaged"


async def test_a_plaintext_that_is_no_event_is_refused(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id, event = await one_message(alice, bob)
    here = {"room_id": room_id}
    plaintexts: list[tuple[bytes, str]] = [
        (b"\xff{", "damaged"),
        (b"[]", "wrong_room"),
        (orjson.dumps({**here, "type": 3, "content": {}}), "damaged"),
        (orjson.dumps({**here, "type": "m.room.message", "content": "text"}), "damaged"),
        (orjson.dumps({**here, "type": "m.room.encrypted", "content": {}}), "damaged"),
        (orjson.dumps({**here, "type": "", "content": {}}), "damaged"),
        (orjson.dumps({**here, "type": "x" * 256, "content": {}}), "damaged"),
    ]
    for number, (plaintext, word) in enumerate(plaintexts):
        content = {**event["content"], "ciphertext": encrypt_raw(alice, room_id, plaintext)}
        odd = {**event, "event_id": f"${number}", "content": content}
        assert (await decrypt(bob, room_id, odd)).failure_word == word, plaintext


async def test_a_redacted_event_is_left_as_it_is(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id, event = await one_message(alice, bob)
    redacted = {**event, "content": {}, "unsigned": {"redacted_because": {"type": "m.room.redaction"}}}
    assert await decrypt(bob, room_id, redacted) == ClearEvent(redacted)


async def test_where_only_signed_devices_count_others_are_not_shown(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id, event = await one_message(alice, bob)
    bob.crypto.set_send_to(SendTo.CROSS_SIGNED)
    assert (await decrypt(bob, room_id, event)).failure_word == "unsigned_device"
    bob.trust.cross_signed.add(alice.crypto.account.ed25519)
    assert text_of(await decrypt(bob, room_id, event)) == "genuine"
    bob.restart()
    assert bob.crypto.settings.send_to is SendTo.CROSS_SIGNED


async def test_own_messages_are_shown_where_only_signed_devices_count(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id, event = await one_message(alice, bob)
    alice.crypto.set_send_to(SendTo.CROSS_SIGNED)
    assert text_of(await decrypt(alice, room_id, event)) == "genuine"


def encrypt_raw(device: EncryptingDevice, room_id: str, plaintext: bytes) -> str:
    """Encrypt with a room's session whatever the test wants, as only a broken client would."""
    session = select_outbound(device.store.db, room_id)
    assert session is not None
    return vodozemac.GroupSession.from_pickle(session.pickle, PICKLE_KEY).encrypt(plaintext).to_base64()


def key_file(keys: list[JsonObject]) -> tuple[str, str]:
    """Write a key file of these keys; return it and its passphrase."""
    return write_key_file(map(parse_exported_key, keys), "passphrase", rounds=10), "passphrase"
