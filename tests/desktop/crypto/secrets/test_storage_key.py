"""Secret storage keys: what they encrypt and how the right one is told."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.crypto.secrets import storage_key
from client_desktop.core.crypto.secrets.errors import NoSecretStorage, SecretMissing, WrongRecoveryKey
from client_desktop.core.crypto.secrets.storage_key import (
    PassphraseInfo,
    StorageKey,
    check_key,
    decrypt_secret,
    derive_from_passphrase,
    describe,
    encrypt_secret,
    make_storage_key,
    read_passphrase_info,
)
from client_desktop.core.json_types import JsonObject

KEY = StorageKey("one", bytes(range(32)))
OTHER = StorageKey("one", bytes(32))


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_secret_comes_back_as_it_was(secret: str) -> None:
    assert (
        decrypt_secret(KEY, "m.megolm_backup.v1", encrypt_secret(KEY, "m.megolm_backup.v1", secret)) == secret
    )


def test_a_secret_is_bound_to_its_key_and_its_name() -> None:
    encrypted = encrypt_secret(KEY, "a", "secret")
    for key, name in ((OTHER, "a"), (KEY, "b")):
        with pytest.raises(SecretMissing):
            decrypt_secret(key, name, encrypted)


@pytest.mark.parametrize(
    "change", [{"mac": "AAAA"}, {"ciphertext": "AAAA"}, {"iv": "AAAA"}, {"iv": "%"}, {"mac": 3}, {"iv": None}]
)
def test_a_damaged_secret_is_missing_rather_than_wrong(change: JsonObject) -> None:
    encrypted = {**encrypt_secret(KEY, "a", "secret"), **change}
    with pytest.raises(SecretMissing):
        decrypt_secret(KEY, "a", encrypted)
    del encrypted[next(iter(change))]
    with pytest.raises(SecretMissing):
        decrypt_secret(KEY, "a", encrypted)


def test_base64_with_padding_is_read_too() -> None:
    encrypted = {name: text + "=" * (-len(text) % 4) for name, text in encrypt_secret(KEY, "a", "ü").items()}
    assert decrypt_secret(KEY, "a", encrypted) == "ü"


def test_the_description_tells_the_right_key_from_others() -> None:
    description = describe(KEY, "name")
    check_key(KEY, description)
    with pytest.raises(WrongRecoveryKey):
        check_key(OTHER, description)


def test_a_description_without_a_mac_lets_every_key_pass() -> None:
    check_key(OTHER, {"algorithm": storage_key.ALGORITHM})


@pytest.mark.parametrize(
    "description",
    [{}, {"algorithm": "other"}, {"algorithm": storage_key.ALGORITHM, "iv": "%", "mac": "AAAA"}],
)
def test_a_description_that_cannot_be_used_is_no_storage(description: JsonObject) -> None:
    with pytest.raises(NoSecretStorage):
        check_key(KEY, description)


def test_bit_63_of_every_iv_is_zero() -> None:
    for _ in range(32):
        iv = storage_key._random_iv()
        assert len(iv) == 16
        assert not iv[8] & 0x80


def test_new_keys_differ_and_are_described_with_their_passphrase() -> None:
    one, two = make_storage_key(), make_storage_key()
    assert one.key != two.key
    assert one.key_id != two.key_id
    info = PassphraseInfo("salt", 1000, 256)
    assert read_passphrase_info(describe(one, "", info)) == info


def test_a_passphrase_becomes_a_key_by_pbkdf2_with_sha_512() -> None:
    derived = derive_from_passphrase("pass", PassphraseInfo("salt", 10, 128))
    assert derived == hashlib.pbkdf2_hmac("sha512", b"pass", b"salt", 10, 16)


@pytest.mark.parametrize(
    "info",
    [
        None,
        [],
        {},
        {"algorithm": "m.other", "salt": "s", "iterations": 1},
        {"algorithm": "m.pbkdf2", "salt": 1, "iterations": 1},
        {"algorithm": "m.pbkdf2", "salt": "s", "iterations": True},
        {"algorithm": "m.pbkdf2", "salt": "s", "iterations": 0},
        {"algorithm": "m.pbkdf2", "salt": "s", "iterations": 10**12},
        {"algorithm": "m.pbkdf2", "salt": "s", "iterations": 1, "bits": 7},
        {"algorithm": "m.pbkdf2", "salt": "s", "iterations": 1, "bits": 10**9},
        {"algorithm": "m.pbkdf2", "salt": "s", "iterations": 1, "bits": "256"},
    ],
)
def test_a_passphrase_that_is_described_badly_or_costs_too_much_is_none(info: object) -> None:
    assert read_passphrase_info({"passphrase": info}) is None


def test_256_bits_are_made_where_nothing_is_said() -> None:
    described = {"passphrase": {"algorithm": "m.pbkdf2", "salt": "s", "iterations": 2}}
    assert read_passphrase_info(described) == PassphraseInfo("s", 2, 256)


def test_what_is_encrypted_anew_differs_each_time() -> None:
    assert encrypt_secret(KEY, "a", "secret") != encrypt_secret(KEY, "a", "secret")
