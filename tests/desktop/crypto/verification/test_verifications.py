"""Verifications between devices over a real server, and what is signed at their end."""

from dataclasses import replace

import pytest

from client_desktop.core.changes import VerificationChanged
from client_desktop.core.crypto.primitives import SigningKey
from client_desktop.core.crypto.room_settings import SendTo
from client_desktop.core.crypto.trust.errors import PrivateKeysMissing, SignatureRefused
from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.errors import NothingToVerify, NotThisCode, VerificationGone
from client_desktop.core.crypto.verification.flow import PROMPT_MS, TIMEOUT_MS
from client_desktop.core.errors import NetworkUnavailable
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store.devices import upsert_device
from client_desktop.core.values import UserTrust, Verification
from client_desktop.core.values import VerificationStage as Stage
from tests.desktop.clients import Heard
from tests.desktop.crypto.devices import meet
from tests.desktop.crypto.secured_devices import OpenSecuredDevice, SecuredDevice, WithPassword, settle

pytestmark = pytest.mark.asyncio(loop_scope="module")


def only(device: SecuredDevice) -> Verification:
    """The verification that a device knows of."""
    (verification,) = device.secured.verifications.all()
    return verification


async def asked(asking: SecuredDevice, other: SecuredDevice, room_id: str | None = None) -> str:
    """One side has asked, the other has heard of it; return the verification's id."""
    if asking.user_id == other.user_id:
        verification = await asking.secured.verifications.request_own(other.device_id)
    else:
        verification = await asking.secured.verifications.request_user(other.user_id, room_id)
    await settle(other, asking, rounds=2)
    return verification.verification_id


async def agreed(asking: SecuredDevice, other: SecuredDevice, room_id: str | None = None) -> str:
    this = await asked(asking, other, room_id)
    await other.secured.verifications.accept(this)
    await settle(asking, other, rounds=2)
    return this


async def compared(asking: SecuredDevice, other: SecuredDevice, room_id: str | None = None) -> str:
    this = await agreed(asking, other, room_id)
    await other.secured.verifications.start_emoji(this)
    await settle(asking, other, rounds=3)
    return this


async def confirmed(this: str, *devices: SecuredDevice) -> None:
    for device in devices:
        await device.secured.verifications.confirm(this)
    await settle(*devices)


async def with_identities(alice: SecuredDevice, bob: SecuredDevice) -> str:
    """Both have identities and share a room."""
    await alice.set_up()
    await bob.set_up()
    return await meet(alice, bob)


async def test_two_people_verify_each_other_in_an_encrypted_room(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    await alice.secured.devices.current([bob.user_id])
    assert alice.secured.user_trust(bob.user_id) is UserTrust.UNVERIFIED
    this = await compared(alice, bob, room_id)
    ours, theirs = only(alice), only(bob)
    assert ours.stage is theirs.stage is Stage.COMPARE
    assert ours.emoji == theirs.emoji
    assert len(ours.emoji) == 7
    assert ours.decimals == theirs.decimals
    await confirmed(this, alice, bob)
    assert only(alice).stage is only(bob).stage is Stage.DONE
    assert alice.secured.user_trust(bob.user_id) is UserTrust.VERIFIED
    assert bob.secured.user_trust(alice.user_id) is UserTrust.VERIFIED
    assert all(device.verified for device in alice.secured.devices_of(bob.user_id))
    ended = alice.secured.verifications.ended(this)
    assert ended is not None
    assert (ended.room_id, ended.user_id, ended.code) == (room_id, bob.user_id, "")
    assert any(isinstance(change, VerificationChanged) for change in alice.told)


async def test_who_was_verified_stays_so_over_restarts_and_on_other_devices(
    alice: SecuredDevice, bob: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    recovery_key = await alice.secured.change_recovery_key()
    await confirmed(await compared(alice, bob, room_id), alice, bob)
    await alice.secured.stop()
    alice.restart()
    assert alice.secured.user_trust(bob.user_id) is UserTrust.VERIFIED
    second = await open_secured("alice")
    await second.secured.devices.current([bob.user_id])
    assert second.secured.user_trust(bob.user_id) is UserTrust.UNVERIFIED
    await second.secured.recover(recovery_key)
    assert second.secured.user_trust(bob.user_id) is UserTrust.VERIFIED


async def test_somebody_who_was_verified_and_has_other_keys_is_changed_until_looked_at(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    await confirmed(await compared(alice, bob, room_id), alice, bob)
    await bob.secured.recovery.reset(WithPassword(bob))
    await settle(alice, bob)
    assert alice.secured.user_trust(bob.user_id) is UserTrust.CHANGED
    assert not any(device.verified for device in alice.secured.devices_of(bob.user_id))
    alice.secured.acknowledge_identity(bob.user_id)
    assert alice.secured.user_trust(bob.user_id) is UserTrust.UNVERIFIED
    # The other direction is Bob's own doing: nobody warns him of Alice.
    assert bob.secured.user_trust(alice.user_id) is UserTrust.UNVERIFIED


async def test_somebody_changed_can_be_verified_anew_in_the_room(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    await confirmed(await compared(alice, bob, room_id), alice, bob)
    await bob.secured.recovery.reset(WithPassword(bob))
    await settle(alice, bob)
    this = await agreed(alice, bob, room_id)
    await alice.secured.verifications.start_emoji(this)
    await settle(bob, alice, rounds=3)
    await confirmed(this, alice, bob)
    assert alice.secured.user_trust(bob.user_id) is UserTrust.VERIFIED


async def test_a_new_device_is_verified_by_another_and_is_given_the_secrets(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    second = await open_secured("alice")
    this = await compared(second, alice)
    await confirmed(this, second, alice)
    await settle(second, alice)
    for device in (alice, second):
        state = device.secured.state()
        assert state.device_verified
        assert state.private_keys_here
        assert state.backup_active
        assert all(summary.verified for summary in device.secured.devices_of(alice.user_id))
    assert second.secured.backup.private_key() == alice.secured.backup.private_key()
    assert second.secured.sharing.requested == frozenset()


async def test_all_other_devices_are_asked_and_those_that_did_not_answer_are_told(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    second, third = await open_secured("alice"), await open_secured("alice")
    await second.sync()
    await second.secured.verifications.request_own()
    await settle(alice, third)
    assert only(alice).stage is only(third).stage is Stage.REQUESTED
    await alice.secured.verifications.accept(only(alice).verification_id)
    await settle(second, alice, third)
    assert only(second).stage is Stage.READY
    assert only(second).device_id == alice.device_id
    assert (only(third).stage, only(third).cancel_code) == (Stage.CANCELLED, names.ACCEPTED)
    await third.secured.verifications.work()


@pytest.mark.parametrize("new_scans", [False, True])
async def test_own_devices_verify_by_qr_code(
    alice: SecuredDevice, open_secured: OpenSecuredDevice, new_scans: bool
) -> None:
    await alice.set_up()
    second = await open_secured("alice")
    this = await agreed(second, alice)
    shows, scans = (alice, second) if new_scans else (second, alice)
    code = only(shows).qr_code
    assert code is not None
    await scans.secured.verifications.scan(this, code)
    await settle(shows, scans)
    assert only(shows).stage is Stage.SCANNED
    await shows.secured.verifications.confirm(this)
    await settle(shows, scans)
    await settle(shows, scans)
    assert only(shows).stage is only(scans).stage is Stage.DONE
    assert second.secured.state().device_verified
    assert second.secured.state().private_keys_here


async def test_people_verify_by_qr_code(alice: SecuredDevice, bob: SecuredDevice) -> None:
    room_id = await with_identities(alice, bob)
    this = await agreed(alice, bob, room_id)
    code = only(bob).qr_code
    assert code is not None
    await alice.secured.verifications.scan(this, code)
    await settle(bob, alice)
    await confirmed(this, bob)
    await settle(alice, bob)
    assert alice.secured.user_trust(bob.user_id) is UserTrust.VERIFIED
    assert bob.secured.user_trust(alice.user_id) is UserTrust.VERIFIED


async def test_any_other_code_says_so_and_ends_nothing(alice: SecuredDevice, bob: SecuredDevice) -> None:
    room_id = await with_identities(alice, bob)
    this = await agreed(alice, bob, room_id)
    code = only(bob).qr_code
    assert code is not None
    for other in (b"https://example.org", code.replace(this.encode(), b"$" + this.encode()[:-1])):
        with pytest.raises(NotThisCode):
            await alice.secured.verifications.scan(this, other)
    assert only(alice).stage is Stage.READY


async def test_a_refusal_and_a_mismatch_are_told(alice: SecuredDevice, bob: SecuredDevice) -> None:
    room_id = await with_identities(alice, bob)
    this = await asked(alice, bob, room_id)
    await bob.secured.verifications.cancel(this)
    await settle(alice)
    assert (only(alice).cancel_code, only(alice).cancelled_by_us) == (names.USER, False)
    with pytest.raises(VerificationGone):
        await alice.secured.verifications.confirm(this)

    second = await compared(alice, bob, room_id)
    await alice.secured.verifications.mismatch(second)
    await settle(bob)
    shown = bob.secured.verifications.get(second)
    assert shown is not None
    assert shown.cancel_code == names.MISMATCHED_SAS
    assert alice.secured.user_trust(bob.user_id) is UserTrust.UNVERIFIED


def swap_device(device: SecuredDevice, other: SecuredDevice) -> None:
    """The server says that the other device has another key now."""
    known = device.secured.devices.device(other.user_id, other.device_id)
    assert known is not None
    with device.store.transaction() as db:
        db.execute("DELETE FROM devices WHERE user_id = ?", (other.user_id,))
        upsert_device(db, replace(known, ed25519=SigningKey.generate().public_key))


async def test_keys_that_are_replaced_while_emoji_are_compared_are_not_signed(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    second = await open_secured("alice")
    this = await compared(second, alice)
    swap_device(alice, second)
    for device in (second, alice):
        await confirmed(this, device)
        await settle(alice, second)
    assert only(alice).cancel_code == only(second).cancel_code == names.KEY_MISMATCH
    assert not second.secured.state().device_verified


async def test_a_device_named_like_a_cross_signing_key_cannot_be_verified(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    this = await asked(alice, bob, room_id)
    identity = bob.secured.trust.identity(alice.user_id)
    device = bob.secured.devices.device(alice.user_id, alice.device_id)
    assert identity is not None
    assert device is not None
    with bob.store.transaction() as db:
        evil = replace(device, device_id=identity.master, ed25519=SigningKey.generate().public_key)
        upsert_device(db, evil)
    with pytest.raises(NothingToVerify):
        await bob.secured.verifications.accept(this)
    await settle(alice)
    assert only(alice).cancel_code == only(bob).cancel_code == names.KEY_MISMATCH


async def test_messages_of_another_device_end_the_verification(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    second, third = await open_secured("alice"), await open_secured("alice")
    this = await agreed(second, alice)
    forged = {"transaction_id": this, "from_device": third.device_id, "method": names.SAS}
    await third.secured.send_to_device(
        names.START, {alice.user_id: {alice.device_id: forged}}, encrypted=True
    )
    await settle(alice, second)
    assert only(alice).cancel_code == only(second).cancel_code == names.USER_MISMATCH


async def test_strangers_cannot_speak_for_the_other_side(
    alice: SecuredDevice, bob: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    second = await open_secured("alice")
    this = await agreed(second, alice)
    cancelled = {"transaction_id": this, "code": "m.user", "reason": ""}
    await bob.secured.send_to_device(names.CANCEL, {alice.user_id: {alice.device_id: cancelled}})
    await settle(alice)
    assert only(alice).stage is Stage.READY


async def test_this_device_must_be_verified_before_others_are(
    alice: SecuredDevice, bob: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    second = await open_secured("alice")
    with pytest.raises(PrivateKeysMissing):
        await second.secured.verifications.request_user(bob.user_id, room_id)


async def test_people_without_identities_verify_devices(alice: SecuredDevice, bob: SecuredDevice) -> None:
    room_id = await meet(alice, bob)
    await confirmed(await compared(alice, bob, room_id), alice, bob)
    assert only(alice).stage is only(bob).stage is Stage.DONE
    assert alice.secured.user_trust(bob.user_id) is UserTrust.UNKNOWN
    assert [device.verified for device in alice.secured.devices_of(bob.user_id)] == [True]


async def test_own_devices_without_an_identity_verify_each_other(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    second = await open_secured("alice")
    await settle(alice, second)
    await confirmed(await compared(alice, second), alice, second)
    for device in (alice, second):
        verified = {
            summary.device_id for summary in device.secured.devices_of(alice.user_id) if summary.verified
        }
        assert verified == {alice.device_id, second.device_id} - {device.device_id}


async def test_there_must_be_somebody_to_ask(alice: SecuredDevice) -> None:
    for device_id in (None, alice.device_id):
        with pytest.raises(NothingToVerify):
            await alice.secured.verifications.request_own(device_id)
    with pytest.raises(VerificationGone):
        await alice.secured.verifications.accept("none")


async def test_the_direct_chat_is_where_people_are_asked(alice: SecuredDevice, bob: SecuredDevice) -> None:
    room_id = await with_identities(alice, bob)
    alice.rooms_with[bob.user_id] = room_id
    assert (await alice.secured.verifications.request_user(bob.user_id)).room_id == room_id


async def test_a_request_that_nobody_answers_ends_in_time(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    second = await open_secured("alice")
    await settle(alice, second)
    await asked(alice, second)
    alice.clock.advance(PROMPT_MS)
    await second.secured.verifications.work()
    assert (only(second).stage, only(second).cancel_code) == (Stage.CANCELLED, names.TIMEOUT)
    await alice.sync()
    assert only(alice).stage is Stage.REQUESTED
    alice.clock.advance(TIMEOUT_MS)
    await alice.secured.verifications.work()
    assert only(alice).cancel_code == names.TIMEOUT


async def test_who_asks_twice_at_once_is_refused_both_times(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    second = await open_secured("alice")
    await settle(alice, second)
    await alice.secured.verifications.request_own(second.device_id)
    await alice.secured.verifications.request_own(second.device_id)
    await settle(second, alice)
    for shown in (*alice.secured.verifications.all(), *second.secured.verifications.all()):
        assert (shown.stage, shown.cancel_code) == (Stage.CANCELLED, names.UNEXPECTED_MESSAGE)


async def test_when_both_ask_at_once_accepting_one_ends_the_other(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    second = await open_secured("alice")
    await settle(alice, second)
    first = await alice.secured.verifications.request_own(second.device_id)
    other = await second.secured.verifications.request_own(alice.device_id)
    await settle(alice, second)
    await alice.secured.verifications.accept(other.verification_id)
    await settle(alice, second)
    for device in (alice, second):
        stages = {shown.verification_id: shown.stage for shown in device.secured.verifications.all()}
        assert stages == {first.verification_id: Stage.CANCELLED, other.verification_id: Stage.READY}


def to_device(message_type: str, sender: SecuredDevice, **content: object) -> JsonObject:
    return {"type": message_type, "sender": sender.user_id, "content": content}


async def take(device: SecuredDevice, *events: JsonObject) -> None:
    await device.secured.receive_sync(list(events), {}, None, None)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"transaction_id": "t"},
        {"transaction_id": "t", "from_device": "X", "methods": "m.sas.v1", "timestamp": 0},
        {"transaction_id": "t", "from_device": "X", "methods": ["m.sas.v1"], "timestamp": 0},
        {"transaction_id": "t", "from_device": "X", "methods": ["m.sas.v1"], "timestamp": 2_000_000_000_000},
    ],
)
async def test_requests_that_are_malformed_or_of_another_time_are_not_shown(
    alice: SecuredDevice, bob: SecuredDevice, content: JsonObject
) -> None:
    await take(alice, to_device(names.REQUEST, bob, **content))
    assert alice.secured.verifications.all() == ()


async def test_a_flood_of_requests_is_not_shown(alice: SecuredDevice, bob: SecuredDevice) -> None:
    now = alice.clock.now_ms()
    for number in range(20):
        content = {"from_device": f"D{number}", "methods": ["m.sas.v1"], "timestamp": now}
        await take(alice, to_device(names.REQUEST, bob, transaction_id=f"t{number}", **content))
    assert len(alice.secured.verifications.all()) == 8


async def test_what_is_not_known_is_answered_once(alice: SecuredDevice, bob: SecuredDevice) -> None:
    received = bob.hear(names.CANCEL)
    key = to_device(names.KEY, bob, transaction_id="lost", key="AAAA")
    await take(alice, key, key, to_device(names.CANCEL, bob, transaction_id="lost2", code="m.user"))
    await bob.sync()
    assert [message.content["code"] for message in received] == [names.UNKNOWN_TRANSACTION]


async def test_a_flood_of_what_is_not_known_is_not_answered(alice: SecuredDevice, bob: SecuredDevice) -> None:
    received = bob.hear(names.CANCEL)
    for number in range(15):
        await take(alice, to_device(names.KEY, bob, transaction_id=f"lost{number}", key="AAAA"))
    await bob.sync()
    assert len(received) == 10
    alice.clock.advance(60_000)
    await take(alice, to_device(names.KEY, bob, transaction_id="another", key="AAAA"))
    await bob.sync()
    assert len(received) == 11


async def test_a_verification_that_begins_without_a_request_waits_for_the_user(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    start = {
        "from_device": bob.device_id,
        "method": names.SAS,
        "key_agreement_protocols": ["curve25519"],
        "hashes": ["sha256"],
        "message_authentication_codes": ["hkdf-hmac-sha256"],
        "short_authentication_string": ["decimal"],
    }
    await take(alice, to_device(names.START, bob, transaction_id="old", **start))
    assert only(alice).stage is Stage.REQUESTED
    await alice.secured.verifications.accept("old")
    assert only(alice).stage is Stage.STARTED
    received = bob.hear(names.CANCEL)
    await take(
        alice,
        to_device(names.START, bob, transaction_id="odd", from_device=bob.device_id, method="m.guess.v1"),
        to_device(names.START, bob, transaction_id="bad"),
    )
    await bob.sync()
    assert [message.content["code"] for message in received] == [names.UNKNOWN_METHOD]


async def test_another_device_of_ours_may_answer_a_request_in_a_room(
    alice: SecuredDevice, bob: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    recovery_key = await bob.secured.change_recovery_key()
    second = await open_secured("bob")
    await second.secured.recover(recovery_key)
    await settle(alice, bob, second)
    this = await asked(alice, bob, room_id)
    await second.sync()
    await second.secured.verifications.accept(this)
    await settle(alice, bob, second)
    assert only(alice).device_id == second.device_id
    assert (only(bob).stage, only(bob).cancel_code) == (Stage.CANCELLED, names.ACCEPTED)


async def test_requests_to_others_in_a_room_are_not_ours(
    alice: SecuredDevice, bob: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    carol = await open_secured("carol")
    for device in (alice, bob, carol):
        await device.set_up()
    room_id = await meet(alice, bob, carol)
    await asked(alice, bob, room_id)
    await carol.sync()
    assert carol.secured.verifications.all() == ()


async def test_what_could_not_be_sent_is_sent_later(
    alice: SecuredDevice, bob: SecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await with_identities(alice, bob)
    this = await asked(alice, bob, room_id)
    messages = bob.secured.verifications._rooms

    async def fail(*arguments: object) -> str:
        raise NetworkUnavailable("cut")

    with monkeypatch.context() as cut:
        cut.setattr(messages, "send", fail)
        with pytest.raises(Exception, match="cut"):
            await bob.secured.verifications.accept(this)
        with pytest.raises(Exception, match="cut"):
            await bob.secured.verifications.work()
    assert only(bob).stage is Stage.READY
    await bob.secured.verifications.work()
    await alice.sync()
    assert only(alice).stage is Stage.READY


async def test_the_time_is_watched_while_the_client_runs(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    second = await open_secured("alice")
    await settle(alice, second)
    await asked(alice, second)
    second.secured.start()
    with Heard(second.changes, VerificationChanged) as heard:
        alice.clock.advance(PROMPT_MS)
        await heard.until(lambda: only(second).stage is Stage.CANCELLED)


async def test_an_answer_that_comes_before_we_know_the_id_of_our_request_is_not_lost(
    alice: SecuredDevice, bob: SecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await with_identities(alice, bob)
    messages = alice.secured.verifications._rooms
    send = messages.send

    async def send_slowly(room: str, event_type: str, content: JsonObject) -> str:
        event_id = await send(room, event_type, content)
        await settle(bob, rounds=1)
        await bob.secured.verifications.accept(event_id)
        await settle(alice, rounds=1)
        assert alice.secured.verifications.all() == ()
        return event_id

    with monkeypatch.context() as slow:
        slow.setattr(messages, "send", send_slowly)
        await alice.secured.verifications.request_user(bob.user_id, room_id)
    await alice.secured.verifications.work()
    assert only(alice).stage is Stage.READY


async def test_a_message_whose_key_comes_after_it_is_taken_in_then(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    await alice.secured.verifications.request_user(bob.user_id, room_id)
    batch = await bob.pull()
    timeline = batch["rooms"]["join"][room_id]["timeline"]["events"]
    events = await bob.secured.decrypt_events(room_id, timeline)
    assert events[-1].failure_word
    bob.secured.note_room_events(room_id, events)
    await bob.secured.verifications.work()
    assert bob.secured.verifications.all() == ()
    await bob.take(batch)
    await bob.secured.verifications.work()
    assert only(bob).stage is Stage.REQUESTED


async def test_a_request_that_could_not_be_sent_was_never_made(
    alice: SecuredDevice, open_secured: OpenSecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = await open_secured("alice")
    await settle(alice, second)

    async def fail(*arguments: object, **options: object) -> None:
        raise NetworkUnavailable("cut")

    monkeypatch.setattr(alice.secured.to_device, "send", fail)
    with pytest.raises(NetworkUnavailable):
        await alice.secured.verifications.request_own()
    assert alice.secured.verifications.all() == ()


async def test_a_signature_that_could_not_be_uploaded_is_uploaded_later(
    alice: SecuredDevice, bob: SecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await with_identities(alice, bob)
    this = await compared(alice, bob, room_id)
    await confirmed(this, bob)
    await alice.sync()

    async def fail(*arguments: object, **options: object) -> None:
        raise NetworkUnavailable("cut")

    with monkeypatch.context() as cut:
        cut.setattr(alice.secured.identity, "sign_user", fail)
        with pytest.raises(NetworkUnavailable):
            await alice.secured.verifications.confirm(this)
    assert alice.secured.user_trust(bob.user_id) is UserTrust.UNVERIFIED
    await alice.secured.verifications.work()
    assert alice.secured.user_trust(bob.user_id) is UserTrust.VERIFIED


async def test_only_the_newest_of_those_that_ended_are_kept(alice: SecuredDevice, bob: SecuredDevice) -> None:
    for number in range(70):
        content = {"from_device": "D", "methods": ["m.sas.v1"], "timestamp": alice.clock.now_ms()}
        await take(alice, to_device(names.REQUEST, bob, transaction_id=f"t{number}", **content))
        cancelled = {"transaction_id": f"t{number}", "code": "m.user", "reason": ""}
        await take(alice, to_device(names.CANCEL, bob, **cancelled))
    assert len(alice.secured.verifications.all()) == 64


async def test_in_rooms_that_are_not_encrypted_or_keep_devices_out_messages_are_clear(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    room_id = await with_identities(alice, bob)
    alice.secured.set_send_to(SendTo.VERIFIED)
    await asked(alice, bob, room_id)
    assert only(bob).stage is Stage.REQUESTED
    messages = (await alice.plain.get(f"/rooms/{room_id}/messages?dir=b&limit=1")).ok()["chunk"]
    assert messages[0]["type"] == "m.room.message"


async def test_what_cannot_be_signed_is_not_called_a_success(
    alice: SecuredDevice, bob: SecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await with_identities(alice, bob)
    this = await compared(alice, bob, room_id)
    await confirmed(this, bob)
    await alice.sync()

    async def refuse(*arguments: object) -> None:
        raise SignatureRefused("no")

    monkeypatch.setattr(alice.secured.identity, "sign_user", refuse)
    with pytest.raises(SignatureRefused):
        await alice.secured.verifications.confirm(this)
    assert (only(alice).stage, only(alice).cancelled_by_us) == (Stage.CANCELLED, True)
    ended = alice.secured.verifications.ended(this)
    assert ended is not None
    assert ended.code == names.KEY_MISMATCH
