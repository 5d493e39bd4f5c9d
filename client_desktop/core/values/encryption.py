"""Devices, trust, and verifications under way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ShieldColor(StrEnum):
    NONE = "none"
    GREY = "grey"
    """Worth knowing: the key came from a backup or another device, its origin is not proven."""
    RED = "red"
    """A warning: an unverified or unknown device, clear text in an encrypted room, a changed identity."""


@dataclass(frozen=True, slots=True)
class Shield:
    color: ShieldColor
    word: str
    """Which text explains it: `shield.<word>`; empty for NONE."""


class UserTrust(StrEnum):
    UNKNOWN = "unknown"
    """No cross-signing keys."""
    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    CHANGED = "changed"
    """Was verified, or was pinned, and has other keys now: the user must look."""


@dataclass(frozen=True, slots=True)
class DeviceSummary:
    user_id: str
    device_id: str
    display_name: str
    ed25519_key: str
    """As people compare it: unpadded base64."""
    verified: bool
    """Signed by its owner's self-signing key, which we trust (own: our own)."""
    own: bool
    """The one this client runs as."""
    blocked: bool
    dehydrated: bool
    last_seen_ip: str | None
    last_seen_ms: int | None
    inactive: bool
    """Not seen for 90 days."""


@dataclass(frozen=True, slots=True)
class EncryptionState:
    """Where the account stands, for the banners and the settings page."""

    available: bool
    """The server knows cross-signing."""
    identity_exists: bool
    """The account has cross-signing keys on the server."""
    device_verified: bool
    """This device is signed by them."""
    private_keys_here: bool
    storage_exists: bool
    """Secret storage holds what a recovery key opens."""
    backup_version: str | None
    backup_trusted: bool
    backup_active: bool
    """New keys go into the backup."""
    keys_waiting: int
    """Room keys that are not in the backup yet."""


class VerificationStage(StrEnum):
    REQUESTED = "requested"
    """Asked: by us (waiting for the other side) or by them (waiting for us)."""
    READY = "ready"
    """Both sides agreed; a method can be chosen; a QR code can be shown."""
    STARTED = "started"
    """Emoji verification: keys are being exchanged."""
    COMPARE = "compare"
    """Emoji (or numbers) are to be compared."""
    CONFIRMED = "confirmed"
    """We confirmed; waiting for the other side."""
    SCANNED = "scanned"
    """The other side scanned our code: ask the user whether it shows success."""
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification, as it stands."""

    verification_id: str
    """Transaction id, or event id of the request in a room."""
    user_id: str
    device_id: str | None
    room_id: str | None
    own: bool
    """Of another device of this account."""
    incoming: bool
    stage: VerificationStage
    methods: tuple[str, ...]
    """Methods both sides know, of: m.sas.v1, m.qr_code.show.v1, m.qr_code.scan.v1."""
    emoji: tuple[tuple[str, str], ...]
    """Seven (emoji, English name) at COMPARE; the catalogues hold `sas.<number>` too."""
    emoji_numbers: tuple[int, ...]
    decimals: tuple[int, int, int] | None
    qr_code: bytes | None
    """What our QR code must hold, at READY."""
    cancel_code: str
    cancel_reason: str
    cancelled_by_us: bool
    expires_at_ms: int
