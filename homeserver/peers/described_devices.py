"""What other servers say of their users' devices and keys, made sure of: of the right user, of a sane size.

What is wrong with one device or key does not keep the others from being known.

Spec: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1userdevicesuserid
"""

from collections.abc import Iterator, Mapping
from typing import Final

from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import UserId
from homeserver.e2ee.key_shapes import MAX_NAME_BYTES, check_cross_signing_key, check_device_keys, encode_key
from homeserver.errors import InvalidParam, MatrixError
from homeserver.storage.cross_signing import MASTER, SELF_SIGNING, upsert_cross_signing_key
from homeserver.storage.db import Connection
from homeserver.storage.remote_devices import RemoteDevice

MAX_DEVICES: Final = 1_000
"""Of one user; what is beyond is not known here."""
MAX_DISPLAY_NAME_LENGTH: Final = 255


def parse_device(user_id: UserId, described: Mapping[str, JsonValue]) -> RemoteDevice:
    """Return a device of a user.

    Raises: BadJson, InvalidParam.
    """
    device_id = parse_device_id(described.get("device_id"))
    keys, name = described.get("keys"), described.get("device_display_name")
    return RemoteDevice(
        device_id,
        name[:MAX_DISPLAY_NAME_LENGTH] if isinstance(name, str) else None,
        check_device_keys(keys, user_id, device_id) if isinstance(keys, dict) else None,
    )


def parse_device_id(device_id: JsonValue) -> str:
    """Return a device id. Raises InvalidParam."""
    if not isinstance(device_id, str) or not 1 <= len(device_id.encode()) <= MAX_NAME_BYTES:
        raise InvalidParam(f"A device id has 1 to {MAX_NAME_BYTES} bytes")
    return device_id


def parse_devices(user_id: UserId, described: JsonValue) -> list[RemoteDevice]:
    """Return those devices of a list that are well described, each once."""
    devices: dict[str, RemoteDevice] = {}
    for each in described[:MAX_DEVICES] if isinstance(described, list) else ():
        if isinstance(each, dict):
            try:
                device = parse_device(user_id, each)
            except MatrixError:
                continue
            devices[device.device_id] = device
    return list(devices.values())


def parse_public_keys(
    user_id: UserId, described: Mapping[str, JsonValue]
) -> Iterator[tuple[str, str, JsonObject]]:
    """Yield usage, public key and key of the well-formed ones of `master_key` and `self_signing_key`.

    Signatures by others than their owner are dropped: who signed whom is for the signer's eyes only.
    """
    for usage in (MASTER, SELF_SIGNING):
        key = described.get(f"{usage}_key")
        if not isinstance(key, dict):
            continue
        try:
            public_key = check_cross_signing_key(key, user_id, usage)
        except MatrixError:
            continue
        yield usage, public_key, _with_own_signatures(key, user_id)


async def store_public_keys(
    conn: Connection, user_nid: int, user_id: UserId, described: Mapping[str, JsonValue]
) -> None:
    """Store the public cross-signing keys of a followed user, as far as they are well formed."""
    for usage, public_key, key in parse_public_keys(user_id, described):
        await upsert_cross_signing_key(conn, user_nid, usage, public_key, encode_key(key, usage))


def _with_own_signatures(key: JsonObject, user_id: UserId) -> JsonObject:
    signatures = key.get("signatures")
    if not isinstance(signatures, dict):
        return key
    return {**key, "signatures": {user: made for user, made in signatures.items() if user == user_id}}
