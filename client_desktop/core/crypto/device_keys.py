"""A device as its owner described and signed it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#device-keys
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from client_desktop.core.crypto.primitives import CryptoError, check_curve25519_key, check_ed25519_key
from client_desktop.core.crypto.signed_json import check_signature, with_signature
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_bool, as_object, as_text, as_texts

OLM_ALGORITHM: Final = "m.olm.v1.curve25519-aes-sha2"
MEGOLM_ALGORITHM: Final = "m.megolm.v1.aes-sha2"
MAX_DEVICE_ID_CHARACTERS: Final = 255
MAX_NAME_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Device:
    """One device that can be encrypted to. Its keys never change: other keys are another device."""

    user_id: str
    device_id: str
    curve25519: str
    ed25519: str
    algorithms: tuple[str, ...]
    signed: ReadonlyJsonObject
    """The device keys as signed, without `unsigned`: what cross-signatures are checked on."""
    display_name: str = ""
    dehydrated: bool = False
    blocked: bool = False
    """The user wants no keys sent to it."""
    first_seen_ms: int = 0

    @property
    def key_id(self) -> str:
        """The name of its signing key."""
        return f"ed25519:{self.device_id}"


def parse_device_keys(user_id: str, device_id: str, value: object) -> Device:
    """Read device keys and check that they are about this device and signed by it.

    Raises: CryptoError.
    """
    keys = as_object(value)
    if keys.get("user_id") != user_id or keys.get("device_id") != device_id:
        raise CryptoError("device keys of another device")
    if not 0 < len(device_id) <= MAX_DEVICE_ID_CHARACTERS:
        raise CryptoError("a device id of an impossible length")
    by_name = as_object(keys.get("keys"))
    device = Device(
        user_id,
        device_id,
        check_curve25519_key(as_text(by_name.get(f"curve25519:{device_id}"))),
        check_ed25519_key(as_text(by_name.get(f"ed25519:{device_id}"))),
        as_texts(keys.get("algorithms")),
        {name: member for name, member in keys.items() if name != "unsigned"},
        as_text(as_object(keys.get("unsigned")).get("device_display_name"), limit=MAX_NAME_CHARACTERS),
        as_bool(keys.get("dehydrated")),
    )
    check_signature(keys, user_id, device.key_id, device.ed25519)
    return device


def build_device_keys(
    user_id: str, device_id: str, curve25519: str, ed25519: str, sign: Callable[[bytes], str]
) -> JsonObject:
    """Describe the own device, signed."""
    keys = {
        "user_id": user_id,
        "device_id": device_id,
        "algorithms": [OLM_ALGORITHM, MEGOLM_ALGORITHM],
        "keys": {f"curve25519:{device_id}": curve25519, f"ed25519:{device_id}": ed25519},
    }
    return with_signature(keys, user_id, f"ed25519:{device_id}", sign)
