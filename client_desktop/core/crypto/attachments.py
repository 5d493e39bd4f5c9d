"""Encrypted files.

Spec: https://spec.matrix.org/v1.19/client-server-api/#sending-encrypted-attachments
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

from client_desktop.core.crypto.errors import AttachmentDamaged
from client_desktop.core.crypto.primitives import (
    KEY_BYTES,
    CryptoError,
    aes_ctr_stream,
    decode_base64,
    encode_base64,
    random_bytes,
    same_bytes,
)
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text, as_texts

CHUNK_BYTES: Final = 1 << 20
IV_BYTES: Final = 16
RANDOM_IV_BYTES: Final = 8
SHA256_BYTES: Final = 32


class AttachmentEncryptor:
    """Encrypts one file, piece by piece, with a key and counter of its own."""

    def __init__(self) -> None:
        self._key = random_bytes(KEY_BYTES)
        self._iv = random_bytes(RANDOM_IV_BYTES) + bytes(IV_BYTES - RANDOM_IV_BYTES)
        self._stream = aes_ctr_stream(self._key, self._iv)
        self._hash = hashlib.sha256()

    def update(self, data: bytes) -> bytes:
        """Encrypt the next piece."""
        encrypted = self._stream.update(data)
        self._hash.update(encrypted)
        return encrypted

    def file(self, url: str = "") -> JsonObject:
        """Describe what was encrypted as `EncryptedFile`, a secret; `url` is where it was uploaded to."""
        return {
            "url": url,
            "v": "v2",
            "key": {
                "kty": "oct",
                "key_ops": ["encrypt", "decrypt"],
                "alg": "A256CTR",
                "k": base64.urlsafe_b64encode(self._key).decode("ascii").rstrip("="),
                "ext": True,
            },
            "iv": encode_base64(self._iv),
            "hashes": {"sha256": encode_base64(self._hash.digest())},
        }


class AttachmentDecryptor:
    """Decrypts one file, piece by piece. Nothing of it may be used before `check` has passed."""

    def __init__(self, file: ReadonlyJsonObject) -> None:
        """Raises: AttachmentDamaged, when `file` is no `EncryptedFile` that we know."""
        try:
            key, iv, self._expected = _parse(file)
            self._stream = aes_ctr_stream(key, iv)
        except CryptoError as error:
            raise AttachmentDamaged(str(error)) from error
        self._hash = hashlib.sha256()

    def update(self, data: bytes) -> bytes:
        """Decrypt the next piece."""
        self._hash.update(data)
        return self._stream.update(data)

    def check(self) -> None:
        """Accept what was decrypted, at its end.

        Raises: AttachmentDamaged.
        """
        if not same_bytes(self._hash.digest(), self._expected):
            raise AttachmentDamaged("the file is not what was encrypted")


def encrypt_attachment(data: bytes) -> tuple[bytes, JsonObject]:
    """Encrypt a small file; return it and its `EncryptedFile`, whose `url` is to be filled in."""
    encryptor = AttachmentEncryptor()
    encrypted = encryptor.update(data)
    return encrypted, encryptor.file()


def decrypt_attachment(data: bytes, file: ReadonlyJsonObject) -> bytes:
    """Decrypt a small file.

    Raises: AttachmentDamaged.
    """
    decryptor = AttachmentDecryptor(file)
    decrypted = decryptor.update(data)
    decryptor.check()
    return decrypted


def encrypt_file(source: Path, target: Path) -> JsonObject:
    """Encrypt a file of any size into another; return its `EncryptedFile`. Call it in a thread."""
    encryptor = AttachmentEncryptor()
    with source.open("rb") as reading, target.open("wb") as writing:
        while data := reading.read(CHUNK_BYTES):
            writing.write(encryptor.update(data))
    return encryptor.file()


def decrypt_file(source: Path, target: Path, file: ReadonlyJsonObject) -> None:
    """Decrypt a file of any size into another, which is gone again where it is damaged. Call it in a thread.

    Raises: AttachmentDamaged.
    """
    decryptor = AttachmentDecryptor(file)
    try:
        with source.open("rb") as reading, target.open("wb") as writing:
            while data := reading.read(CHUNK_BYTES):
                writing.write(decryptor.update(data))
        decryptor.check()
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _parse(file: ReadonlyJsonObject) -> tuple[bytes, bytes, bytes]:
    """Read key, counter block and hash.

    Raises: CryptoError.
    """
    jwk = as_object(file.get("key"))
    if file.get("v") not in ("v1", "v2") or jwk.get("alg") != "A256CTR" or jwk.get("kty") != "oct":
        raise CryptoError("a file encrypted in an unknown way")
    if not {"encrypt", "decrypt"} <= set(as_texts(jwk.get("key_ops"))) or jwk.get("ext") is not True:
        raise CryptoError("a file key for something else")
    key = _decode_url_safe(as_text(jwk.get("k")))
    iv = decode_base64(as_text(file.get("iv")))
    digest = decode_base64(as_text(as_object(file.get("hashes")).get("sha256")))
    if (len(key), len(iv), len(digest)) != (KEY_BYTES, IV_BYTES, SHA256_BYTES):
        raise CryptoError("a file key of a wrong length")
    return key, iv, digest


def _decode_url_safe(text: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise CryptoError("not URL-safe base64")
    return decode_base64(text.replace("-", "+").replace("_", "/"))
