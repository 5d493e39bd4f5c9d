"""Signing JSON and checking its signatures.

Spec: https://spec.matrix.org/v1.19/appendices/#signing-json
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from client_desktop.core.crypto.primitives import CryptoError, check_ed25519_signature
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from federation.protocol.canonical_json import CanonicalJsonError, encode_canonical_json

UNSIGNED_MEMBERS: Final = ("signatures", "unsigned")


def signable_bytes(value: ReadonlyJsonObject) -> bytes:
    """Encode what a signature covers: everything but `signatures` and `unsigned`.

    Raises: CryptoError, for what has no canonical JSON.
    """
    try:
        return encode_canonical_json({k: v for k, v in value.items() if k not in UNSIGNED_MEMBERS})
    except CanonicalJsonError as error:
        raise CryptoError(str(error)) from error


def with_signature(
    value: ReadonlyJsonObject, user_id: str, key_id: str, sign: Callable[[bytes], str]
) -> JsonObject:
    """Return a copy that holds one signature more; those that are there stay.

    `key_id` is the whole name, such as `ed25519:DEVICE`.
    """
    signatures = {user: dict(keys) for user, keys in value.get("signatures", {}).items()}
    signatures.setdefault(user_id, {})[key_id] = sign(signable_bytes(value))
    return {**value, "signatures": signatures}


def signature_of(value: ReadonlyJsonObject, user_id: str, key_id: str) -> str | None:
    """Find a signature, whatever the shape of the object is."""
    here: object = value.get("signatures")
    for name in (user_id, key_id):
        here = here.get(name) if isinstance(here, dict) else None
    return here if isinstance(here, str) else None


def check_signature(value: ReadonlyJsonObject, user_id: str, key_id: str, public_key: str) -> None:
    """Accept the signature named `key_id` of a user, made by `public_key`, or raise.

    Raises: CryptoError, also where there is none.
    """
    signature = signature_of(value, user_id, key_id)
    if signature is None:
        raise CryptoError(f"no signature {key_id} of {user_id}")
    check_ed25519_signature(public_key, signable_bytes(value), signature)


def is_signed_by(value: ReadonlyJsonObject, user_id: str, key_id: str, public_key: str) -> bool:
    """Tell whether `check_signature` accepts."""
    try:
        check_signature(value, user_id, key_id, public_key)
    except CryptoError:
        return False
    return True
