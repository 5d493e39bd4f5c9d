"""Messages that only a subscribed browser can read.

Spec: https://www.rfc-editor.org/rfc/rfc8291, with the content encoding of https://www.rfc-editor.org/rfc/rfc8188
"""

import os
import struct
from typing import TYPE_CHECKING, Final

from homeserver.pushers.check_pusher import decode_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

CONTENT_ENCODING: Final = "aes128gcm"
RECORD_SIZE: Final = 4096
MAX_PLAINTEXT: Final = 3993
"""What fits into the 4,096 bytes that every push service takes, beside a header, a delimiter and a tag."""

_LAST_RECORD: Final = b"\x02"


def encrypt_message(
    plaintext: bytes,
    pushkey: str,
    auth: str,
    *,
    sender_key: "EllipticCurvePrivateKey | None" = None,
    salt: bytes | None = None,
) -> bytes:
    """Encrypt for the subscription with this public key and secret, both in URL-safe base64.

    The sender's key and the salt are fresh for each message, but in tests.

    Raises: ValueError for keys that are none, and for more than `MAX_PLAINTEXT` bytes.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if len(plaintext) > MAX_PLAINTEXT:
        raise ValueError("The message is too long")
    receiver_point = decode_key(pushkey)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver_point)
    sender_key = sender_key or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(16)
    sender_point = sender_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = _derive(
        sender_key.exchange(ec.ECDH(), receiver),
        decode_key(auth),
        b"WebPush: info\0" + receiver_point + sender_point,
        32,
    )
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!LB", RECORD_SIZE, len(sender_point)) + sender_point
    return header + AESGCM(key).encrypt(nonce, plaintext + _LAST_RECORD, None)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(secret)
