"""The encryption between the two devices: X25519, HKDF-SHA-512, ChaCha20-Poly1305.

S scans the code and so knows G's key for certain. G knows nobody: the user compares two digits, which depend
on the secret that both have.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from client_desktop.core.accounts.qr.errors import QrInsecure

INFO: Final = "MATRIX_QR_CODE_LOGIN"
INITIATE: Final = b"MATRIX_QR_CODE_LOGIN_INITIATE"
OK: Final = b"MATRIX_QR_CODE_LOGIN_OK"

_NONCE_BYTES: Final = 12


class KeyPair:
    """One device's key of one sign-in."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self.public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def scanned(self, their_public: bytes) -> tuple[Channel, str]:
        """As S: return the channel to the device whose code was scanned, and its first message.

        Raises: QrInsecure.
        """
        channel = Channel(self._agree(their_public), their_public, self.public, we_scanned=True)
        return channel, f"{channel.encrypt(INITIATE)}|{_encode(self.public)}"

    def was_scanned(self, message: str) -> Channel:
        """As G: return the channel to whoever sent this first message.

        Raises: QrInsecure.
        """
        ciphertext, _, key = message.partition("|")
        their_public = _decode(key)
        channel = Channel(self._agree(their_public), self.public, their_public, we_scanned=False)
        if channel.decrypt(ciphertext) != INITIATE:
            raise QrInsecure("another beginning")
        return channel

    def _agree(self, their_public: bytes) -> bytes:
        try:
            return self._private.exchange(X25519PublicKey.from_public_bytes(their_public))
        except ValueError:
            # A wrong length, or a key that leads to the same secret whatever ours is.
            raise QrInsecure("no key") from None


class Channel:
    """Both directions have a key and count their messages: none can be repeated, left out or turned round."""

    def __init__(self, secret: bytes, shown_key: bytes, scanned_by_key: bytes, *, we_scanned: bool) -> None:
        def derive(what: str, length: int) -> bytes:
            info = f"{INFO}_{what}|{_encode(shown_key)}|{_encode(scanned_by_key)}"
            return HKDF(SHA512(), length, None, info.encode()).derive(secret)

        of_scanner = ChaCha20Poly1305(derive("ENCKEY_S", 32))
        of_shower = ChaCha20Poly1305(derive("ENCKEY_G", 32))
        self._ours, self._theirs = (of_scanner, of_shower) if we_scanned else (of_shower, of_scanner)
        self._sent = self._received = 0
        first, second = derive("CHECKCODE", 2)
        self.check_code = f"{first % 10}{second % 10}"
        """Two digits, the same on both devices unless somebody stands between them."""

    def encrypt(self, plaintext: bytes) -> str:
        nonce = self._sent.to_bytes(_NONCE_BYTES, "little")
        self._sent += 1
        return _encode(self._ours.encrypt(nonce, plaintext, None))

    def decrypt(self, message: str) -> bytes:
        """Raises: QrInsecure."""
        nonce = self._received.to_bytes(_NONCE_BYTES, "little")
        self._received += 1
        try:
            return self._theirs.decrypt(nonce, _decode(message), None)
        except InvalidTag:
            raise QrInsecure("a message of somebody else") from None


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise QrInsecure("not base64") from None
