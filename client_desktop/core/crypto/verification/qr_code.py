"""What a verification's QR code holds.

Spec: https://spec.matrix.org/v1.19/client-server-api/#qr-code-format
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from client_desktop.core.crypto.primitives import (
    KEY_BYTES,
    crypto_errors,
    decode_base64,
    encode_base64,
    random_bytes,
)

_MAGIC: Final = b"MATRIX"
_VERSION: Final = 2
_SECRET_BYTES: Final = 16
_MAX_BYTES: Final = 2953
"""The most that a QR code can hold."""


class QrMode(IntEnum):
    OTHER_USER = 0
    SELF_TRUSTED = 1
    """Of own devices, shown by the one that trusts the master key."""
    SELF_UNTRUSTED = 2


@dataclass(frozen=True, slots=True)
class QrCode:
    """`first_key` and `second_key` in unpadded base64, as the mode says which; `secret` likewise."""

    mode: QrMode
    flow_id: str
    first_key: str
    second_key: str
    secret: str


def make_secret() -> str:
    return encode_base64(random_bytes(_SECRET_BYTES))


def encode_qr_code(code: QrCode) -> bytes:
    flow_id = code.flow_id.encode()
    return b"".join(
        (
            _MAGIC,
            bytes((_VERSION, code.mode)),
            len(flow_id).to_bytes(2, "big"),
            flow_id,
            decode_base64(code.first_key),
            decode_base64(code.second_key),
            decode_base64(code.secret),
        )
    )


def decode_qr_code(data: bytes) -> QrCode:
    """Read what was scanned.

    Raises: CryptoError for any other QR code.
    """
    with crypto_errors():
        return _decode(data)


def _decode(data: bytes) -> QrCode:
    start = len(_MAGIC) + 4
    if len(data) > _MAX_BYTES or len(data) < start or not data.startswith(_MAGIC):
        raise ValueError("not a verification's QR code")
    if data[len(_MAGIC)] != _VERSION:
        raise ValueError("another version of QR codes")
    mode = QrMode(data[len(_MAGIC) + 1])
    id_end = start + int.from_bytes(data[start - 2 : start], "big")
    second, rest = id_end + KEY_BYTES, id_end + 2 * KEY_BYTES
    if len(data) <= rest:
        raise ValueError("the QR code ends too early")
    keys = encode_base64(data[id_end:second]), encode_base64(data[second:rest])
    return QrCode(mode, data[start:id_end].decode(), *keys, encode_base64(data[rest:]))
