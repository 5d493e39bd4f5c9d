"""Why two devices did not come together."""

from __future__ import annotations

from typing import Final

from client_desktop.core.errors import ClientError

USER_CANCELLED: Final = "user_cancelled"
UNEXPECTED: Final = "unexpected_message_received"
UNSUPPORTED: Final = "unsupported_protocol"
EXPIRED: Final = "authorization_expired"
DEVICE_EXISTS: Final = "device_already_exists"
DEVICE_NOT_FOUND: Final = "device_not_found"


class QrFailed(ClientError):
    """It did not work; `reason` is one of the protocol's words, or what the other device said."""

    word = "qr_failed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAQrCode(QrFailed):
    """The code is for something else."""

    word = "qr_not_for_signing_in"


class QrExpired(QrFailed):
    """It took too long."""

    word = "qr_expired"


class QrInsecure(QrFailed):
    """Somebody stands between the two devices, or the digits were wrong: nothing was handed over."""

    word = "qr_insecure"
