"""Signing with the account's identity, and what keeps it from being done."""

import pytest

from client_desktop.core.crypto.secrets.local_secrets import LocalSecrets
from client_desktop.core.crypto.trust.errors import (
    IdentityMissing,
    KeysReplaced,
    PrivateKeysMissing,
    SignatureRefused,
)
from client_desktop.core.crypto.trust.identity import SECRET_NAMES
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.json_types import JsonObject
from client_desktop.core.values import UserTrust
from tests.desktop.crypto.secured_devices import OpenSecuredDevice, SecuredDevice

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_without_an_identity_nothing_is_signed_or_taken_over(alice: SecuredDevice) -> None:
    identity = alice.secured.identity
    with pytest.raises(IdentityMissing):
        await identity.adopt({SECRET_NAMES["master"]: "A" * 43})
    with pytest.raises(KeysReplaced):
        identity.trust_identity("A" * 43)
    with pytest.raises(IdentityMissing):
        await identity.sign_user("@bob:example.org", "A" * 43)
    with pytest.raises(PrivateKeysMissing):
        await identity.sign_own_device()
    assert identity.sign_as_master({"a": 1}) == {"a": 1}
    assert identity.secrets() == {}


async def test_a_master_key_that_is_another_now_is_not_signed(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    bob = await open_secured("bob")
    await bob.set_up()
    await alice.secured.devices.current([bob.user_id])
    with pytest.raises(KeysReplaced):
        await alice.secured.identity.sign_user(bob.user_id, "A" * 43)
    assert alice.secured.user_trust(bob.user_id) is UserTrust.UNVERIFIED


async def test_part_of_the_keys_is_taken_over_only_where_the_identity_is_known_to_be_ours(
    alice: SecuredDevice, open_secured: OpenSecuredDevice
) -> None:
    await alice.set_up()
    secrets = alice.secured.identity.secrets()
    second = await open_secured("alice")
    part = {name: secret for name, secret in secrets.items() if name != SECRET_NAMES["master"]}
    with pytest.raises(PrivateKeysMissing):
        await second.secured.identity.adopt(part)
    identity = second.secured.trust.own_identity
    assert identity is not None
    second.secured.identity.trust_identity(identity.master)
    await second.secured.identity.adopt(part)
    assert second.secured.state().device_verified
    assert not second.secured.state().private_keys_here


@pytest.mark.parametrize("secret", ["%", "AAAA"])
async def test_what_is_no_key_is_not_taken_over(alice: SecuredDevice, secret: str) -> None:
    await alice.set_up()
    with pytest.raises(KeysReplaced):
        await alice.secured.identity.adopt({SECRET_NAMES["master"]: secret})
    with pytest.raises(KeysReplaced):
        await alice.secured.identity.adopt({})


async def test_keys_can_be_taken_off_a_device(alice: SecuredDevice) -> None:
    await alice.set_up()
    alice.secured.identity.forget()
    state = alice.secured.state()
    assert (state.private_keys_here, state.device_verified) == (False, True)


async def test_a_signature_that_the_server_refuses_is_told(
    alice: SecuredDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    await alice.set_up()

    async def refuse(path: str, body: JsonObject, **options: object) -> JsonObject:
        return {"failures": {alice.user_id: {alice.device_id: {"errcode": "M_INVALID_SIGNATURE"}}}}

    monkeypatch.setattr(alice.api, "post", refuse)
    with pytest.raises(SignatureRefused):
        await alice.secured.identity.sign_own_device()


async def test_secrets_under_another_pickle_key_are_damage(alice: SecuredDevice) -> None:
    await alice.set_up()
    stranger = LocalSecrets(alice.store, bytes(32))
    with pytest.raises(StoreDamaged):
        stranger.get(SECRET_NAMES["master"])
    assert stranger.get("none") is None
