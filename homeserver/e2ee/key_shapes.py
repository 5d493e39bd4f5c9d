"""What keys have to look like, whoever uploads or sends them. Nothing malformed is ever stored or passed on.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-algorithms
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import msgspec

from federation.protocol.canonical_json import CanonicalJsonError, encode_canonical_json
from federation.protocol.ids import UserId
from federation.protocol.signing import decode_base64, encode_base64
from homeserver.errors import BadJson, InvalidParam
from homeserver.json_types import JsonObject
from homeserver.storage.one_time_keys import UploadedKey

T = TypeVar("T")

MAX_KEY_BYTES: Final = 64 * 1024
"""Of the JSON of one key, or of one device's identity keys."""
MAX_NAME_BYTES: Final = 255
"""Of a device id, and of `<algorithm>:<key id>`."""

ED25519: Final = "ed25519"
PUBLIC_KEY_BYTES: Final = 32


class DeviceKeysShape(msgspec.Struct, frozen=True):
    """Identity keys of a device."""

    user_id: str
    device_id: str
    algorithms: list[str]
    keys: dict[str, str]
    signatures: dict[str, dict[str, str]]


class KeyObjectShape(msgspec.Struct, frozen=True):
    """A signed one-time or fallback key."""

    key: str
    signatures: dict[str, dict[str, str]]
    fallback: bool = False


class CrossSigningKeyShape(msgspec.Struct, frozen=True):
    """A cross-signing key."""

    user_id: str
    usage: list[str]
    keys: dict[str, str]
    signatures: dict[str, dict[str, str]] | msgspec.UnsetType = msgspec.UNSET


def check_device_keys(keys: JsonObject, user_id: UserId, device_id: str) -> bytes:
    """Return a device's identity keys as they are stored: with the owner's signatures only.

    The device's own signature is for the clients to check: they do not trust us with it.

    Raises: BadJson; InvalidParam for keys of another user or device.
    """
    shape = _check_shape(keys, DeviceKeysShape, "device_keys")
    if shape.user_id != user_id or shape.device_id != device_id:
        raise InvalidParam("The keys are those of another user or device")
    return encode_key(_own_signatures_only(keys, shape.signatures, user_id), "device_keys")


def check_one_time_keys(keys: Mapping[str, Any], field: str) -> Iterator[UploadedKey]:
    """Yield one-time or fallback keys by their algorithm and key id.

    Raises: BadJson.
    """
    for name, key in keys.items():
        algorithm, _, key_id = name.partition(":")
        if not algorithm or not key_id or len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
            raise BadJson(f"A name in {field} is not <algorithm>:<key id> of at most {MAX_NAME_BYTES} bytes")
        if not isinstance(key, str):
            _check_shape(key, KeyObjectShape, field)
        yield UploadedKey(algorithm, key_id, encode_key(key, field))


def check_cross_signing_key(key: JsonObject, user_id: UserId, usage: str) -> str:
    """Return the public key of a cross-signing key, which is in its usage what it should be.

    Raises: BadJson; InvalidParam for a key of another user, of another use, or that is none.
    """
    shape = _check_shape(key, CrossSigningKeyShape, f"{usage}_key")
    if shape.user_id != user_id:
        raise InvalidParam("The key is another user's")
    if usage not in shape.usage:
        raise InvalidParam(f"The key is not for the usage {usage}")
    if len(shape.keys) != 1:
        raise InvalidParam("A cross-signing key has exactly one public key")
    ((key_id, public_key),) = shape.keys.items()
    if key_id != f"{ED25519}:{public_key}" or not is_public_key(public_key):
        raise InvalidParam("The public key is not an ed25519 key in unpadded Base64 under its own name")
    encode_key(key, f"{usage}_key")
    return public_key


def is_public_key(text: str) -> bool:
    """Tell whether a text is 32 bytes in unpadded Base64."""
    try:
        decoded = decode_base64(text)
    except ValueError:
        return False
    return len(decoded) == PUBLIC_KEY_BYTES and encode_base64(decoded) == text


def encode_key(key: Any, field: str) -> bytes:
    """Return a key as canonical JSON, without `unsigned`. Raises BadJson, also when it is too large."""
    if isinstance(key, dict):
        key = {name: value for name, value in key.items() if name != "unsigned"}
    try:
        encoded = encode_canonical_json(key)
    except CanonicalJsonError as error:
        raise BadJson(f"{field} holds what cannot be signed: {error}") from error
    if len(encoded) > MAX_KEY_BYTES:
        raise BadJson(f"A key in {field} has more than {MAX_KEY_BYTES} bytes")
    return encoded


def signed_part(key: JsonObject) -> JsonObject:
    """Return what signatures of a key are over."""
    return {name: value for name, value in key.items() if name not in ("signatures", "unsigned")}


def _check_shape(key: object, shape: type[T], field: str) -> T:
    try:
        return msgspec.convert(key, shape)
    except msgspec.ValidationError as error:
        raise BadJson(f"{field}: {error}") from error


def _own_signatures_only(
    keys: JsonObject, signatures: Mapping[str, Mapping[str, str]], user_id: UserId
) -> JsonObject:
    own = {signer: made for signer, made in signatures.items() if signer == user_id}
    return {**keys, "signatures": own}
