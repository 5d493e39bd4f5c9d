"""Secret storage keys (`m.secret_storage.v1.aes-hmac-sha2`): what they encrypt, how to tell the right one.

Spec: https://spec.matrix.org/v1.19/client-server-api/#msecret_storagev1aes-hmac-sha2
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from client_desktop.core.crypto.primitives import (
    KEY_BYTES,
    aes_ctr,
    decode_base64,
    encode_base64,
    hkdf_sha256,
    hmac_sha256,
    pbkdf2_sha512,
    random_bytes,
    same_bytes,
)
from client_desktop.core.crypto.secrets.errors import NoSecretStorage, SecretMissing, WrongRecoveryKey
from client_desktop.core.json_types import JsonObject

ALGORITHM: Final = "m.secret_storage.v1.aes-hmac-sha2"
PBKDF2: Final = "m.pbkdf2"
PASSPHRASE_ROUNDS: Final = 500_000
_MAX_ROUNDS: Final = 10_000_000
_MAX_KEY_BITS: Final = 4096
_IV_BYTES: Final = 16
_ZEROS: Final = bytes(32)


@dataclass(frozen=True, slots=True, repr=False)
class StorageKey:
    """A key and the id under which the account data describes it."""

    key_id: str
    key: bytes


@dataclass(frozen=True, slots=True)
class PassphraseInfo:
    """How a passphrase becomes the key."""

    salt: str
    rounds: int
    bits: int


def make_storage_key(key: bytes | None = None) -> StorageKey:
    """Return a new key under a random id; its 32 bytes are random unless given."""
    return StorageKey(secrets.token_urlsafe(24), key or random_bytes(KEY_BYTES))


def describe(key: StorageKey, name: str, passphrase: PassphraseInfo | None = None) -> JsonObject:
    """Return the content of `m.secret_storage.key.<id>`, by which the right key can be told from others."""
    iv = _random_iv()
    description: JsonObject = {
        "name": name,
        "algorithm": ALGORITHM,
        "iv": encode_base64(iv),
        "mac": encode_base64(_encrypt(key.key, "", iv, _ZEROS)[1]),
    }
    if passphrase is not None:
        description["passphrase"] = {
            "algorithm": PBKDF2,
            "salt": passphrase.salt,
            "iterations": passphrase.rounds,
            "bits": passphrase.bits,
        }
    return description


def check_key(key: StorageKey, description: Mapping[str, object]) -> None:
    """Refuse a key that is not the described one. A description without a MAC lets every key pass.

    Raises: NoSecretStorage for a description that this client cannot use; WrongRecoveryKey.
    """
    if description.get("algorithm") != ALGORITHM:
        raise NoSecretStorage("an unknown algorithm")
    iv, mac = description.get("iv"), description.get("mac")
    if iv is None or mac is None:
        return
    try:
        known_iv, known_mac = decode_base64(str(iv)), decode_base64(str(mac))
        _ciphertext, found = _encrypt(key.key, "", known_iv, _ZEROS)
    except ValueError as error:
        raise NoSecretStorage("the key's description is damaged") from error
    if not same_bytes(found, known_mac):
        raise WrongRecoveryKey("not the key of this storage")


def encrypt_secret(key: StorageKey, name: str, secret: str) -> JsonObject:
    """Return what account data holds of a secret, for one key."""
    iv = _random_iv()
    ciphertext, mac = _encrypt(key.key, name, iv, secret.encode())
    return {
        "iv": encode_base64(iv),
        "ciphertext": encode_base64(ciphertext),
        "mac": encode_base64(mac),
    }


def decrypt_secret(key: StorageKey, name: str, encrypted: Mapping[str, object]) -> str:
    """Return a secret that `key` encrypted under this name.

    Raises: SecretMissing if it was tampered with, encrypted by another key or under another name.
    """
    try:
        iv, ciphertext, mac = (decode_base64(str(encrypted[field])) for field in ("iv", "ciphertext", "mac"))
        aes_key, mac_key = _derive(key.key, name)
        if not same_bytes(hmac_sha256(mac_key, ciphertext), mac):
            raise SecretMissing("the stored secret was not encrypted by this key")
        return aes_ctr(aes_key, iv, ciphertext).decode()
    except (KeyError, ValueError) as error:
        raise SecretMissing("the stored secret is damaged") from error


def read_passphrase_info(description: Mapping[str, object]) -> PassphraseInfo | None:
    """Return how this key comes from a passphrase; None where it does not, or takes too long."""
    info = description.get("passphrase")
    if not isinstance(info, dict) or info.get("algorithm") != PBKDF2:
        return None
    salt, rounds, bits = info.get("salt"), info.get("iterations"), info.get("bits", 256)
    if not isinstance(salt, str) or type(rounds) is not int or type(bits) is not int:
        return None
    if not 0 < rounds <= _MAX_ROUNDS or not 0 < bits <= _MAX_KEY_BITS or bits % 8:
        return None
    return PassphraseInfo(salt, rounds, bits)


def make_passphrase_info() -> PassphraseInfo:
    return PassphraseInfo(secrets.token_urlsafe(24), PASSPHRASE_ROUNDS, KEY_BYTES * 8)


def derive_from_passphrase(passphrase: str, info: PassphraseInfo) -> bytes:
    """Return the key; takes a good part of a second, so call it in a thread.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#deriving-keys-from-passphrases
    """
    return pbkdf2_sha512(passphrase, info.salt.encode(), info.rounds, info.bits // 8)


def _encrypt(key: bytes, name: str, iv: bytes, data: bytes) -> tuple[bytes, bytes]:
    aes_key, mac_key = _derive(key, name)
    ciphertext = aes_ctr(aes_key, iv, data)
    return ciphertext, hmac_sha256(mac_key, ciphertext)


def _derive(key: bytes, name: str) -> tuple[bytes, bytes]:
    derived = hkdf_sha256(key, salt=bytes(32), info=name.encode(), length=64)
    return derived[:32], derived[32:]


def _random_iv() -> bytes:
    # Bit 63 is zero, for the sake of implementations whose counters have 64 bits only.
    iv = bytearray(random_bytes(_IV_BYTES))
    iv[8] &= 0x7F
    return bytes(iv)
