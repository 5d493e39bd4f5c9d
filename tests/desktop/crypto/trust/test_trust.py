"""What is believed of identities and devices: nothing unsigned, and nobody but the owner about a key."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from client_desktop.core.changes import Changes, DevicesChanged
from client_desktop.core.crypto.device_keys import Device, build_device_keys, parse_device_keys
from client_desktop.core.crypto.primitives import SigningKey, pk_public_key, random_bytes
from client_desktop.core.crypto.trust.identity import (
    MASTER,
    SELF_SIGNING,
    USER_SIGNING,
    Identity,
    PrivateIdentity,
    build_identity,
    generate_identity,
    key_id,
    parse_identity,
    sign_with,
)
from client_desktop.core.crypto.trust.trust import Trust
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store import Store
from client_desktop.core.values import UserTrust

ALICE, BOB = "@alice:example.org", "@bob:example.org"


def answer_of(identity: Identity) -> JsonObject:
    """An identity as `/keys/query` gives it."""
    return {f"{usage}_key": keys for usage, keys in identity.keys.items()}


class People:
    """Alice's view of herself and of Bob."""

    def __init__(self) -> None:
        self.store = Store.open_in_memory()
        self.told: list[frozenset[str]] = []
        changes = Changes()
        changes.listen(DevicesChanged, self._note)
        self.trust = Trust(self.store, changes, ALICE)
        self.alice = generate_identity()
        self.bob = generate_identity()

    def _note(self, change: object) -> None:
        assert isinstance(change, DevicesChanged)
        self.told.append(change.user_ids)

    def hear(self, identity: Identity) -> bool:
        with self.store.transaction() as db:
            return self.trust.receive_identities(db, identity.user_id, answer_of(identity))

    def own(self) -> Identity:
        """Alice's identity, which she knows is hers."""
        identity = build_identity(ALICE, self.alice)
        with self.store.transaction() as db:
            self.trust.mark_own_verified(db, identity)
        return identity

    def signed_bob(self, private: PrivateIdentity | None = None) -> Identity:
        """Bob's identity with Alice's signature on it."""
        identity = build_identity(BOB, private or self.bob)
        master = sign_with(self.alice.keys[USER_SIGNING], ALICE, identity.keys[MASTER])
        return replace(identity, keys={**identity.keys, MASTER: master})


@pytest.fixture
def people() -> People:
    return People()


def a_device(user_id: str, private: PrivateIdentity | None = None, device_id: str = "D") -> Device:
    key, curve = SigningKey.generate(), pk_public_key(random_bytes(32))
    signed = build_device_keys(user_id, device_id, curve, key.public_key, key.sign)
    if private is not None:
        signed = sign_with(private.keys[SELF_SIGNING], user_id, signed)
    return parse_device_keys(user_id, device_id, signed)


def test_who_has_no_identity_is_unknown(people: People) -> None:
    assert people.trust.user_trust(BOB) is UserTrust.UNKNOWN
    assert people.trust.identity(BOB) is None
    assert not people.trust.device_cross_signed(a_device(BOB))
    assert not people.trust.own_verified


def test_who_is_seen_first_is_gone_by_and_not_verified(people: People) -> None:
    assert people.hear(build_identity(BOB, people.bob))
    assert not people.hear(build_identity(BOB, people.bob))
    assert people.trust.user_trust(BOB) is UserTrust.UNVERIFIED
    device = a_device(BOB, people.bob)
    assert people.trust.device_cross_signed(device)
    assert not people.trust.device_verified(device)
    assert not people.trust.device_cross_signed(a_device(BOB))
    assert not people.trust.device_cross_signed(a_device(BOB, people.alice))


def test_our_signature_verifies_once_our_identity_is_known_to_be_ours(people: People) -> None:
    people.hear(build_identity(ALICE, people.alice))
    people.hear(people.signed_bob())
    device = a_device(BOB, people.bob)
    assert people.trust.user_trust(BOB) is UserTrust.UNVERIFIED
    people.own()
    assert people.trust.own_verified
    assert people.trust.user_trust(ALICE) is UserTrust.VERIFIED
    assert people.trust.user_trust(BOB) is UserTrust.VERIFIED
    assert people.trust.device_verified(device)
    assert not people.trust.device_verified(a_device(BOB))


def test_an_identity_that_the_server_made_up_for_us_verifies_nobody(people: People) -> None:
    """It can sign our device and everybody's keys with it; what it cannot do is let us prove it is ours."""
    forged = generate_identity()
    people.hear(build_identity(ALICE, forged))
    people.alice = forged
    people.hear(people.signed_bob())
    assert people.trust.user_trust(ALICE) is UserTrust.UNVERIFIED
    assert people.trust.user_trust(BOB) is UserTrust.UNVERIFIED
    assert not people.trust.device_verified(a_device(ALICE, forged))


def test_other_keys_are_a_change_until_the_user_has_looked(people: People) -> None:
    people.hear(build_identity(BOB, people.bob))
    other = generate_identity()
    assert people.hear(build_identity(BOB, other))
    assert people.trust.user_trust(BOB) is UserTrust.CHANGED
    assert people.trust.changed_users([ALICE, BOB]) == {BOB}
    assert not people.trust.device_cross_signed(a_device(BOB, other))
    people.trust.acknowledge(BOB)
    assert people.told[-1] == {BOB}
    assert people.trust.user_trust(BOB) is UserTrust.UNVERIFIED
    assert people.trust.device_cross_signed(a_device(BOB, other))
    people.trust.acknowledge("@nobody:example.org")


def test_who_was_verified_is_changed_even_if_the_first_key_comes_back_unsigned(people: People) -> None:
    people.own()
    people.hear(people.signed_bob())
    people.hear(build_identity(BOB, generate_identity()))
    assert people.trust.user_trust(BOB) is UserTrust.CHANGED
    people.hear(build_identity(BOB, people.bob))
    assert people.trust.user_trust(BOB) is UserTrust.CHANGED
    people.hear(people.signed_bob())
    assert people.trust.user_trust(BOB) is UserTrust.VERIFIED


def test_other_keys_that_we_signed_too_are_no_change(people: People) -> None:
    people.own()
    people.hear(people.signed_bob())
    people.hear(people.signed_bob(generate_identity()))
    assert people.trust.user_trust(BOB) is UserTrust.VERIFIED


def test_an_identity_that_the_server_hides_is_not_forgotten(people: People) -> None:
    people.own()
    people.hear(people.signed_bob())
    with people.store.transaction() as db:
        assert not people.trust.receive_identities(db, BOB, {})
    assert people.trust.user_trust(BOB) is UserTrust.VERIFIED


def test_our_own_change_is_told_and_makes_nobody_else_changed(people: People) -> None:
    people.own()
    people.hear(people.signed_bob())
    people.hear(build_identity(ALICE, generate_identity()))
    assert people.trust.user_trust(ALICE) is UserTrust.CHANGED
    people.alice = generate_identity()
    people.own()
    assert people.trust.user_trust(ALICE) is UserTrust.VERIFIED
    assert people.trust.user_trust(BOB) is UserTrust.UNVERIFIED


def test_a_device_that_was_verified_itself_stays_so_whoever_signs_it(people: People) -> None:
    device = a_device(BOB)
    with people.store.transaction() as db:
        people.trust.mark_device_verified(db, device)
    assert people.trust.device_verified(device)
    assert not people.trust.device_verified(replace(device, ed25519=SigningKey.generate().public_key))


def test_a_changed_device_description_is_not_signed(people: People) -> None:
    people.hear(build_identity(BOB, people.bob))
    device = a_device(BOB, people.bob)
    changed = replace(device, signed={**device.signed, "algorithms": []})
    assert not people.trust.device_cross_signed(changed)
    assert not people.trust.device_cross_signed(replace(device, signed={**device.signed, "user_id": ALICE}))


Change = Callable[[JsonObject], JsonObject]


def with_key(change: Change, usage: str = MASTER) -> Identity | None:
    identity = build_identity(BOB, generate_identity())
    return parse_identity(BOB, {**identity.keys, usage: change(dict(identity.keys[usage]))})


@pytest.mark.parametrize(
    "change",
    [
        lambda key: {**key, "user_id": ALICE},
        lambda key: {**key, "usage": ["self_signing"]},
        lambda key: {**key, "usage": "master"},
        lambda key: {**key, "keys": {}},
        lambda key: {**key, "keys": []},
        lambda key: {**key, "keys": {"ed25519:A": "A"}},
        lambda key: {**key, "keys": {"ed25519:A": 3}},
        lambda key: {**key, "keys": {"ed25519:X": next(iter(key["keys"].values()))}},
        lambda key: {**key, "keys": {**key["keys"], "ed25519:X": "X"}},
        lambda key: {**key, **{str(number): number for number in range(40)}},
        lambda key: [],
        lambda key: None,
    ],
)
def test_a_malformed_master_key_is_no_identity(change: Change) -> None:
    assert with_key(change) is None


@pytest.mark.parametrize("usage", [SELF_SIGNING, USER_SIGNING])
@pytest.mark.parametrize(
    "change",
    [
        lambda key: {**key, "signatures": {}},
        lambda key: {**key, "signatures": "none"},
        lambda key: {**key, "extra": 1},
        lambda key: {**key, "extra": 1.5},
        lambda key: {**key, "user_id": ALICE},
    ],
)
def test_a_key_that_the_master_key_did_not_sign_counts_as_not_there(usage: str, change: Change) -> None:
    identity = with_key(change, usage)
    assert identity is not None
    assert usage not in identity.public
    assert usage not in identity.keys


def test_odd_signatures_of_strangers_do_not_keep_us_from_signing() -> None:
    key = SigningKey.generate()
    signed = sign_with(key, ALICE, {"signatures": {BOB: "odd", ALICE: {"ed25519:X": "Y"}}})
    assert signed["signatures"] == {
        ALICE: {"ed25519:X": "Y", key_id(key.public_key): signed["signatures"][ALICE][key_id(key.public_key)]}
    }
    assert set(sign_with(key, ALICE, {"signatures": []})["signatures"]) == {ALICE}


def test_a_generated_identity_is_whole() -> None:
    identity = build_identity(BOB, generate_identity())
    assert parse_identity(BOB, identity.keys) == identity
    assert parse_identity(ALICE, identity.keys) is None
