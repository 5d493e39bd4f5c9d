"""What is in the QR code."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from client_desktop.core.accounts.qr.errors import NotAQrCode
from client_desktop.core.accounts.web import checked_url, is_loopback
from client_desktop.core.errors import BadAnswer

PREFIX: Final = b"MATRIX"
VERSION: Final = 2
KEY_BYTES: Final = 32
MAX_BYTES: Final = 2953
"""What fits into the largest QR code."""

_HEAD_BYTES: Final = len(PREFIX) + 2


class QrIntent(IntEnum):
    """Which device shows the code."""

    SIGN_IN = 3
    """The new one."""
    LET_IN = 4
    """The one that is signed in."""


@dataclass(frozen=True, slots=True)
class QrCode:
    intent: QrIntent
    public_key: bytes
    """Curve25519 key of the device that shows the code."""
    rendezvous_url: str
    server_name: str = ""
    """Only with LET_IN: where the account is."""

    def encode(self) -> bytes:
        """Return the bytes to draw, in QR's byte mode."""
        parts = [PREFIX, bytes((VERSION, self.intent)), self.public_key, _counted(self.rendezvous_url)]
        if self.intent is QrIntent.LET_IN:
            parts.append(_counted(self.server_name))
        return b"".join(parts)


def decode_qr_code(data: bytes) -> QrCode:
    """Read what a code holds.

    Raises: NotAQrCode.
    """
    head_end = _HEAD_BYTES + KEY_BYTES
    if not data.startswith(PREFIX + bytes((VERSION,))) or not head_end < len(data) <= MAX_BYTES:
        raise NotAQrCode("no code for signing in")
    try:
        intent = QrIntent(data[_HEAD_BYTES - 1])
        url, rest = _uncounted(data[head_end:])
        server_name, rest = _uncounted(rest) if intent is QrIntent.LET_IN else ("", rest)
        checked_url(url, "the rendezvous", plain_http=is_loopback(url))
    except (ValueError, struct.error, BadAnswer):
        raise NotAQrCode("a damaged code") from None
    if rest:
        raise NotAQrCode("a code with more than belongs there")
    return QrCode(intent, data[_HEAD_BYTES:head_end], url, server_name)


def _counted(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded


def _uncounted(data: bytes) -> tuple[str, bytes]:
    (length,) = struct.unpack_from(">H", data)
    end = 2 + length
    if end > len(data):
        raise ValueError("cut off")
    return data[2:end].decode(), data[end:]
