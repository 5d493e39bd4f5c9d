"""Setting up encryption, getting it back on a new device, beginning anew: against a real server."""

import asyncio

import pytest

from client_desktop.core.accounts.stages import Stage, StageAnswer
from client_desktop.core.changes import EncryptionStateChanged
from client_desktop.core.crypto.backup.errors import BackupKeyMissing
from client_desktop.core.crypto.secrets import storage_key
from client_desktop.core.crypto.secrets.errors import NoSecretStorage, SecretMissing, WrongRecoveryKey
from client_desktop.core.crypto.trust.errors import KeysReplaced, PrivateKeysMissing
from client_desktop.core.values import EncryptionState, UserTrust
from tests.desktop.crypto.devices import meet
from tests.desktop.crypto.secured_devices import (
    OpenSecuredDevice,
    SecuredDevice,
    WithPassword,
    settle,
    without_proof,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


def is_safe(state: EncryptionState) -> bool:
    return all(
        (
            state.available,
            state.identity_exists,
            state.device_verified,
            state.private_keys_here,
            state.storage_exists,
            state.backup_version,
            state.backup_trusted,
            state.backup_active,
        )
    )


async def test_a_new_account_has_nothing_and_everything_after_one_step(alice: SecuredDevice) -> None:
    before = alice.secured.state()
    assert not any((before.identity_exists, before.device_verified, before.private_keys_here))
    assert not any((before.storage_exists, before.backup_version, before.backup_active))
    recovery_key = await alice.set_up()
    assert len(recovery_key.split()) == 12
    assert is_safe(alice.secured.state())
    assert any(isinstance(change, EncryptionStateChanged) for change in alice.told)
    assert alice.secured.user_trust(alice.user_id) is UserTrust.VERIFIED
    (summary,) = alice.secured.devices_of(alice.user_id)
    assert summary.verified
    assert summary.own


async def test_everything_is_still_there_after_a_restart(alice: SecuredDevice) -> None:
    await alice.set_up()
    await alice.secured.stop()
    alice.restart()
    await alice.sync()
    assert is_safe(alice.secured.state())


async def test_a_new_device_is_verified_by_the_recovery_key_and_reads_the_history(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    recovery_key = await alice.set_up()
    bob = await open_secured("bob")
    room_id = await meet(alice, bob)
    await bob.send(room_id, "before")
    await alice.sync()
    await alice.secured.backup_upload.upload_waiting()

    second = await open_secured("alice")
    assert second.secured.state().identity_exists
    assert not second.secured.state().device_verified
    assert await second.read(room_id) == []
    await second.secured.recover(f" {recovery_key}\n")
    await settle(second, alice)
    assert is_safe(second.secured.state())
    restored = await second.secured.restore_backup()
    assert (restored.total, restored.readable) == (1, 1)
    second.since = None
    assert await second.read(room_id) == ["before"]
    for device in (alice, second):
        assert all(summary.verified for summary in device.secured.devices_of(alice.user_id))


async def test_a_passphrase_opens_the_storage_too(
    alice: SecuredDevice, open_secured: OpenSecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_key, "PASSPHRASE_ROUNDS", 1_000)
    recovery_key = await alice.set_up("correct horse")
    assert await alice.secured.recovery.passphrase_possible()
    for typed in ("correct horse", recovery_key):
        device = await open_secured("alice")
        await device.secured.recover(typed)
        assert device.secured.state().device_verified
    with pytest.raises(WrongRecoveryKey):
        await device.secured.recover("correct house")


async def test_a_wrong_key_changes_nothing(alice: SecuredDevice, open_secured: OpenSecuredDevice) -> None:
    await alice.set_up()
    other_key = await (await open_secured("bob")).set_up()
    second = await open_secured("alice")
    for typed in (other_key, "what was it", ""):
        with pytest.raises(WrongRecoveryKey):
            await second.secured.recover(typed)
    assert not second.secured.state().private_keys_here
    assert not await second.secured.recovery.passphrase_possible()


async def test_without_storage_there_is_nothing_to_recover(alice: SecuredDevice) -> None:
    with pytest.raises(NoSecretStorage):
        await alice.secured.recover("anything")
    assert not await alice.secured.secrets.exists()
    assert not await alice.secured.recovery.passphrase_possible()


async def test_a_storage_without_private_keys_recovers_nothing(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    storage = alice.secured.secrets
    new = await storage.make()
    await storage.establish(new, {})
    with pytest.raises(SecretMissing):
        await alice.secured.recover(new.recovery_key)


async def test_an_identity_that_this_device_cannot_use_is_not_silently_replaced(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    second = await open_secured("alice")
    with pytest.raises(PrivateKeysMissing):
        await second.secured.recovery.set_up(without_proof)
    with pytest.raises(PrivateKeysMissing):
        await second.secured.change_recovery_key()


async def test_another_recovery_key_takes_the_place_of_the_first(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    first_key = await alice.set_up()
    second_key = await alice.secured.change_recovery_key()
    device = await open_secured("alice")
    with pytest.raises(WrongRecoveryKey):
        await device.secured.recover(first_key)
    await device.secured.recover(second_key)
    await device.sync()
    assert is_safe(device.secured.state())


async def test_a_reset_begins_anew_and_asks_who_it_is(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    master, version = alice.secured.trust.own_identity, alice.secured.state().backup_version
    second = await open_secured("alice")
    proof = WithPassword(second)
    recovery_key = await second.secured.recovery.reset(proof)
    await settle(second, alice)
    assert proof.asked == 1
    assert is_safe(second.secured.state())
    assert second.secured.trust.own_identity != master
    assert second.secured.state().backup_version != version
    # The first device sees that somebody reset the account.
    assert alice.secured.user_trust(alice.user_id) is UserTrust.CHANGED
    assert alice.secured.recovery.identity_changed
    state = alice.secured.state()
    assert not any((state.device_verified, state.private_keys_here))
    await alice.secured.recover(recovery_key)
    await alice.sync()
    assert is_safe(alice.secured.state())


async def test_keys_of_another_identity_are_not_taken_over(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    recovery_key = await alice.set_up()
    second = await open_secured("alice")
    await second.secured.identity.create(WithPassword(second))
    third = await open_secured("alice")
    with pytest.raises(KeysReplaced):
        await third.secured.recover(recovery_key)
    assert not third.secured.state().private_keys_here
    assert third.secured.user_trust(alice.user_id) is UserTrust.UNVERIFIED


async def test_a_backup_that_cannot_be_read_is_not_restored(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    second = await open_secured("alice")
    with pytest.raises(BackupKeyMissing):
        await second.secured.restore_backup()


class Nobody:
    """Is asked for no proof."""

    async def ask(self, stage: Stage) -> StageAnswer | None:
        raise AssertionError("a proof was asked for")


async def crash_after_publishing(alice: SecuredDevice) -> None:
    """Publish an identity, stop before it is taken over, and start again."""

    class Crash(Exception):
        pass

    async def crash(call: object) -> dict[str, object]:
        await without_proof(call)  # type: ignore[arg-type]
        raise Crash

    with pytest.raises(Crash):
        await alice.secured.identity.create(crash)
    assert not alice.secured.state().private_keys_here
    await alice.secured.stop()
    alice.restart()


async def test_a_crash_after_publishing_an_identity_does_not_lose_it(alice: SecuredDevice) -> None:
    await crash_after_publishing(alice)
    await alice.sync()
    assert alice.secured.state().private_keys_here
    assert alice.secured.state().device_verified


async def test_setting_up_waits_until_what_was_begun_is_finished(alice: SecuredDevice) -> None:
    await crash_after_publishing(alice)
    _, recovery_key = await asyncio.gather(alice.crypto.after_sync(), alice.secured.set_up(Nobody()))
    assert recovery_key
    await alice.sync()
    assert is_safe(alice.secured.state())


async def test_an_identity_that_was_never_published_is_forgotten(alice: SecuredDevice) -> None:
    async def refuse(call: object) -> dict[str, object]:
        raise PrivateKeysMissing("no")

    with pytest.raises(PrivateKeysMissing):
        await alice.secured.identity.create(refuse)
    await alice.secured.stop()
    alice.restart()
    await alice.sync()
    assert not alice.secured.state().identity_exists
    await alice.set_up()
    assert is_safe(alice.secured.state())
