"""The one door to cryptography: vodozemac's ratchets and curves, and `cryptography`'s ciphers and hashes.

Nothing here knows Matrix' events. What is malformed, forged or under another key raises `CryptoError`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import vodozemac
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PICKLE_KEY_BYTES: Final = 32
KEY_BYTES: Final = 32


class CryptoError(ValueError):
    """A key, signature or ciphertext that is malformed, or not what it claims to be."""


@contextmanager
def crypto_errors() -> Iterator[None]:
    """Turn the libraries' refusals, all of them kinds of `ValueError`, into `CryptoError`."""
    try:
        yield
    except CryptoError:
        raise
    except ValueError as error:
        raise CryptoError(str(error)) from error
    except BaseException as error:
        # A panic of vodozemac is no `Exception`: what a stranger sent would end the program.
        if type(error).__module__ == "pyo3_runtime":
            raise CryptoError("the library gave up") from error
        raise


def encode_base64(data: bytes) -> str:
    """Encode as unpadded base64, as every key and signature of Matrix is."""
    return base64.b64encode(data).decode("ascii").rstrip("=")


def decode_base64(text: str) -> bytes:
    """Decode base64 with or without padding.

    Raises: CryptoError.
    """
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CryptoError("not base64") from error


def random_bytes(count: int) -> bytes:
    """Draw from the system's secure source."""
    return secrets.token_bytes(count)


def same_bytes(one: bytes, other: bytes) -> bool:
    """Compare in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one, other)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def hkdf_sha256(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """Derive `length` bytes.  Spec: RFC 5869."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def pbkdf2_sha512(passphrase: str, salt: bytes, rounds: int, length: int) -> bytes:
    """Derive a key from a passphrase. Takes long: call it in a thread."""
    return hashlib.pbkdf2_hmac("sha512", passphrase.encode(), salt, rounds, length)


def aes_ctr_stream(key: bytes, iv: bytes) -> CipherContext:
    """Begin AES-CTR over a 16-byte counter block; the same stream encrypts and decrypts."""
    with crypto_errors():
        return Cipher(AES(key), CTR(iv)).encryptor()


def aes_ctr(key: bytes, iv: bytes, data: bytes) -> bytes:
    """Encrypt or decrypt at once.

    Raises: CryptoError, for a key or counter block of a wrong length.
    """
    stream = aes_ctr_stream(key, iv)
    return stream.update(data) + stream.finalize()


class SigningKey:
    """An Ed25519 key pair, as cross-signing has them. The seed is what is stored and shared."""

    def __init__(self, seed: bytes) -> None:
        with crypto_errors():
            self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = encode_base64(self._key.public_key().public_bytes_raw())
        """Unpadded base64."""

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(random_bytes(KEY_BYTES))

    @property
    def seed(self) -> bytes:
        return self._key.private_bytes_raw()

    def sign(self, message: bytes) -> str:
        """Return the signature in unpadded base64."""
        return encode_base64(self._key.sign(message))


def check_ed25519_key(key: str) -> str:
    """Return the key in unpadded base64.

    Raises: CryptoError.
    """
    with crypto_errors():
        return _ed25519_key(key).to_base64()


def check_curve25519_key(key: str) -> str:
    """Return the key in unpadded base64.

    Raises: CryptoError.
    """
    with crypto_errors():
        return vodozemac.Curve25519PublicKey.from_base64(key).to_base64()


def check_ed25519_signature(public_key: str, message: bytes, signature: str) -> None:
    """Accept a signature or raise.

    Raises: CryptoError.
    """
    with crypto_errors():
        _ed25519_key(public_key).verify_signature(message, vodozemac.Ed25519Signature.from_base64(signature))


def _ed25519_key(key: str) -> vodozemac.Ed25519PublicKey:
    if len(decode_base64(key)) != KEY_BYTES:  # vodozemac panics on some lengths
        raise CryptoError("no Ed25519 key")
    return vodozemac.Ed25519PublicKey.from_base64(key)


@dataclass(frozen=True, slots=True)
class PkMessage:
    """A message to the holder of a Curve25519 key: key backup's `session_data`, all in unpadded base64."""

    ciphertext: str
    mac: str
    ephemeral: str


def pk_public_key(private_key: bytes) -> str:
    """Give the public key, in unpadded base64, of a Curve25519 private key.

    Raises: CryptoError.
    """
    with crypto_errors():
        return vodozemac.Curve25519SecretKey.from_bytes(private_key).public_key().to_base64()


def pk_encrypt(public_key: str, plaintext: bytes) -> PkMessage:
    """Encrypt as `m.megolm_backup.v1.curve25519-aes-sha2` does.

    Raises: CryptoError.
    """
    with crypto_errors():
        key = vodozemac.Curve25519PublicKey.from_base64(public_key)
        message = vodozemac.PkEncryption.from_key(key).encrypt(plaintext)
    parts = (message.ciphertext, message.mac, message.ephemeral_key)
    return PkMessage(*map(encode_base64, parts))


def pk_decrypt(private_key: bytes, message: PkMessage) -> bytes:
    """Decrypt what `pk_encrypt` made.

    Raises: CryptoError.
    """
    with crypto_errors():
        parsed = vodozemac.Message.from_base64(message.ciphertext, message.mac, message.ephemeral)
        key = vodozemac.Curve25519SecretKey.from_bytes(private_key)
        return vodozemac.PkDecryption.from_key(key).decrypt(parsed)


def curve25519_exchange(private_key: bytes, public_key: str) -> bytes:
    """Agree on a secret with the holder of a public key.

    Raises: CryptoError, also for a public key that leads to a secret everybody knows.
    """
    with crypto_errors():
        public = X25519PublicKey.from_public_bytes(decode_base64(public_key))
        return X25519PrivateKey.from_private_bytes(private_key).exchange(public)
