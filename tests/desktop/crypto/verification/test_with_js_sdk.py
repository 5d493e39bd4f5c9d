"""matrix-js-sdk with its Rust crypto: we verify each other, and restore what the other stored."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from client_desktop.core.crypto.secrets.recovery_key import decode_recovery_key, encode_recovery_key
from client_desktop.core.values import UserTrust, Verification, VerificationStage
from homeserver.clock import SystemClock
from tests.desktop.crypto.devices import meet
from tests.desktop.crypto.secured_devices import OpenSecuredDevice, SecuredDevice
from tests.desktop.homeserver import Homeserver
from tests.desktop.js_partner import JsPartner, js_partner
from tests.desktop.waiting import PATIENCE_S

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def shared_clock() -> SystemClock:
    """The time of both sides, who tell each other what it is."""
    return SystemClock()


@pytest_asyncio.fixture(loop_scope="module")
async def partner(shared_server: Homeserver) -> AsyncIterator[JsPartner]:
    async with js_partner(shared_server.url) as partner:
        yield partner


async def until(device: SecuredDevice, holds: Callable[[], bool]) -> None:
    """Sync until something is true."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await device.sync()
            await asyncio.sleep(0.05)


def newest(device: SecuredDevice) -> Verification | None:
    shown = device.secured.verifications.all()
    return shown[-1] if shown else None


def is_at(device: SecuredDevice, stage: VerificationStage) -> Callable[[], bool]:
    def holds() -> bool:
        verification = newest(device)
        return verification is not None and verification.stage is stage

    return holds


async def compare(alice: SecuredDevice, partner: JsPartner, *, we_start: bool) -> None:
    """From READY on: both show the same, confirm, and are done."""
    await until(alice, is_at(alice, VerificationStage.READY))
    verification = newest(alice)
    assert verification is not None
    this = verification.verification_id
    if we_start:
        await alice.secured.verifications.start_emoji(this)
        following = asyncio.create_task(partner.do("follow"))
        await until(alice, following.done)
    else:
        await partner.do("waitForPhase", phase="Ready")
        await partner.do("startEmoji")
    await until(alice, is_at(alice, VerificationStage.COMPARE))
    shown = newest(alice)
    assert shown is not None
    theirs = await partner.do("emoji")
    assert [name for _emoji, name in shown.emoji] == theirs["names"]
    assert list(shown.decimals or ()) == theirs["decimals"]
    await partner.do("confirm")
    await alice.secured.verifications.confirm(this)
    finishing = asyncio.create_task(partner.do("outcome"))
    await until(alice, lambda: finishing.done() and is_at(alice, VerificationStage.DONE)())
    assert (await finishing)["result"] == "done"


async def in_a_room(alice: SecuredDevice, partner: JsPartner) -> str:
    """Both with an identity, in an encrypted room."""
    await alice.set_up()
    await partner.log_in(f"js-bob-{alice.device_id.lower()}")
    await partner.do("makeIdentity")
    room_id: str = await partner.do("createRoom", invite=[alice.user_id])
    (await alice.plain.post(f"/join/{room_id}")).ok()
    await alice.sync()
    await partner.do("waitForMember", roomId=room_id, userId=alice.user_id, membership="join")
    return room_id


@pytest.mark.parametrize("we_start", [False, True])
async def test_two_people_compare_emoji_in_a_room_whoever_asks(
    alice: SecuredDevice, partner: JsPartner, we_start: bool
) -> None:
    room_id = await in_a_room(alice, partner)
    if we_start:
        await alice.secured.verifications.request_user(partner.user_id, room_id)
        await partner.do("acceptRequest", userId=alice.user_id)
    else:
        await partner.do("askUser", userId=alice.user_id, roomId=room_id)
        await until(alice, is_at(alice, VerificationStage.REQUESTED))
        verification = newest(alice)
        assert verification is not None
        await alice.secured.verifications.accept(verification.verification_id)
    await compare(alice, partner, we_start=we_start)
    assert alice.secured.user_trust(partner.user_id) is UserTrust.VERIFIED
    await partner.do("comesToTrustUser", userId=alice.user_id)
    await partner.do("comesToTrustDevice", userId=alice.user_id, deviceId=alice.device_id)


async def test_they_restore_what_we_stored_and_both_see_one_identity(
    alice: SecuredDevice, open_secured: OpenSecuredDevice, partner: JsPartner
) -> None:
    recovery_key = await alice.set_up("a passphrase of ours")
    bob = await open_secured("bob")
    room_id = await meet(alice, bob)
    await bob.send(room_id, "before they came")
    await alice.sync()
    await alice.secured.backup_upload.upload_waiting()
    await another_device_of(alice, partner)
    assert await partner.do("recover", recoveryKey=recovery_key) == {"imported": 1, "total": 1}
    assert (await partner.do("read", roomId=room_id, body="before they came"))["encrypted"]
    security = await partner.do("security")
    assert security == {"crossSigning": True, "storage": True, "backup": "1"}
    await until(alice, lambda: len(alice.secured.devices_of(alice.user_id)) == 2)
    await alice.secured.devices.current([alice.user_id], even_if_current=True)
    assert all(device.verified for device in alice.secured.devices_of(alice.user_id))
    await partner.do("comesToTrustDevice", userId=alice.user_id, deviceId=alice.device_id)


async def another_device_of(device: SecuredDevice, partner: JsPartner) -> None:
    """Let the partner be another device of the same account."""
    signed_in = await device.plain.log_in(device.user_id)
    session = {
        "accessToken": signed_in.access_token,
        "userId": signed_in.user_id,
        "deviceId": signed_in.device_id,
    }
    await partner.do("logIn", session=session)
    partner.user_id, partner.device_id = signed_in.user_id, signed_in.device_id
    await device.sync()


async def test_we_restore_what_they_stored(open_secured: OpenSecuredDevice, partner: JsPartner) -> None:
    first = await open_secured("alice")
    await another_device_of(first, partner)
    await partner.do("makeIdentity")
    recovery_key = await partner.do("makeRecoveryKey", passphrase="a passphrase of theirs")
    bob = await open_secured("bob")
    room_id = await partner.do("createRoom", invite=[bob.user_id])
    (await bob.plain.post(f"/join/{room_id}")).ok()
    await partner.do("waitForMember", roomId=room_id, userId=bob.user_id, membership="join")
    await partner.do("send", roomId=room_id, content={"msgtype": "m.text", "body": "before we came"})
    await partner.do("backupHolds", count=1)

    assert encode_recovery_key(decode_recovery_key(recovery_key)) == recovery_key
    for typed in (recovery_key, "a passphrase of theirs"):
        ours = await open_secured("alice")
        await ours.secured.recover(typed)
        state = ours.secured.state()
        assert state.device_verified
        assert state.private_keys_here
        assert state.backup_active
        assert (await ours.secured.restore_backup()).readable == 1
        ours.since = None
        assert await ours.read(room_id) == ["before we came"]
        await partner.do("comesToTrustDevice", userId=ours.user_id, deviceId=ours.device_id)


@pytest.mark.parametrize("they_are_new", [False, True])
async def test_own_devices_compare_emoji_and_hand_over_the_secrets(
    open_secured: OpenSecuredDevice, partner: JsPartner, they_are_new: bool
) -> None:
    alice = await open_secured("alice")
    if they_are_new:
        await alice.set_up()
        await another_device_of(alice, partner)
        await partner.do("askDevice", deviceId=alice.device_id)
        await until(alice, is_at(alice, VerificationStage.REQUESTED))
        verification = newest(alice)
        assert verification is not None
        await alice.secured.verifications.accept(verification.verification_id)
    else:
        await another_device_of(alice, partner)
        await partner.do("makeIdentity")
        await partner.do("makeRecoveryKey")
        await alice.secured.devices.current([alice.user_id], even_if_current=True)
        await alice.secured.verifications.request_own(partner.device_id)
        await partner.do("acceptRequest", userId=alice.user_id)
    await compare(alice, partner, we_start=they_are_new)
    await until(
        alice, lambda: alice.secured.state().private_keys_here and alice.secured.state().backup_active
    )
    await until(alice, lambda: all(device.verified for device in alice.secured.devices_of(alice.user_id)))
    await partner.do("comesToTrustDevice", userId=alice.user_id, deviceId=alice.device_id)
    trusted = asyncio.create_task(trusts_itself(partner))
    await until(alice, trusted.done)
    await trusted


async def trusts_itself(partner: JsPartner) -> None:
    """Wait until the partner has every private key and trusts its own device."""
    while not (await partner.do("security"))["crossSigning"]:
        await asyncio.sleep(0.1)
    await partner.do("comesToTrustDevice", userId=partner.user_id, deviceId=partner.device_id)


@pytest.mark.parametrize("they_scan", [False, True])
async def test_people_scan_each_others_code(
    alice: SecuredDevice, partner: JsPartner, they_scan: bool
) -> None:
    room_id = await in_a_room(alice, partner)
    await alice.secured.verifications.request_user(partner.user_id, room_id)
    await partner.do("acceptRequest", userId=alice.user_id)
    await until(alice, is_at(alice, VerificationStage.READY))
    verification = newest(alice)
    assert verification is not None
    this = verification.verification_id
    if they_scan:
        assert verification.qr_code is not None
        await partner.do("scan", code=base64.b64encode(verification.qr_code).decode())
        await until(alice, is_at(alice, VerificationStage.SCANNED))
        await alice.secured.verifications.confirm(this)
        finishing = asyncio.create_task(partner.do("outcome"))
    else:
        code = base64.b64decode(await partner.do("qrCode"))
        await alice.secured.verifications.scan(this, code)
        await partner.do("follow")
        await partner.do("confirmScanned")
        finishing = asyncio.create_task(partner.do("outcome"))
    await until(alice, lambda: finishing.done() and is_at(alice, VerificationStage.DONE)())
    assert (await finishing)["result"] == "done"
    assert alice.secured.user_trust(partner.user_id) is UserTrust.VERIFIED
    await partner.do("comesToTrustUser", userId=alice.user_id)


async def test_a_mismatch_is_told_across(alice: SecuredDevice, partner: JsPartner) -> None:
    room_id = await in_a_room(alice, partner)
    await alice.secured.verifications.request_user(partner.user_id, room_id)
    await partner.do("acceptRequest", userId=alice.user_id)
    await until(alice, is_at(alice, VerificationStage.READY))
    await partner.do("startEmoji")
    await until(alice, is_at(alice, VerificationStage.COMPARE))
    await partner.do("emoji")
    await partner.do("mismatch")
    await until(alice, is_at(alice, VerificationStage.CANCELLED))
    verification = newest(alice)
    assert verification is not None
    assert verification.cancel_code == "m.mismatched_sas"
    assert not verification.cancelled_by_us
    assert alice.secured.user_trust(partner.user_id) is UserTrust.UNVERIFIED
