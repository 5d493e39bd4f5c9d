"""The backup of room keys: which one is trusted, what goes in, what comes out; against a real server."""

import pytest

from client_desktop.core.changes import EncryptionStateChanged, RoomKeysReceived
from client_desktop.core.crypto.backup import upload
from client_desktop.core.crypto.backup.errors import NoBackup
from client_desktop.core.crypto.backup.restore import ASK_AGAIN_MS
from client_desktop.core.crypto.backup.server import VERSION
from client_desktop.core.crypto.primitives import encode_base64, pk_public_key, random_bytes
from client_desktop.core.crypto.secrets.local_secrets import BACKUP_KEY
from client_desktop.core.errors import MatrixError, NetworkUnavailable
from client_desktop.core.json_types import JsonObject
from tests.desktop.clients import Heard
from tests.desktop.crypto.devices import meet
from tests.desktop.crypto.secured_devices import OpenSecuredDevice, SecuredDevice, settle

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def other_backup(device: SecuredDevice, **auth_data: object) -> str:
    """Begin a backup as somebody who has the access token, and nothing else, could."""
    public_key = pk_public_key(random_bytes(32))
    body = {
        "algorithm": "m.megolm_backup.v1.curve25519-aes-sha2",
        "auth_data": {"public_key": public_key, **auth_data},
    }
    version = (await device.api.post(VERSION, body))["version"]
    assert isinstance(version, str)
    return version


async def in_backup(device: SecuredDevice) -> JsonObject:
    backup = device.secured.backup.active
    assert backup is not None
    answer = await device.api.get("/_matrix/client/v3/room_keys/keys", {"version": backup.version})
    return {room: content["sessions"] for room, content in answer["rooms"].items()}


async def test_keys_go_into_the_backup_once(alice: SecuredDevice, bob: SecuredDevice) -> None:
    await alice.set_up()
    room_id = await meet(alice, bob)
    await bob.send(room_id, "from Bob")
    await alice.send(room_id, "from Alice")
    await alice.sync()
    assert alice.secured.state().keys_waiting == 2
    assert await alice.secured.backup_upload.upload_waiting() == 2
    assert await alice.secured.backup_upload.upload_waiting() == 0
    assert alice.secured.state().keys_waiting == 0
    assert len((await in_backup(alice))[room_id]) == 2


async def test_whether_a_key_came_from_a_verified_device_is_told(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    await alice.set_up()
    room_id = await meet(alice, bob)
    await alice.send(room_id, "mine")
    await bob.send(room_id, "not verified")
    await alice.sync()
    await alice.secured.backup_upload.upload_waiting()
    told = sorted(key["is_verified"] for key in (await in_backup(alice))[room_id].values())
    assert told == [False, True]


async def test_a_message_gets_its_key_out_of_the_backup(
    alice: SecuredDevice, bob: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    recovery_key = await alice.set_up()
    room_id = await meet(alice, bob)
    await bob.send(room_id, "one")
    await alice.sync()
    await alice.secured.backup_upload.upload_waiting()
    second = await open_secured("alice")
    await second.secured.recover(recovery_key)
    second.since = None
    assert await second.read(room_id) == ["no_key"]
    await second.secured.backup_restore.fetch_wanted()
    assert any(isinstance(change, RoomKeysReceived) for change in second.told)
    second.since = None
    assert await second.read(room_id) == ["one"]


async def test_a_key_that_the_backup_has_not_is_not_asked_for_again_soon(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    await alice.set_up()
    restore = alice.secured.backup_restore
    assert not await restore.restore_one("!r:example.org", "missing")
    restore.want("!r:example.org", "missing")
    assert len(restore._wanted) == 1
    await restore.fetch_wanted()
    restore.want("!r:example.org", "missing")
    assert not restore._wanted
    alice.clock.advance(ASK_AGAIN_MS)
    restore.want("!r:example.org", "missing")
    assert len(restore._wanted) == 1


async def test_without_a_backup_nothing_can_be_restored(alice: SecuredDevice) -> None:
    with pytest.raises(NoBackup):
        await alice.secured.restore_backup()
    assert await alice.secured.backup_upload.upload_waiting() == 0


async def test_a_backup_that_nobody_we_trust_signed_is_not_used(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    await other_backup(alice)
    await alice.secured.backup.check()
    state = alice.secured.state()
    assert (state.backup_version, state.backup_trusted, state.backup_active) == ("1", False, False)


async def test_keys_never_go_into_a_backup_that_a_stranger_put_in_its_place(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    await alice.set_up()
    room_id = await meet(alice, bob)
    await alice.send(room_id, "secret")
    version = await other_backup(alice)
    assert await alice.secured.backup_upload.upload_waiting() == 0
    state = alice.secured.state()
    assert (state.backup_version, state.backup_trusted, state.backup_active) == (version, False, False)
    answer = await alice.api.get("/_matrix/client/v3/room_keys/keys", {"version": version})
    assert answer["rooms"] == {}


async def test_every_key_goes_into_a_new_version_by_another_device_of_ours(
    alice: SecuredDevice, bob: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    recovery_key = await alice.set_up()
    room_id = await meet(alice, bob)
    await alice.send(room_id, "one")
    await alice.secured.backup_upload.upload_waiting()
    second = await open_secured("alice")
    await second.secured.recover(recovery_key)
    await settle(second, alice)
    await second.secured.backup.create()
    await bob.send(room_id, "two")
    await alice.sync()
    # Alice's first device learns of it by its next upload, and trusts what the identity signed.
    await alice.secured.backup_upload.upload_waiting()
    assert alice.secured.state().keys_waiting == 0
    assert len((await in_backup(alice))[room_id]) == 2
    assert alice.secured.backup.private_key() is None


async def test_what_was_uploaded_is_remembered_over_a_restart(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    await alice.set_up()
    room_id = await meet(alice, bob)
    await alice.send(room_id, "one")
    await alice.secured.backup_upload.upload_waiting()
    await alice.secured.stop()
    alice.restart()
    assert alice.secured.state().keys_waiting == 0
    assert alice.secured.backup.active is not None


async def test_switching_it_off_deletes_it_and_is_remembered_for_other_devices(
    alice: SecuredDevice, bob: SecuredDevice
) -> None:
    await alice.set_up()
    key = alice.secured.backup.private_key()
    await alice.secured.backup.switch_off()
    state = alice.secured.state()
    assert (state.backup_version, state.backup_active) == (None, False)
    assert await alice.secured.secrets._data.get("m.key_backup") == {"enabled": False}
    await alice.secured.backup.switch_on()
    assert alice.secured.state().backup_active
    # The recovery key that the user has opens the new one too.
    assert alice.secured.backup.private_key() == key is not None
    assert await alice.secured.secrets._data.get("m.key_backup") == {"enabled": True}
    await alice.secured.backup.switch_on()
    assert alice.secured.backup.active is not None
    assert alice.secured.backup.active.version == "2"


async def test_a_backup_that_the_user_does_not_want_is_not_used(alice: SecuredDevice) -> None:
    await alice.set_up()
    await alice.secured.secrets._data.put("m.key_backup", {"enabled": False})
    await alice.secured.backup.check()
    assert not alice.secured.state().backup_active


async def test_a_secret_that_does_not_fit_the_backup_is_refused(alice: SecuredDevice) -> None:
    assert not await alice.secured.backup.accept_key("AAAA")
    await alice.set_up()
    assert not await alice.secured.backup.accept_key(encode_base64(random_bytes(32)))
    assert not await alice.secured.backup.accept_key("%")
    assert alice.secured.backup.private_key() is not None


async def test_a_crash_before_the_backup_was_made_costs_nothing(alice: SecuredDevice) -> None:
    await alice.set_up()
    key = alice.secured.backup.private_key()
    with alice.store.transaction() as db:
        alice.secured.backup._secrets.put(db, f"pending:{BACKUP_KEY}", encode_base64(random_bytes(32)))
    await alice.secured.backup.check()
    assert alice.secured.backup.private_key() == key
    assert alice.secured.backup._secrets.get(f"pending:{BACKUP_KEY}") is None


@pytest.mark.parametrize(
    "body",
    [
        {"algorithm": "org.example.other", "auth_data": {"public_key": pk_public_key(bytes(range(1, 33)))}},
        {"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": {"public_key": "no key"}},
    ],
)
async def test_a_backup_of_an_unknown_kind_is_none(alice: SecuredDevice, body: JsonObject) -> None:
    await alice.api.post(VERSION, body)
    await alice.secured.backup.check()
    assert alice.secured.state().backup_version is None


async def test_the_task_uploads_what_comes(alice: SecuredDevice, bob: SecuredDevice) -> None:
    await alice.set_up()
    room_id = await meet(alice, bob)
    alice.secured.start()
    await alice.send(room_id, "one")
    with Heard(alice.changes, EncryptionStateChanged) as heard:
        await bob.send(room_id, "two")
        await alice.sync()
        await heard.until(lambda: alice.secured.state().keys_waiting == 0)
    assert len((await in_backup(alice))[room_id]) == 2


async def test_the_task_goes_on_after_the_server_was_away(
    alice: SecuredDevice, bob: SecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.set_up()
    room_id = await meet(alice, bob)
    await alice.send(room_id, "one")
    monkeypatch.setattr(upload, "FIRST_PAUSE_S", 0.01)
    server, failures = alice.secured.backup_upload._server, [NetworkUnavailable("away"), ValueError("odd")]
    put_keys = server.put_keys

    async def fail_twice(version: str, rooms: JsonObject) -> None:
        if failures:
            raise failures.pop()
        await put_keys(version, rooms)

    monkeypatch.setattr(server, "put_keys", fail_twice)
    with Heard(alice.changes, EncryptionStateChanged) as heard:
        alice.secured.start()
        await heard.until(lambda: alice.secured.state().keys_waiting == 0)
    assert failures == []


async def test_a_refusal_that_is_no_other_version_is_told(
    alice: SecuredDevice, bob: SecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.set_up()
    await alice.send(await meet(alice, bob), "one")

    async def refuse(version: str, rooms: JsonObject) -> None:
        raise MatrixError(403, "M_FORBIDDEN", "no")

    monkeypatch.setattr(alice.secured.backup_upload._server, "put_keys", refuse)
    with pytest.raises(MatrixError):
        await alice.secured.backup_upload.upload_waiting()
    assert alice.secured.state().keys_waiting == 1


async def test_wanted_keys_are_fetched_while_the_client_runs(
    alice: SecuredDevice, bob: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    recovery_key = await alice.set_up()
    room_id = await meet(alice, bob)
    await bob.send(room_id, "one")
    await alice.sync()
    await alice.secured.backup_upload.upload_waiting()
    second = await open_secured("alice")
    await second.secured.recover(recovery_key)
    second.secured.start()
    second.since = None
    with Heard(second.changes, RoomKeysReceived) as heard:
        await second.sync()
        await heard.until(lambda: bool(heard.all))
    second.since = None
    assert await second.read(room_id) == ["one"]


async def test_a_version_that_is_gone_already_is_deleted_without_a_word(alice: SecuredDevice) -> None:
    await alice.set_up()
    await alice.secured.backup.discard("1")
    await alice.secured.backup.discard("1")
    await alice.secured.backup.discard("99")


async def test_a_backup_signed_by_a_device_alone_is_signed_by_the_identity_later(
    alice: SecuredDevice,
) -> None:
    await alice.secured.backup.create()
    version = alice.secured.backup.current
    assert version is not None
    assert list(version.auth_data["signatures"][alice.user_id]) == [f"ed25519:{alice.device_id}"]
    await alice.set_up()
    await alice.secured.backup.sign()
    await alice.secured.backup.sign()
    await alice.secured.backup.check()
    version = alice.secured.backup.current
    assert version is not None
    assert len(version.auth_data["signatures"][alice.user_id]) == 2
