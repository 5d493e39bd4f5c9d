"""What must hold of a decrypted Olm message before anybody hears of it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#validation-of-incoming-decrypted-events
"""

from __future__ import annotations

from collections.abc import Callable

from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import Device, parse_device_keys
from client_desktop.core.crypto.olm import OlmPlaintext
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.shapes import as_object, as_text

FindDevice = Callable[[str, str], Device | None]
"""Gives the device of a user with this Curve25519 key."""


def check_plaintext(
    plaintext: OlmPlaintext, sender: str, me: OlmAccount, find_device: FindDevice
) -> ToDeviceMessage:
    """Return the message if it is what it claims to be.

    Raises: CryptoError, and the message is to be forgotten.
    """
    payload = plaintext.payload
    claimed_ed25519 = as_text(as_object(payload.get("keys")).get("ed25519"))
    if payload.get("sender") != sender:
        raise CryptoError("encrypted by another user than the sender")
    if payload.get("recipient") != me.user_id:
        raise CryptoError("encrypted for another user")
    if as_object(payload.get("recipient_keys")).get("ed25519") != me.ed25519:
        raise CryptoError("encrypted for another device")
    if not claimed_ed25519:
        raise CryptoError("no signing key of the sender")
    event_type, content = payload.get("type"), payload.get("content")
    if not isinstance(event_type, str) or not isinstance(content, dict):
        raise CryptoError("no event in the plaintext")
    described = _described_device(payload, sender)
    device = find_device(sender, plaintext.sender_key) or described
    for known in (device, described):
        if known is not None and (known.curve25519, known.ed25519) != (plaintext.sender_key, claimed_ed25519):
            raise CryptoError("keys of another device")
    return ToDeviceMessage(
        event_type,
        sender,
        content,
        encrypted=True,
        device=device,
        sender_key=plaintext.sender_key,
        claimed_ed25519=claimed_ed25519,
        with_device_keys=described is not None,
    )


def _described_device(payload: dict[str, object], sender: str) -> Device | None:
    """Read the device keys that the sender put into the message; None where there are none."""
    keys = payload.get("sender_device_keys")
    if keys is None:
        return None
    return parse_device_keys(sender, as_text(as_object(keys).get("device_id")), keys)
