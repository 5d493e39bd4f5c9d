"""What the encryption of an event is worth, as the user is told."""

from __future__ import annotations

from typing import Final

from client_desktop.core.crypto.device_lists import DeviceLists
from client_desktop.core.events import ClearEvent
from client_desktop.core.store.megolm import InboundSession, Origin
from client_desktop.core.values import Shield, ShieldColor, UserTrust

CLEAR_TYPES: Final = frozenset({"m.reaction", "m.room.redaction"})
"""What nobody encrypts: the server is to see what belongs together."""

NONE: Final = Shield(ShieldColor.NONE, "")
IDENTITY_CHANGED: Final = Shield(ShieldColor.RED, "identity_changed")
UNKNOWN_DEVICE: Final = Shield(ShieldColor.RED, "unknown_device")
UNSIGNED_DEVICE: Final = Shield(ShieldColor.RED, "unsigned_device")
CLEAR_TEXT: Final = Shield(ShieldColor.RED, "not_encrypted")
NOT_AUTHENTIC: Final = Shield(ShieldColor.GREY, "not_authentic")
SHARED_HISTORY: Final = Shield(ShieldColor.GREY, "shared_history")


def shield_of_key(sender: str, key: InboundSession, devices: DeviceLists) -> Shield:
    """Judge an event of a sender by the room key that decrypted it, as things stand now."""
    trust = devices.trust
    if key.origin is Origin.OWN:
        return NONE
    if trust.user_trust(sender) is UserTrust.CHANGED:
        return IDENTITY_CHANGED
    if key.origin is Origin.BUNDLE and key.brought_by != sender:
        return SHARED_HISTORY
    authentic = key.authentic or key.origin is Origin.BUNDLE  # brought by the sender, from a signed device
    device = devices.by_keys(sender, key.sender_key, key.claimed_ed25519)
    if device is None:
        return UNKNOWN_DEVICE if authentic else NOT_AUTHENTIC
    if not trust.device_cross_signed(device):
        return UNSIGNED_DEVICE
    return NONE if authentic else NOT_AUTHENTIC


def shield_of_clear(event: ClearEvent) -> Shield:
    """Judge what came in clear text into an encrypted room."""
    if event.state_key is not None or event.type in CLEAR_TYPES or event.redacted:
        return NONE
    return CLEAR_TEXT
