"""What events are worth, as the user is told; and that there is a text for everything that may be said."""

import json
from pathlib import Path

import pytest

import client_shared
from client_desktop.core.changes import MembersChanged, RoomKeysReceived
from client_desktop.core.crypto import errors, shields
from client_desktop.core.crypto.decryption import WITHHELD_WORDS
from client_desktop.core.errors import ClientError
from client_desktop.core.events import ClearEvent
from client_desktop.core.store.megolm import select_outbound
from client_desktop.core.values import Shield, ShieldColor, UserTrust
from tests.desktop.crypto.devices import EncryptingDevice, OpenDevice, make_identity, meet

asynchronous = pytest.mark.asyncio(loop_scope="module")
FAILURES = {
    "no_key",
    "key_too_late",
    "withheld",
    "unknown_algorithm",
    "damaged",
    "wrong_sender",
    "wrong_room",
}
FAILURES |= {"replay", "unsigned_device", *WITHHELD_WORDS.values()}


@asynchronous
async def test_clear_text_in_an_encrypted_room_is_warned_of(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await bob.send_raw(room_id, "m.room.message", {"msgtype": "m.text", "body": "open"})
    await bob.send_raw(room_id, "m.reaction", {})
    events = (await alice.sync())[room_id]
    assert [alice.crypto.shield(room_id, event).word for event in events[-2:]] == ["not_encrypted", ""]
    state = ClearEvent({"type": "m.room.name", "state_key": "", "content": {}})
    redacted = ClearEvent({"type": "m.room.message", "unsigned": {"redacted_because": {"type": "x"}}})
    unreadable = ClearEvent({"type": "m.room.encrypted", "content": {}}, failure_word="no_key")
    for event in (state, redacted, unreadable):
        assert alice.crypto.shield(room_id, event) == shields.NONE
    assert alice.crypto.shield("!clear", events[-2]) == shields.NONE


@asynchronous
async def test_shields_follow_what_is_known_of_the_sender(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await bob.send(room_id, "text")
    event = (await alice.sync())[room_id][-1]
    assert alice.crypto.shield(room_id, event).word == "unsigned_device"
    alice.trust.verify(bob)
    assert alice.crypto.shield(room_id, event) == shields.NONE
    alice.trust.users[bob.user_id] = UserTrust.CHANGED
    assert alice.crypto.shield(room_id, event).word == "identity_changed"
    alice.trust.users.clear()
    alice.store.db.execute("DELETE FROM devices WHERE user_id = ?", (bob.user_id,))
    assert alice.crypto.shield(room_id, event) == Shield(ShieldColor.RED, "unknown_device")
    alice.store.db.execute("UPDATE inbound_group_sessions SET authentic = 0, origin = 'import'")
    assert alice.crypto.shield(room_id, event) == Shield(ShieldColor.GREY, "not_authentic")
    alice.store.db.execute("DELETE FROM inbound_group_sessions")
    assert event.session is not None
    assert alice.crypto.shield(room_id, event) == event.session.shield


@asynchronous
async def test_history_of_long_ago_does_not_cost_the_session(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await alice.send(room_id, "text")

    def is_discarded() -> bool:
        session = select_outbound(alice.store.db, room_id)
        assert session is not None
        return session.discarded

    long_ago = {
        "type": "m.room.member",
        "state_key": "@gone:example.org",
        "content": {"membership": "leave"},
        "origin_server_ts": alice.clock.now_ms() - 7_200_000,
    }
    await alice.crypto.decrypt_events(room_id, [long_ago])
    stranger = MembersChanged("@other:example.org", room_id, frozenset({"@gone:example.org"}))
    unknown = MembersChanged(alice.user_id, room_id, frozenset({"@unknown:example.org"}))
    for change in (stranger, unknown):
        alice.changes.publish(change)
    assert not is_discarded()
    await alice.crypto.decrypt_events(room_id, [{**long_ago, "origin_server_ts": alice.clock.now_ms()}])
    assert is_discarded()
    await alice.crypto.decrypt_events("!elsewhere", [{**long_ago, "origin_server_ts": alice.clock.now_ms()}])


@asynchronous
async def test_without_files_no_history_is_shared_or_taken(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    await make_identity(bob)
    alice.trust.verify(bob)
    bob.trust.verify(alice)
    room_id = await meet(alice)
    await alice.send(room_id, "text")
    assert await alice.crypto.share_history(room_id, bob.user_id) == 1
    alice.crypto.history.files = bob.crypto.history.files = None
    assert alice.crypto.files is None
    assert await alice.crypto.share_history(room_id, bob.user_id) == 0
    bob.crypto.accepted_invite(room_id, alice.user_id)
    await bob.sync()
    assert not [change for change in bob.told if isinstance(change, RoomKeysReceived)]


@pytest.mark.parametrize("language", ["en", "de"])
def test_there_is_a_text_for_every_shield_failure_and_refusal(language: str) -> None:
    folder = Path(client_shared.__file__).parent / "words" / language
    texts: dict[str, object] = {}
    for area in ("shield", "undecryptable", "error"):
        texts |= json.loads((folder / f"{area}.json").read_text(encoding="utf-8"))
    all_shields = (value for value in vars(shields).values() if isinstance(value, Shield))
    said = {f"shield.{shield.word}" for shield in all_shields if shield.word}
    said |= {f"undecryptable.{word}" for word in FAILURES}
    refusals = (value for value in vars(errors).values() if isinstance(value, type))
    said |= {f"error.{error.word}" for error in refusals if issubclass(error, ClientError)}
    assert said <= texts.keys()
