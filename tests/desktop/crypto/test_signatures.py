"""Keys, signatures and device keys, as they are checked before anything is believed."""

from copy import deepcopy

import pytest
import vodozemac
from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.crypto.device_keys import build_device_keys, parse_device_keys
from client_desktop.core.crypto.primitives import (
    CryptoError,
    PkMessage,
    SigningKey,
    aes_ctr,
    check_curve25519_key,
    check_ed25519_key,
    check_ed25519_signature,
    crypto_errors,
    decode_base64,
    encode_base64,
    hkdf_sha256,
    pk_decrypt,
    pk_encrypt,
    pk_public_key,
)
from client_desktop.core.crypto.signed_json import (
    check_signature,
    is_signed_by,
    signature_of,
    with_signature,
)
from client_desktop.core.json_types import JsonObject

USER, DEVICE = "@alice:example.org", "DEVICE"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8).filter(lambda name: name != "signatures"), JSON, max_size=4))
def test_a_signature_covers_everything_but_what_is_unsigned(value: JsonObject) -> None:
    key = SigningKey.generate()
    signed = with_signature(value, USER, "ed25519:K", key.sign)
    check_signature(signed, USER, "ed25519:K", key.public_key)
    assert is_signed_by({**signed, "unsigned": {"age": 1}}, USER, "ed25519:K", key.public_key)
    assert not is_signed_by({**signed, "more": 1}, USER, "ed25519:K", key.public_key)
    assert not is_signed_by(signed, USER, "ed25519:K", SigningKey.generate().public_key)
    assert not is_signed_by(signed, USER, "ed25519:L", key.public_key)


def test_a_second_signature_leaves_the_first() -> None:
    one, other = SigningKey.generate(), SigningKey.generate()
    signed = with_signature(
        with_signature({"a": 1}, USER, "ed25519:1", one.sign), USER, "ed25519:2", other.sign
    )
    assert is_signed_by(signed, USER, "ed25519:1", one.public_key)
    assert is_signed_by(signed, USER, "ed25519:2", other.public_key)


@pytest.mark.parametrize("signatures", [None, [], {USER: []}, {USER: {"ed25519:K": 5}}])
def test_signatures_of_a_wrong_shape_are_none(signatures: object) -> None:
    assert signature_of({"signatures": signatures}, USER, "ed25519:K") is None


def test_what_has_no_canonical_json_cannot_be_signed() -> None:
    with pytest.raises(CryptoError):
        with_signature({"a": 1.5}, USER, "ed25519:K", SigningKey.generate().sign)


def test_keys_that_are_none_are_refused() -> None:
    for key in ("", "AAAA", "!" * 43, "A" * 44):
        with pytest.raises(CryptoError):
            check_curve25519_key(key)
        with pytest.raises(CryptoError):
            check_ed25519_key(key)
    with pytest.raises(CryptoError):
        check_ed25519_signature(SigningKey.generate().public_key, b"", "AAAA")
    with pytest.raises(CryptoError):
        SigningKey(b"short")
    with pytest.raises(CryptoError):
        aes_ctr(b"short", bytes(16), b"")
    with pytest.raises(KeyboardInterrupt), crypto_errors():
        raise KeyboardInterrupt
    with pytest.raises(CryptoError, match="told already"), crypto_errors():
        raise CryptoError("told already")


def test_a_panic_of_the_library_is_an_error_like_any_other() -> None:
    with pytest.raises(CryptoError), crypto_errors():
        vodozemac.Ed25519PublicKey.from_base64("A" * 44)


def test_a_signing_key_comes_back_from_its_seed() -> None:
    key = SigningKey.generate()
    assert SigningKey(key.seed).public_key == key.public_key


@given(st.binary(max_size=40))
def test_base64_is_read_with_and_without_padding(data: bytes) -> None:
    text = encode_base64(data)
    assert "=" not in text
    assert decode_base64(text) == decode_base64(text + "=" * (-len(text) % 4)) == data


def test_what_is_encrypted_to_a_key_its_holder_alone_decrypts() -> None:
    private = bytes(range(32))
    message = pk_encrypt(pk_public_key(private), b"room key")
    assert pk_decrypt(private, message) == b"room key"
    with pytest.raises(CryptoError):
        pk_decrypt(bytes(32), message)
    with pytest.raises(CryptoError):
        pk_decrypt(private, PkMessage("*", message.mac, message.ephemeral))
    with pytest.raises(CryptoError):
        pk_public_key(b"short")


def test_keys_are_derived_as_rfc_5869_says() -> None:
    derived = hkdf_sha256(b"\x0b" * 22, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)), length=42)
    assert derived.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_device_keys_are_read_as_they_were_written() -> None:
    keys, account = device_keys()
    device = parse_device_keys(USER, DEVICE, {**keys, "unsigned": {"device_display_name": "Laptop"}})
    assert (device.curve25519, device.ed25519) == (
        account.curve25519_key.to_base64(),
        account.ed25519_key.to_base64(),
    )
    assert (device.display_name, device.dehydrated, device.signed) == ("Laptop", False, keys)


def test_device_keys_that_are_not_the_devices_own_are_refused() -> None:
    keys, _ = device_keys()
    other, _ = device_keys()

    def changed(**members: object) -> JsonObject:
        return deepcopy(keys) | members

    for value in (
        None,
        changed(user_id="@mallory:example.org"),
        changed(device_id="OTHER"),
        changed(keys=other["keys"]),
        changed(keys={}),
        changed(keys=[]),
        changed(signatures={}),
        changed(signatures=other["signatures"]),
        changed(algorithms=["m.other"]),
    ):
        with pytest.raises(CryptoError):
            parse_device_keys(USER, DEVICE, value)
    for device_id in ("", "x" * 256):
        with pytest.raises(CryptoError):
            parse_device_keys(USER, device_id, device_keys(device_id)[0])


def device_keys(
    device_id: str = DEVICE, user_id: str = USER, account: vodozemac.Account | None = None
) -> tuple[JsonObject, vodozemac.Account]:
    """Describe a device that nobody has, signed by itself."""
    owner = account or vodozemac.Account()
    curve25519, ed25519 = owner.curve25519_key.to_base64(), owner.ed25519_key.to_base64()
    keys = build_device_keys(
        user_id, device_id, curve25519, ed25519, lambda message: owner.sign(message).to_base64()
    )
    return keys, owner
