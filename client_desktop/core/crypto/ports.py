"""What encryption needs from its neighbours, and what it offers those who listen to to-device messages."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from client_desktop.core.crypto.device_keys import Device
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.values import UserTrust


@dataclass(frozen=True, slots=True)
class ToDeviceMessage:
    """A to-device message that has passed every check an encrypted one must pass."""

    type: str
    sender: str
    content: ReadonlyJsonObject
    encrypted: bool
    """It came through an Olm channel; nothing else that its content says can be trusted otherwise."""
    device: Device | None = None
    """Who sent it: the sender's device, whose two keys are those of the channel. Only where encrypted; None
    where the device is not known (yet)."""
    sender_key: str = ""
    """Curve25519 key of the channel."""
    claimed_ed25519: str = ""
    """What the plaintext claims as the sender's signing key."""
    with_device_keys: bool = False
    """The sender put its signed device keys into the message."""


ToDeviceHandler: TypeAlias = Callable[[ToDeviceMessage], Awaitable[None]]


class Rooms(Protocol):
    """What is known of rooms. (`client.rooms` is one.)"""

    def state(self, room_id: str, event_type: str, state_key: str = "") -> ReadonlyJsonObject | None:
        """Give the content of a state event, or None."""
        ...

    async def keyholders(self, room_id: str) -> dict[str, str]:
        """Give user id to membership ("join" or "invite") of everybody joined or invited, all of them."""
        ...


class Trust(Protocol):
    """What cross-signing says (C2's `core/crypto/trust`); all are cheap, none does a request."""

    def receive_identities(self, db: sqlite3.Connection, user_id: str, answer: ReadonlyJsonObject) -> bool:
        """Store what `/keys/query` said of one user's identity, in the transaction of its devices.

        `answer` has `master_key`, `self_signing_key`, `user_signing_key`, each only where the server gave it.
        Return whether anything changed.
        """
        ...

    def device_cross_signed(self, device: Device) -> bool:
        """Tell whether the owner's self-signing key, itself signed by the (pinned) master key, signed it."""
        ...

    def device_verified(self, device: Device) -> bool:
        """Tell whether it is cross-signed and we verified its owner's master key (own: our own identity)."""
        ...

    def user_trust(self, user_id: str) -> UserTrust: ...


class Files(Protocol):
    """Uploading and downloading of small encrypted files."""

    async def upload(self, data: bytes) -> str:
        """Upload and return the mxc URI."""
        ...

    async def download(self, mxc_uri: str, max_bytes: int) -> bytes: ...


MissingKeyListener: TypeAlias = Callable[[str, str], None]
"""Called with room id and session id when an event cannot be decrypted for want of its key."""


ToDeviceMessages: TypeAlias = dict[str, dict[str, JsonObject]]
"""User id to device id (or `*`) to content."""
