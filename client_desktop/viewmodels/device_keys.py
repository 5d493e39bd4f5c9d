"""What is known of a user's devices and their keys, as the interface shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client_desktop.core.client import Client


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    device_id: str
    display_name: str
    ed25519_key: str
    verified: bool
    """Signed by an identity that we trust."""
    dehydrated: bool
    blocked: bool


def known_devices(client: Client, user_id: str) -> dict[str, DeviceKeys]:
    """Return device id to what is known, without asking anybody. In the engine's thread."""
    trust = client.crypto.devices.trust
    return {
        device.device_id: DeviceKeys(
            device_id=device.device_id,
            display_name=device.display_name or device.device_id,
            ed25519_key=device.ed25519,
            verified=trust.device_verified(device),
            dehydrated=device.dehydrated,
            blocked=device.blocked,
        )
        for device in client.crypto.devices.of_user(user_id)
    }
