"""When a room gets another session, who is given its key, and who is told why not."""

from dataclasses import replace

import pytest

from client_desktop.core.crypto.errors import IdentityChanged
from client_desktop.core.crypto.room_settings import SendTo
from client_desktop.core.errors import MatrixError, StoreDamaged
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store.devices import upsert_device
from client_desktop.core.store.megolm import select_outbound, select_recipients
from client_desktop.core.values import UserTrust
from tests.desktop.crypto.devices import EncryptingDevice, OpenDevice, meet

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUR_MS = 3_600_000


async def session_of_next_message(device: EncryptingDevice, room_id: str) -> str:
    _, content = await device.crypto.encrypt(room_id, "m.room.message", {"body": "x"})
    session_id = content["session_id"]
    assert isinstance(session_id, str)
    return session_id


async def meet_with(alice: EncryptingDevice, bob: EncryptingDevice, settings: JsonObject) -> str:
    content = {"algorithm": "m.megolm.v1.aes-sha2", **settings}
    state = [{"type": "m.room.encryption", "state_key": "", "content": content}]
    return await meet(alice, bob, initial_state=state)


async def test_a_session_is_replaced_after_as_many_messages_as_the_room_says(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet_with(alice, bob, {"rotation_period_msgs": 12})
    sessions = [await session_of_next_message(alice, room_id) for _ in range(13)]
    assert len(set(sessions[:12])) == 1
    assert sessions[12] != sessions[11]


@pytest.mark.parametrize("settings", [{"rotation_period_msgs": 1}, {"rotation_period_ms": 1}])
async def test_a_room_cannot_have_keys_sent_with_every_message(
    alice: EncryptingDevice, bob: EncryptingDevice, settings: JsonObject
) -> None:
    room_id = await meet_with(alice, bob, settings)
    first = await session_of_next_message(alice, room_id)
    alice.clock.advance(60_000)
    assert [await session_of_next_message(alice, room_id) for _ in range(5)] == [first] * 5


async def test_a_room_cannot_keep_a_session_for_ever(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    endless = {"rotation_period_ms": 2**53 - 1, "rotation_period_msgs": 2**53 - 1}
    room_id = await meet_with(alice, bob, endless)
    encryption = alice.crypto.settings.of(room_id)
    assert encryption is not None
    assert (encryption.messages, encryption.period_ms) == (10_000, 28 * 24 * HOUR_MS)


async def test_a_session_is_replaced_after_the_time_that_the_room_says(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet_with(alice, bob, {"rotation_period_ms": 2 * HOUR_MS})
    first = await session_of_next_message(alice, room_id)
    alice.clock.advance(2 * HOUR_MS - 1)
    assert await session_of_next_message(alice, room_id) == first
    alice.clock.advance(1)
    assert await session_of_next_message(alice, room_id) != first


async def test_a_session_is_kept_over_a_restart(alice: EncryptingDevice, bob: EncryptingDevice) -> None:
    room_id = await meet(alice, bob)
    first = await session_of_next_message(alice, room_id)
    alice.restart()
    await alice.send(room_id, "second")
    assert await bob.read(room_id) == ["second"]
    session = select_outbound(alice.store.db, room_id)
    assert session is not None
    assert (session.session_id, session.messages) == (first, 2)


async def test_who_left_cannot_read_on(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    carol = await open_device("carol")
    room_id = await meet(alice, bob, carol)
    first = await session_of_next_message(alice, room_id)
    (await carol.plain.post(f"/rooms/{room_id}/leave")).ok()
    await alice.sync()
    second = await session_of_next_message(alice, room_id)
    assert second != first
    recipients = select_recipients(alice.store.db, second)
    assert {recipient.user_id for recipient in recipients} == {bob.user_id}


async def test_who_left_and_came_back_does_not_know_what_was_written_meanwhile(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob, preset="public_chat")
    first = await session_of_next_message(alice, room_id)
    (await bob.plain.post(f"/rooms/{room_id}/leave")).ok()
    (await bob.plain.post(f"/join/{room_id}")).ok()
    await alice.sync()
    assert await session_of_next_message(alice, room_id) != first


async def test_a_member_who_is_gone_when_a_gap_was_skipped_counts_as_having_left(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    first = await session_of_next_message(alice, room_id)
    (await bob.plain.post(f"/rooms/{room_id}/leave")).ok()
    batch = await alice.pull()
    room = batch["rooms"]["join"][room_id]
    room["state"]["events"], room["timeline"]["events"] = room["timeline"]["events"], []
    await alice.take(batch)
    assert await session_of_next_message(alice, room_id) != first


async def test_a_device_that_signed_out_cannot_read_on(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    room_id = await meet(alice, bob)
    second = await open_device("bob")
    await alice.sync()
    first = await session_of_next_message(alice, room_id)
    (await second.plain.post("/logout")).ok()
    await alice.sync()
    assert await session_of_next_message(alice, room_id) != first


async def test_a_new_device_is_given_the_same_session_from_here_on(
    alice: EncryptingDevice, bob: EncryptingDevice, open_device: OpenDevice
) -> None:
    room_id = await meet(alice, bob)
    before = await alice.send(room_id, "before")
    second = await open_device("bob")
    await alice.sync()
    await alice.send(room_id, "after")
    assert await second.read(room_id) == ["after"]
    assert before
    key = second.crypto.room_keys.find(room_id, await session_of_next_message(alice, room_id))
    assert key is not None
    assert key.info.first_index == 1


async def test_a_blocked_device_is_given_nothing_and_told_so(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await alice.send(room_id, "hello")
    assert await bob.read(room_id) == ["hello"]
    alice.crypto.devices.set_blocked(bob.user_id, bob.device_id, True)
    await alice.send(room_id, "not for you")
    assert await bob.read(room_id) == ["withheld_blocked"]
    await alice.send(room_id, "nor this")
    assert await bob.read(room_id) == ["withheld_blocked"]
    alice.crypto.devices.set_blocked(bob.user_id, bob.device_id, False)
    await alice.send(room_id, "hello again")
    assert await bob.read(room_id) == ["hello again"]


@pytest.mark.parametrize(
    ("send_to", "everywhere"),
    [(SendTo.CROSS_SIGNED, True), (SendTo.VERIFIED, True), (SendTo.VERIFIED, False)],
)
async def test_devices_that_are_not_trusted_enough_are_told_so(
    alice: EncryptingDevice, bob: EncryptingDevice, send_to: SendTo, everywhere: bool
) -> None:
    room_id = await meet(alice, bob)
    if everywhere:
        alice.crypto.set_send_to(send_to)
    else:
        assert alice.crypto.is_encrypted(room_id)
        alice.crypto.settings.set_recipients(room_id, send_to)
    await alice.send(room_id, "for the trusted")
    assert await bob.read(room_id) == ["withheld_unverified"]
    alice.trust.verify(bob)
    await alice.send(room_id, "now you are")
    assert await bob.read(room_id) == ["now you are"]


async def test_the_stricter_choice_counts_and_a_rooms_own_can_be_taken_back(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    settings = alice.crypto.settings
    assert settings.is_encrypted(room_id)
    settings.set_recipients(room_id, SendTo.CROSS_SIGNED)
    assert settings.recipients(room_id) is SendTo.CROSS_SIGNED
    alice.crypto.set_send_to(SendTo.VERIFIED)
    assert settings.recipients(room_id) is SendTo.VERIFIED
    settings.set_recipients(room_id, None)
    alice.crypto.set_send_to(SendTo.EVERYBODY)
    assert settings.recipients(room_id) is SendTo.EVERYBODY


async def test_nothing_is_sent_to_somebody_with_another_identity_before_the_user_looked(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    alice.trust.set_user(bob.user_id, UserTrust.CHANGED)
    with pytest.raises(IdentityChanged) as raised:
        await alice.send(room_id, "to whom?")
    assert raised.value.user_ids == {bob.user_id}
    await alice.crypto.prepare_room(room_id)
    assert select_outbound(alice.store.db, room_id) is None


async def test_invited_people_can_read_unless_history_begins_with_joining(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    readers = {}
    for visibility in ("shared", "joined"):
        room_id = await meet(alice, initial_state=encrypted_with_visibility(visibility))
        (await alice.plain.post(f"/rooms/{room_id}/invite", {"user_id": bob.user_id})).ok()
        await alice.sync()
        session_id = await session_of_next_message(alice, room_id)
        readers[visibility] = {r.user_id for r in select_recipients(alice.store.db, session_id)}
    assert readers == {"shared": {bob.user_id}, "joined": set()}


async def test_another_visibility_of_history_needs_another_session(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob, initial_state=encrypted_with_visibility("shared"))
    shared = await session_of_next_message(alice, room_id)
    target = f"/rooms/{room_id}/state/m.room.history_visibility"
    (await alice.plain.put(target, {"history_visibility": "world_readable"})).ok()
    await alice.sync()
    assert await session_of_next_message(alice, room_id) == shared
    (await alice.plain.put(target, {"history_visibility": "invited"})).ok()
    await alice.sync()
    private = await session_of_next_message(alice, room_id)
    assert private != shared
    await bob.sync()
    keys = [bob.crypto.room_keys.find(room_id, session_id) for session_id in (shared, private)]
    assert [key.info.shared_history for key in keys if key is not None] == [True, False]


async def test_an_encrypted_room_stays_so_whatever_its_state_says(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet_with(alice, bob, {"rotation_period_msgs": 50})
    assert alice.crypto.is_encrypted(room_id)
    for content in ({}, {"algorithm": "m.rot13"}, {"algorithm": None}):
        event = {"type": "m.room.encryption", "state_key": "", "content": content, "sender": "@x:y"}
        alice.rooms.take(room_id, event)
        await alice.crypto.decrypt_events(room_id, [event])
        encryption = alice.crypto.settings.of(room_id)
        assert encryption is not None
        assert encryption.messages == 50
    alice.rooms.forget(room_id)
    alice.restart()
    assert alice.crypto.is_encrypted(room_id)


async def test_a_room_that_wants_encryption_unknown_to_us_is_not_written_to_in_clear_text(
    alice: EncryptingDevice,
) -> None:
    room_id = (await alice.plain.post("/createRoom", {})).ok()["room_id"]
    alice.rooms.take(
        room_id, {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v2"}}
    )
    assert alice.crypto.is_encrypted(room_id)
    alice.rooms.take("!none", {"type": "m.room.encryption", "state_key": "", "content": {}})
    assert not alice.crypto.is_encrypted("!none")


async def test_a_room_may_be_asked_about_while_its_state_is_being_written(alice: EncryptingDevice) -> None:
    content = {"algorithm": "m.megolm.v1.aes-sha2"}
    alice.rooms.take("!r", {"type": "m.room.encryption", "state_key": "", "content": content})
    with alice.store.transaction():
        assert alice.crypto.is_encrypted("!r")
    alice.rooms.forget("!r")
    assert alice.crypto.is_encrypted("!r")


async def test_an_event_that_says_encryption_in_the_timeline_counts_at_once(alice: EncryptingDevice) -> None:
    event = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    await alice.crypto.decrypt_events("!room", [event])
    assert alice.crypto.is_encrypted("!room")
    await alice.crypto.decrypt_events("!other", [{**event, "state_key": "x"}])
    assert not alice.crypto.is_encrypted("!other")


async def test_keys_that_could_not_be_sent_are_sent_with_the_next_attempt(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await meet(alice, bob)

    async def refuse(*arguments: object, **options: object) -> JsonObject:
        raise MatrixError(500, "M_UNKNOWN", "no")

    with monkeypatch.context() as patch:
        patch.setattr(alice.api, "put", refuse)
        with pytest.raises(MatrixError):
            await alice.send(room_id, "lost")
    await alice.send(room_id, "found")
    assert await bob.read(room_id) == ["found"]


async def test_a_device_without_a_one_time_key_is_told_once_and_repairs_the_channel(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await meet(alice, bob)
    await bob.crypto.devices.current([alice.user_id])
    post = alice.api.post

    async def without_keys(target: str, *arguments: object, **options: object) -> JsonObject:
        answer = await post(target, *arguments, **options)  # type: ignore[arg-type]
        return {"one_time_keys": {}} if target.endswith("/keys/claim") else answer

    with monkeypatch.context() as patch:
        patch.setattr(alice.api, "post", without_keys)
        heard = bob.hear("m.room_key.withheld")
        await alice.send(room_id, "one")
        await alice.send(room_id, "two")
        assert await bob.read(room_id) == ["no_key", "no_key"]
    assert [message.content["code"] for message in heard] == ["m.no_olm"]
    await alice.sync()
    await alice.send(room_id, "three")
    assert await bob.read(room_id) == ["three"]


def encrypted_with_visibility(visibility: str) -> list[JsonObject]:
    return [
        {
            "type": "m.room.encryption",
            "state_key": "",
            "content": {"algorithm": "m.megolm.v1.aes-sha2"},
        },
        {
            "type": "m.room.history_visibility",
            "state_key": "",
            "content": {"history_visibility": visibility},
        },
    ]


async def test_who_leaves_while_keys_are_on_their_way_cannot_read_what_follows(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await meet(alice, bob)
    send = alice.crypto.to_device.send_encrypted
    shared: list[str] = []

    async def send_while_somebody_leaves(*arguments: object, **options: object) -> object:
        session = select_outbound(alice.store.db, room_id)
        assert session is not None
        shared.append(session.session_id)
        if len(shared) == 1:
            alice.crypto.group_sessions.discard(room_id)
        return await send(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(alice.crypto.to_device, "send_encrypted", send_while_somebody_leaves)
    session_id = await session_of_next_message(alice, room_id)
    assert len(shared) == 2
    assert session_id == shared[1] != shared[0]


async def test_devices_that_do_not_know_megolm_are_left_out(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    (device,) = (await alice.crypto.devices.current([bob.user_id]))[bob.user_id]
    signed = {**device.signed, "algorithms": ["m.other"]}
    with alice.store.transaction() as db:
        upsert_device(db, replace(device, signed=signed))
    session_id = await session_of_next_message(alice, room_id)
    assert select_recipients(alice.store.db, session_id) == []


async def test_a_dehydrated_device_is_given_keys_once_its_owner_signed_it(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    (device,) = (await alice.crypto.devices.current([bob.user_id]))[bob.user_id]
    with alice.store.transaction() as db:
        upsert_device(db, replace(device, dehydrated=True))
    session_id = await session_of_next_message(alice, room_id)
    assert [r.withheld for r in select_recipients(alice.store.db, session_id)] == ["m.unverified"]
    alice.trust.verify(bob)
    assert await session_of_next_message(alice, room_id) == session_id
    assert [r.withheld for r in select_recipients(alice.store.db, session_id)] == [""]


async def test_a_session_under_another_pickle_key_is_no_session(
    alice: EncryptingDevice, bob: EncryptingDevice
) -> None:
    room_id = await meet(alice, bob)
    await alice.crypto.prepare_room(room_id)
    alice.store.db.execute("UPDATE outbound_group_sessions SET pickle = 'AAAA'")
    with pytest.raises(StoreDamaged):
        await session_of_next_message(alice, room_id)


async def test_nobody_is_looked_at_again_while_nothing_has_changed(
    alice: EncryptingDevice, bob: EncryptingDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await meet(alice, bob)
    for _ in range(2):  # the first looks, and learns of devices: so the second looks too
        await alice.send(room_id, "hello")
    looked = 0
    current = alice.crypto.devices.current

    async def count(user_ids: list[str]) -> object:
        nonlocal looked
        looked += 1
        return await current(user_ids)

    monkeypatch.setattr(alice.crypto.devices, "current", count)
    for _ in range(3):
        await alice.send(room_id, "more")
    assert looked == 0
    alice.trust.set_user(bob.user_id, UserTrust.CHANGED)
    with pytest.raises(IdentityChanged):
        await alice.send(room_id, "to whom?")
    alice.trust.set_user(bob.user_id, UserTrust.VERIFIED)
    await alice.send(room_id, "to Bob")
    await alice.crypto.receive_sync([], {"changed": [bob.user_id]}, None, None)
    await alice.send(room_id, "to Bob's devices")
    alice.crypto.sync_restarted()
    await alice.send(room_id, "to all of them")
    assert looked == 4
