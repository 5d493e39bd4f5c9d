"""Olm channels: choosing, losing, repairing; messages that pretend; floods."""

from copy import deepcopy

import orjson
import pytest
import vodozemac

from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import build_device_keys
from client_desktop.core.crypto.olm import MAX_SESSIONS_PER_DEVICE
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.primitives import CryptoError, encode_base64
from client_desktop.core.errors import MatrixError, NetworkUnavailable, StoreDamaged
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.olm import select_account, select_sessions
from tests.desktop.crypto.devices import PICKLE_KEY, EncryptingDevice, OpenDevice, meet

pytestmark = pytest.mark.asyncio(loop_scope="module")

TYPE = "org.example.note"
HOUR_MS = 3_600_000


async def tell(sender: EncryptingDevice, receiver: EncryptingDevice, text: str = "hello") -> None:
    await sender.crypto.send_to_device(
        TYPE, {receiver.user_id: {receiver.device_id: {"text": text}}}, encrypted=True
    )


def sessions_of(device: EncryptingDevice, other: EncryptingDevice) -> list[str]:
    rows = select_sessions(device.store.db, other.crypto.account.curve25519)
    return [row.session_id for row in rows]


async def test_messages_arrive_encrypted_from_a_known_device(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    heard = bob.hear(TYPE)
    await tell(alice, bob)
    await bob.sync()
    (message,) = heard
    assert message.device is not None
    assert (message.device.device_id, message.device.ed25519, message.content, message.encrypted) == (
        alice.device_id,
        alice.crypto.account.ed25519,
        {"text": "hello"},
        True,
    )
    assert message.with_device_keys


async def test_clear_messages_arrive_as_what_they_are(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    heard = bob.hear(TYPE)
    await alice.crypto.send_to_device(TYPE, {bob.user_id: {"*": {"text": "open"}}})
    await bob.sync()
    assert [(m.encrypted, m.device, m.content) for m in heard] == [(False, None, {"text": "open"})]


async def test_all_devices_are_reached_by_a_star_and_unknown_ones_are_left_out(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    second = await open_device("bob")
    heard, also_heard = bob.hear(TYPE), second.hear(TYPE)
    await alice.crypto.send_to_device(TYPE, {bob.user_id: {"*": {"n": 1}}}, encrypted=True)
    await alice.crypto.send_to_device(TYPE, {bob.user_id: {"NOBODY": {"n": 2}}}, encrypted=True)
    await bob.sync()
    await second.sync()
    assert [m.content for m in heard] == [m.content for m in also_heard] == [{"n": 1}]


async def test_both_go_on_with_one_session_over_restarts(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    heard, back = bob.hear(TYPE), alice.hear(TYPE)
    for number in range(3):
        await tell(alice, bob, f"there {number}")
        await bob.sync()
        await tell(bob, alice, f"back {number}")
        await alice.sync()
        alice.restart()
        back = alice.hear(TYPE)
    assert len(heard) == 3
    assert len(back) == 3
    assert len(sessions_of(alice, bob)) == len(sessions_of(bob, alice)) == 1


async def test_what_was_decrypted_before_a_crash_is_neither_lost_nor_a_broken_channel(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await alice.crypto.prepare_room(room_id)
    batch = await bob.pull()
    await bob.take(batch)
    bob.restart()  # the token of the batch was not stored: the same comes again
    await bob.take(batch)
    assert bob.crypto.olm.broken(10) == []
    await alice.send(room_id, "still readable")
    assert await bob.read(room_id) == ["still readable"]


async def test_a_used_one_time_key_is_gone(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    await tell(alice, bob)
    batch = await bob.pull()
    before = select_account(bob.store.db)
    await bob.take(batch)
    after = select_account(bob.store.db)
    assert before is not None
    assert after is not None
    (event,) = batch["to_device"]["events"]
    content = event["content"]
    body = content["ciphertext"][bob.crypto.account.curve25519]["body"]
    message = vodozemac.PreKeyMessage.from_base64(body)
    sender_key = vodozemac.Curve25519PublicKey.from_base64(content["sender_key"])
    vodozemac.Account.from_pickle(before.pickle, PICKLE_KEY).create_inbound_session(sender_key, message)
    with pytest.raises(vodozemac.SessionCreationException):
        vodozemac.Account.from_pickle(after.pickle, PICKLE_KEY).create_inbound_session(sender_key, message)


async def test_a_channel_that_lost_its_state_is_repaired_once_an_hour(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await tell(alice, bob)
    await bob.sync()
    await tell(bob, alice)
    await alice.sync()
    lost = sessions_of(bob, alice)
    bob.store.db.execute("DELETE FROM olm_sessions")
    heard = bob.hear(TYPE)
    await tell(alice, bob, "lost")
    await bob.sync()
    assert heard == []
    (repaired,) = sessions_of(bob, alice)
    assert [repaired] != lost
    await alice.sync()
    await tell(alice, bob, "found")
    await bob.sync()
    assert [m.content["text"] for m in heard] == ["found"]

    bob.store.db.execute("DELETE FROM olm_sessions")
    await tell(alice, bob, "lost again")
    await bob.sync()
    assert sessions_of(bob, alice) == [], "not again within the hour"
    bob.clock.advance(HOUR_MS)
    await tell(alice, bob, "lost once more")
    await bob.sync()
    assert len(sessions_of(bob, alice)) == 1


async def test_a_repair_that_fails_is_tried_again_after_a_restart(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(alice, bob)
    await bob.sync()
    await tell(bob, alice)
    await alice.sync()
    bob.store.db.execute("DELETE FROM olm_sessions")
    await tell(alice, bob, "lost")
    batch = await bob.pull()
    await bob.take(batch)
    bob.since = batch["next_batch"]

    async def offline(*arguments: object, **options: object) -> JsonObject:
        raise NetworkUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(bob.api, "post", offline)
        with pytest.raises(NetworkUnavailable):
            await bob.crypto.after_sync()
    assert sessions_of(bob, alice) == []
    bob.restart()
    await bob.crypto.after_sync()
    assert len(sessions_of(bob, alice)) == 1


async def test_a_device_has_a_bounded_number_of_sessions_and_the_newest_is_used(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    (device,) = (await alice.crypto.devices.current([bob.user_id]))[bob.user_id]
    for _ in range(MAX_SESSIONS_PER_DEVICE + 3):
        alice.clock.advance(1)
        assert await alice.crypto.olm.ensure([device], anew=True) == set()
    sessions = sessions_of(alice, bob)
    assert len(sessions) == MAX_SESSIONS_PER_DEVICE
    await tell(alice, bob)
    await bob.sync()
    assert sessions_of(bob, alice) == sessions[:1]


async def test_a_device_without_keys_is_not_asked_again_at_once(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (device,) = (await alice.crypto.devices.current([bob.user_id]))[bob.user_id]
    claims = 0

    async def without_keys(target: str, *arguments: object, **options: object) -> JsonObject:
        nonlocal claims
        claims += 1
        return {}

    monkeypatch.setattr(alice.api, "post", without_keys)
    for _ in range(3):
        assert await alice.crypto.olm.ensure([device]) == {device.ed25519}
    assert claims == 1
    alice.clock.advance(15_000)
    await alice.crypto.olm.ensure([device])
    alice.clock.advance(15_000)
    await alice.crypto.olm.ensure([device])
    assert claims == 2, "the second pause is longer"
    alice.clock.advance(15_000)
    await alice.crypto.olm.ensure([device])
    assert claims == 3


async def test_a_one_time_key_that_its_device_did_not_sign_is_refused(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (device,) = (await alice.crypto.devices.current([bob.user_id]))[bob.user_id]
    mine = vodozemac.Account().curve25519_key.to_base64()
    forgeries = [
        {"signed_curve25519:A": {"key": mine}},
        {"signed_curve25519:A": {"key": mine, "signatures": {bob.user_id: {device.key_id: "A" * 86}}}},
        {"signed_curve25519:A": alice.crypto.account.signed_key(mine, fallback=False)},
        {"curve25519:A": mine},
        {"signed_curve25519:A": mine},
        [],
    ]
    answers = iter(forgeries)

    async def forged(target: str, *arguments: object, **options: object) -> JsonObject:
        return {"one_time_keys": {bob.user_id: {bob.device_id: next(answers)}}}

    monkeypatch.setattr(alice.api, "post", forged)
    for _ in forgeries:
        assert await alice.crypto.olm.ensure([device], anew=True) == {device.ed25519}
    assert sessions_of(alice, bob) == []


class Mallory:
    """Somebody who writes Olm messages to Bob by hand."""

    def __init__(self, bob: EncryptingDevice) -> None:
        self.account = vodozemac.Account()
        self.bob = bob.crypto.account
        self.user_id = "@mallory:example.org"
        self.curve25519 = self.account.curve25519_key.to_base64()
        self.ed25519 = self.account.ed25519_key.to_base64()

    def payload(self, **changes: object) -> JsonObject:
        return {
            "type": TYPE,
            "content": {},
            "sender": self.user_id,
            "recipient": self.bob.user_id,
            "recipient_keys": {"ed25519": self.bob.ed25519},
            "keys": {"ed25519": self.ed25519},
            **changes,
        }

    def device_keys(self, user_id: str | None = None) -> JsonObject:
        return build_device_keys(
            user_id or self.user_id,
            "MALLORY",
            self.curve25519,
            self.ed25519,
            lambda message: self.account.sign(message).to_base64(),
        )

    def event(self, session: vodozemac.Session, plaintext: bytes) -> JsonObject:
        kind, body = session.encrypt(plaintext).to_parts()
        return {
            "type": "m.room.encrypted",
            "sender": self.user_id,
            "content": {
                "algorithm": "m.olm.v1.curve25519-aes-sha2",
                "sender_key": self.curve25519,
                "ciphertext": {self.bob.curve25519: {"type": kind, "body": encode_base64(body)}},
            },
        }

    def session(self, one_time_key: str) -> vodozemac.Session:
        return self.account.create_outbound_session(
            vodozemac.Curve25519PublicKey.from_base64(self.bob.curve25519),
            vodozemac.Curve25519PublicKey.from_base64(one_time_key),
        )


def one_time_key_of(bob: EncryptingDevice) -> str:
    """Let Bob make a key for somebody who writes to him past the server."""
    bob.crypto.account.generate_one_time_keys(1)
    (key,) = bob.crypto.account.unpublished_one_time_keys().values()
    with bob.store.transaction() as db:
        bob.crypto.account.mark_published()
        bob.crypto.account.save(db)
    return key


async def test_messages_that_pretend_are_refused(bob: EncryptingDevice) -> None:
    mallory = Mallory(bob)
    session = mallory.session(one_time_key_of(bob))
    heard = bob.hear(TYPE)
    foreign = build_device_keys(
        mallory.user_id, "OTHER", mallory.bob.curve25519, mallory.bob.ed25519, lambda _: "A" * 86
    )
    pretences: list[JsonObject] = [
        {"sender": bob.user_id},
        {"recipient": "@carol:example.org"},
        {"recipient_keys": {"ed25519": mallory.ed25519}},
        {"recipient_keys": None},
        {"keys": {}},
        {"keys": {"ed25519": bob.crypto.account.ed25519}, "sender_device_keys": mallory.device_keys()},
        {"type": 5},
        {"content": []},
        {"type": "m.room.encrypted"},
        {"sender_device_keys": foreign},
        {"sender_device_keys": mallory.device_keys(bob.user_id)},
        {"sender_device_keys": []},
    ]
    for changes in pretences:
        event = mallory.event(session, orjson.dumps(mallory.payload(**changes)))
        await bob.crypto.receive_sync([event], {}, None, None)
        assert heard == [], changes
    for plaintext in (b"no json", b"[]"):
        await bob.crypto.receive_sync([mallory.event(session, plaintext)], {}, None, None)
    assert heard == []
    genuine = mallory.event(session, orjson.dumps(mallory.payload()))
    await bob.crypto.receive_sync([genuine], {}, None, None)
    assert [(message.device, message.claimed_ed25519) for message in heard] == [(None, mallory.ed25519)]
    described = mallory.payload(sender_device_keys=mallory.device_keys())
    await bob.crypto.receive_sync([mallory.event(session, orjson.dumps(described))], {}, None, None)
    assert heard[1].device is not None
    assert heard[1].device.ed25519 == mallory.ed25519


async def test_a_channel_of_somebody_elses_device_is_not_believed(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    """Mallory sits on Alice's user, as a server could, with a device of other signing keys."""
    await bob.crypto.devices.current([alice.user_id])
    await tell(alice, bob)
    batch = await bob.pull()
    heard = bob.hear(TYPE)
    forged = deepcopy(batch["to_device"]["events"][0])
    forged["sender"] = "@mallory:example.org"
    await bob.crypto.receive_sync([forged], {}, None, None)
    assert heard == []


async def test_what_is_malformed_is_passed_over(bob: EncryptingDevice) -> None:
    heard = bob.hear(TYPE)
    key = bob.crypto.account.curve25519
    contents: list[object] = [
        None,
        {},
        {"algorithm": "m.olm.v1.curve25519-aes-sha2"},
    ]
    for sender_key, kind, body in (
        (key, 0, ""),
        (key, 7, "AA"),
        (key, 0, "AA"),
        (key, 1, "AA"),
        (key, 0, "!"),
        ("A", 0, "AA"),
    ):
        ciphertext = {key: {"type": kind, "body": body}}
        algorithm = "m.olm.v1.curve25519-aes-sha2"
        contents.append({"algorithm": algorithm, "sender_key": sender_key, "ciphertext": ciphertext})
    events: list[JsonObject] = [
        {"type": "m.room.encrypted", "sender": "@m:example.org", "content": content} for content in contents
    ]
    events += [{"type": 5, "sender": "@m:x", "content": {}}, {"type": TYPE, "content": {}}, {}]
    events += [{"type": "x" * 256, "sender": "@m:example.org", "content": {}}]
    events += ["text", None]  # type: ignore[list-item]
    await bob.crypto.receive_sync(events, {}, None, None)
    assert heard == []


async def test_keys_in_clear_text_are_worth_nothing(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    heard = bob.hear("m.room_key")
    session = vodozemac.GroupSession()
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "room_id": "!room",
        "session_id": session.session_id,
        "session_key": session.session_key.to_base64(),
    }
    await alice.crypto.send_to_device("m.room_key", {bob.user_id: {"*": content}})
    await bob.sync()
    assert heard == []
    assert bob.crypto.room_keys.find("!room", session.session_id) is None


async def test_a_handler_that_fails_keeps_nobody_else_from_hearing(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    async def fail(message: ToDeviceMessage) -> None:
        raise CryptoError("no")

    bob.crypto.on_to_device(TYPE, fail)
    heard = bob.hear(TYPE)
    await tell(alice, bob, "one")
    await tell(alice, bob, "two")
    await bob.sync()
    assert [message.content["text"] for message in heard] == ["one", "two"]


async def test_a_flood_of_broken_messages_plans_one_repair_per_known_device(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await bob.crypto.devices.current([alice.user_id])
    sealed = sealed_messages(250)

    def events(sender_key: str) -> list[JsonObject]:
        ciphertexts = [{bob.crypto.account.curve25519: {"type": 1, "body": body}} for body in sealed]
        algorithm = "m.olm.v1.curve25519-aes-sha2"
        contents = [{"algorithm": algorithm, "sender_key": sender_key, "ciphertext": c} for c in ciphertexts]
        return [{"type": "m.room.encrypted", "sender": alice.user_id, "content": c} for c in contents]

    unknown = vodozemac.Account().curve25519_key.to_base64()
    flood = events(alice.crypto.account.curve25519) + events(unknown)[:50]
    await bob.crypto.receive_sync(flood, {}, None, None)
    assert bob.crypto.olm.broken(1000) == [(alice.user_id, alice.crypto.account.curve25519)]


def sealed_messages(count: int) -> list[str]:
    """Make Olm messages of a channel between two others."""
    one, other = vodozemac.Account(), vodozemac.Account()
    other.generate_one_time_keys(1)
    (key,) = other.one_time_keys.values()
    there = one.create_outbound_session(other.curve25519_key, key)
    first = there.encrypt(b"").to_pre_key()
    assert first is not None
    back, _ = other.create_inbound_session(one.curve25519_key, first)
    return [encode_base64(back.encrypt(b"").to_parts()[1]) for _ in range(count)]


async def test_a_write_that_fails_leaves_the_account_as_it_is_stored(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await meet(alice, bob)
    await alice.crypto.prepare_room(room_id)
    batch = await bob.pull()

    def fail(*arguments: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("client_desktop.core.crypto.room_keys.upsert_inbound", fail)
        with pytest.raises(OSError, match="disk full"):
            await bob.take(batch)
    await bob.take(batch)
    bob.since = batch["next_batch"]
    await alice.send(room_id, "readable after all")
    assert await bob.read(room_id) == ["readable after all"]


async def test_old_messages_are_forgotten(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    await tell(alice, bob)
    await bob.sync()

    def seen() -> int:
        (count,) = bob.store.db.execute("SELECT COUNT(*) FROM olm_messages_seen").fetchone()
        return int(count)

    assert seen() == 1
    bob.clock.advance(8 * 24 * HOUR_MS)
    await bob.sync()
    assert seen() == 0


async def test_a_store_opens_only_for_its_device_and_with_its_key(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    store = Store.open_in_memory()
    made = OlmAccount.open(store, PICKLE_KEY, "@a:b", "ONE")
    assert OlmAccount.open(store, PICKLE_KEY, "@a:b", "ONE").ed25519 == made.ed25519
    for key, user_id, device_id in (
        (bytes(32), "@a:b", "ONE"),
        (PICKLE_KEY, "@a:b", "TWO"),
        (PICKLE_KEY, "@b:b", "ONE"),
    ):
        with pytest.raises(StoreDamaged):
            OlmAccount.open(store, key, user_id, device_id)
    store.close()


async def test_errors_of_the_server_reach_who_sends(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*arguments: object, **options: object) -> JsonObject:
        raise MatrixError(403, "M_FORBIDDEN", "no")

    monkeypatch.setattr(alice.api, "put", refuse)
    with pytest.raises(MatrixError):
        await tell(alice, bob)


async def test_a_device_that_has_no_session_any_more_is_passed_over(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    (device,) = (await alice.crypto.devices.current([bob.user_id]))[bob.user_id]

    async def nothing_missing(devices: object) -> set[str]:
        return set()

    monkeypatch.setattr(alice.crypto.olm, "ensure", nothing_missing)
    assert await alice.crypto.to_device.send_encrypted([device], TYPE, lambda _: {}) == []
    heard = bob.hear(TYPE)
    await bob.sync()
    assert heard == []


async def test_a_session_that_cannot_be_read_is_passed_over(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    await tell(alice, bob)
    await bob.sync()
    await tell(bob, alice)
    await alice.sync()
    await alice.sync()
    bob.store.db.execute("UPDATE olm_sessions SET pickle = 'AAAA'")
    heard = bob.hear(TYPE)
    await tell(alice, bob, "unreadable")
    batch = await bob.pull()
    await bob.take(batch)
    assert heard == []
    assert bob.crypto.olm.broken(1) == [(alice.user_id, alice.crypto.account.curve25519)]


async def test_senders_whose_server_is_silent_hold_nobody_up(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await tell(alice, bob)
    heard = bob.hear(TYPE)
    batch = await bob.pull()

    async def offline(*arguments: object, **options: object) -> JsonObject:
        raise NetworkUnavailable

    monkeypatch.setattr(bob.api, "post", offline)
    await bob.take(batch)
    (message,) = heard
    assert message.device is not None, "the message describes its device itself"


async def test_a_fault_of_one_handler_costs_no_other_message(
    alice: EncryptingDevice, bob: EncryptingDevice, caplog: pytest.LogCaptureFixture
) -> None:
    async def fault(message: ToDeviceMessage) -> None:
        raise KeyError("bug")

    bob.crypto.on_to_device(TYPE, fault)
    heard = bob.hear(TYPE)
    await tell(alice, bob)
    await bob.sync()
    assert len(heard) == 1
    assert "a handler of" in caplog.text


async def test_a_device_that_says_it_has_no_channel_gets_one_if_it_is_known(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    def no_channel(key: str) -> JsonObject:
        content = {"algorithm": "m.megolm.v1.aes-sha2", "code": "m.no_olm", "sender_key": key}
        return {"type": "m.room_key.withheld", "sender": alice.user_id, "content": content}

    await bob.crypto.devices.current([alice.user_id])
    unknown = vodozemac.Account().curve25519_key.to_base64()
    other_code = no_channel(alice.crypto.account.curve25519)
    other_code["content"] |= {"code": "m.other", "room_id": "!r", "session_id": "s"}
    await bob.crypto.receive_sync([no_channel(unknown), no_channel("A"), other_code], {}, None, None)
    assert bob.crypto.olm.broken(10) == []
    await bob.crypto.receive_sync([no_channel(alice.crypto.account.curve25519)], {}, None, None)
    await bob.crypto.after_sync()
    assert len(sessions_of(bob, alice)) == 1
