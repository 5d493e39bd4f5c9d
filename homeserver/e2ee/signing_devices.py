"""The signatures that a user's own devices make, of the user's master key.

Spec: https://spec.matrix.org/v1.19/client-server-api/#cross-signing
"""

from collections.abc import Iterable, Mapping

from federation.protocol.ids import UserId
from federation.protocol.signing import SignatureError, decode_base64, verify_json
from homeserver.json_types import JsonObject
from homeserver.storage.device_keys import DeviceKeys


def signing_devices(devices: Iterable[DeviceKeys]) -> dict[str, bytes]:
    """Return the public keys that devices sign with, by key id; a key that is none is left out."""
    keys: dict[str, bytes] = {}
    for device in devices:
        key_id = f"ed25519:{device.device_id}"
        try:
            keys[key_id] = decode_base64((device.keys or {})["keys"][key_id])
        except (KeyError, ValueError):
            continue
    return keys


def verified_signatures(key: JsonObject, signer: UserId, public_keys: Mapping[str, bytes]) -> dict[str, str]:
    """Return those signatures of a key, by key id, that one of the public keys has truly made."""
    made = signatures_by(signer, key)
    verified: dict[str, str] = {}
    for key_id in sorted(public_keys.keys() & made.keys()):
        try:
            verify_json(key, signer, key_id, public_keys[key_id])
        except SignatureError:
            continue
        verified[key_id] = made[key_id]
    return verified


def signatures_by(signer: UserId, key: JsonObject) -> JsonObject:
    """Return what a key has as the signatures of a signer, whether they hold or not."""
    signatures = key.get("signatures")
    made = signatures.get(signer) if isinstance(signatures, dict) else None
    return made if isinstance(made, dict) else {}
