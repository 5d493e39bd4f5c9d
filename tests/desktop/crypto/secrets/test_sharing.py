"""Secrets among devices of the account: verified ones alone are given any, and are believed."""

from dataclasses import replace

import pytest
import pytest_asyncio

from client_desktop.core.crypto.secrets.account_data import AccountData
from client_desktop.core.crypto.secrets.errors import WrongRecoveryKey
from client_desktop.core.crypto.secrets.local_secrets import BACKUP_KEY
from client_desktop.core.crypto.secrets.sharing import REQUEST, SEND, WAITING_MS
from client_desktop.core.crypto.trust.identity import SECRET_NAMES
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store.secrets import SecretRequest, upsert_request
from tests.desktop.crypto.secured_devices import OpenSecuredDevice, SecuredDevice, settle

pytestmark = pytest.mark.asyncio(loop_scope="module")

MASTER = SECRET_NAMES["master"]


@pytest_asyncio.fixture(loop_scope="module")
async def alice(open_secured: OpenSecuredDevice) -> SecuredDevice:
    """Has everything."""
    alice = await open_secured("alice")
    await alice.set_up()
    return alice


@pytest_asyncio.fixture(loop_scope="module")
async def second(alice: SecuredDevice, open_secured: OpenSecuredDevice) -> SecuredDevice:
    """Has nothing, and is not verified."""
    second = await open_secured("alice")
    await settle(alice, second)
    return second


async def verify(alice: SecuredDevice, second: SecuredDevice) -> None:
    """Both know that the other is the account's own."""
    device = alice.secured.devices.device(second.user_id, second.device_id)
    assert device is not None
    await alice.secured.identity.sign_device(device)
    await second.sync()
    identity = second.secured.trust.own_identity
    assert identity is not None
    second.secured.identity.trust_identity(identity.master)
    await settle(alice, second)


async def ask(device: SecuredDevice, other: SecuredDevice, **content: object) -> None:
    request = {
        "action": "request",
        "name": MASTER,
        "requesting_device_id": device.device_id,
        "request_id": "r",
        **content,
    }
    await device.secured.send_to_device(REQUEST, {other.user_id: {other.device_id: request}})
    await other.sync()


async def given(device: SecuredDevice) -> list[JsonObject]:
    """Which secrets a device was sent."""
    received = device.hear(SEND)
    await device.sync()
    return [dict(message.content) for message in received]


async def test_a_verified_device_is_given_what_it_asks_for(
    alice: SecuredDevice, second: SecuredDevice
) -> None:
    await verify(alice, second)
    await second.secured.recovery.ask_other_devices()
    assert MASTER in second.secured.sharing.requested
    await settle(alice, second)
    assert second.secured.state().private_keys_here
    assert second.secured.backup.private_key() == alice.secured.backup.private_key()
    assert second.secured.sharing.requested == frozenset()
    await second.secured.recovery.ask_other_devices()
    assert second.secured.sharing.requested == frozenset()


async def test_a_device_that_is_not_verified_is_given_nothing_until_it_is(
    alice: SecuredDevice, second: SecuredDevice
) -> None:
    await ask(second, alice)
    assert await given(second) == []
    await verify(alice, second)
    assert len(await given(second)) == 1


async def test_who_is_verified_too_late_must_ask_again(alice: SecuredDevice, second: SecuredDevice) -> None:
    await ask(second, alice)
    alice.clock.advance(WAITING_MS + 1)
    await verify(alice, second)
    assert await given(second) == []


async def test_a_request_that_was_withdrawn_is_not_answered(
    alice: SecuredDevice, second: SecuredDevice
) -> None:
    await ask(second, alice)
    await ask(second, alice, action="request_cancellation")
    await verify(alice, second)
    assert await given(second) == []


@pytest.mark.parametrize(
    "content",
    [
        {"action": "steal"},
        {"request_id": ""},
        {"requesting_device_id": ""},
        {"requesting_device_id": 3},
        {"name": "m.other.secret"},
    ],
)
async def test_requests_that_say_nothing_we_know_are_not_answered(
    alice: SecuredDevice, second: SecuredDevice, content: JsonObject
) -> None:
    await verify(alice, second)
    await ask(second, alice, **content)
    assert await given(second) == []


async def test_the_same_request_is_answered_once(alice: SecuredDevice, second: SecuredDevice) -> None:
    await verify(alice, second)
    await ask(second, alice)
    await ask(second, alice)
    assert len(await given(second)) == 1


async def test_other_people_and_blocked_devices_are_given_nothing(
    alice: SecuredDevice, second: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    bob = await open_secured("bob")
    await bob.set_up()
    await verify(alice, second)
    await ask(bob, alice)
    await ask(bob, alice, requesting_device_id=second.device_id)
    assert await given(second) == []
    alice.secured.set_device_blocked(second.user_id, second.device_id, True)
    await ask(second, alice)
    assert await given(second) == []


async def test_requests_that_wait_are_few(alice: SecuredDevice, second: SecuredDevice) -> None:
    for number in range(40):
        content = {
            "action": "request",
            "name": MASTER,
            "requesting_device_id": second.device_id,
            "request_id": f"r{number}",
        }
        event = {"type": REQUEST, "sender": second.user_id, "content": content}
        await alice.secured.receive_sync([event], {}, None, None)
    assert len(alice.secured.sharing._waiting) == 32


async def offer(device: SecuredDevice, other: SecuredDevice, secret: str, *, asked: tuple[str, ...]) -> None:
    """Send a secret to another device, which asked `asked` for it."""
    request = SecretRequest(MASTER, "r", asked, other.clock.now_ms())
    with other.store.transaction() as db:
        upsert_request(db, request)
    content = {"request_id": "r", "secret": secret}
    messages = {other.user_id: {other.device_id: content}}
    await device.secured.send_to_device(SEND, messages, encrypted=True)
    await other.sync()


async def test_a_secret_is_not_taken_from_a_device_that_was_not_asked_or_is_not_verified(
    alice: SecuredDevice, second: SecuredDevice
) -> None:
    secret = alice.secured.identity.secrets()[MASTER]
    await offer(alice, second, secret, asked=(alice.device_id,))
    assert not second.secured.state().private_keys_here
    await verify(alice, second)
    await offer(alice, second, secret, asked=("OTHER",))
    assert second.secured.identity.private_key("master") is None
    await offer(alice, second, secret, asked=(alice.device_id,))
    assert second.secured.identity.private_key("master") is not None


@pytest.mark.parametrize("secret", ["AAAA", "%", "A" * 20_000, ""])
async def test_a_wrong_secret_is_not_kept(alice: SecuredDevice, second: SecuredDevice, secret: str) -> None:
    await verify(alice, second)
    await offer(alice, second, secret, asked=(alice.device_id,))
    assert second.secured.identity.private_key("master") is None
    assert second.secured.sharing.requested == {MASTER}
    await second.secured.sharing.withdraw(MASTER)
    assert second.secured.sharing.requested == frozenset()


async def test_a_secret_in_clear_text_is_not_taken(alice: SecuredDevice, second: SecuredDevice) -> None:
    await verify(alice, second)
    with second.store.transaction() as db:
        upsert_request(db, SecretRequest(MASTER, "r", (alice.device_id,), 0))
    secret = alice.secured.identity.secrets()[MASTER]
    event = {
        "type": SEND,
        "sender": alice.user_id,
        "content": {"request_id": "r", "secret": secret},
    }
    await second.secured.receive_sync([event], {}, None, None)
    assert second.secured.identity.private_key("master") is None


async def test_without_verified_devices_nobody_is_asked(second: SecuredDevice) -> None:
    assert not await second.secured.sharing.request([MASTER])
    assert second.secured.sharing.requested == frozenset()


async def test_a_storage_that_does_not_tell_the_right_key_is_tried_by_what_is_in_it(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    storage = alice.secured.secrets
    new, wrong = await storage.make(), await storage.make()
    vague = replace(new, description={"algorithm": new.description["algorithm"]})
    await storage.establish(vague, alice.secured.identity.secrets())
    second = await open_secured("alice")
    with pytest.raises(WrongRecoveryKey):
        await second.secured.recover(wrong.recovery_key)
    await second.secured.recover(new.recovery_key)
    assert second.secured.state().device_verified


async def test_a_backup_key_in_the_storage_that_is_damaged_does_not_keep_the_device_unverified(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    recovery_key = await alice.secured.change_recovery_key()
    data = AccountData(alice.api, alice.user_id)
    content = await data.get(BACKUP_KEY)
    for encrypted in content["encrypted"].values():
        encrypted["mac"] = "AAAA"
    await data.put(BACKUP_KEY, content)
    second = await open_secured("alice")
    await second.secured.recover(recovery_key)
    state = second.secured.state()
    assert (state.device_verified, state.backup_active) == (True, True)
    assert second.secured.backup.private_key() is None


async def test_a_storage_can_be_given_up(alice: SecuredDevice) -> None:
    assert await alice.secured.secrets.exists()
    await alice.secured.secrets.abolish((MASTER,))
    assert not await alice.secured.secrets.exists()


async def test_what_the_server_refuses_to_show_is_told(
    alice: SecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*arguments: object, **options: object) -> JsonObject:
        raise MatrixError(403, "M_FORBIDDEN", "no")

    monkeypatch.setattr(alice.api, "get", refuse)
    with pytest.raises(MatrixError):
        await alice.secured.secrets.exists()
    with pytest.raises(MatrixError):
        await alice.secured.backup.check()
    with pytest.raises(MatrixError):
        await alice.secured.backup_restore.restore_one("!r:example.org", "session")
    restore = alice.secured.backup_restore
    restore.want("!r:example.org", "session")
    await restore.fetch_wanted()
