"""Cross-signing keys: an account's identity as everybody sees it, and the private keys behind one's own.

Spec: https://spec.matrix.org/v1.19/client-server-api/#cross-signing
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from client_desktop.core.crypto.primitives import CryptoError, SigningKey, check_ed25519_key
from client_desktop.core.crypto.signed_json import is_signed_by, with_signature
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object

MASTER: Final = "master"
SELF_SIGNING: Final = "self_signing"
USER_SIGNING: Final = "user_signing"
USAGES: Final = (MASTER, SELF_SIGNING, USER_SIGNING)
SECRET_NAMES: Final = {usage: f"m.cross_signing.{usage}" for usage in USAGES}
_MAX_KEY_OBJECT_MEMBERS: Final = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """A user's cross-signing keys whose signatures hold: the master key signed the other two.

    `keys` has the objects as the server gave them, by usage; `public` their public keys.
    """

    user_id: str
    keys: Mapping[str, JsonObject]
    public: Mapping[str, str]

    @property
    def master(self) -> str:
        return self.public[MASTER]


@dataclass(frozen=True, slots=True, repr=False)
class PrivateIdentity:
    """Private cross-signing keys of this account, as many as are here."""

    keys: Mapping[str, SigningKey]


def generate_identity() -> PrivateIdentity:
    return PrivateIdentity({usage: SigningKey.generate() for usage in USAGES})


def build_identity(user_id: str, private: PrivateIdentity) -> Identity:
    """Return the public side of a complete identity, signed by its master key."""
    master = private.keys[MASTER]
    objects = {usage: _key_object(user_id, usage, private.keys[usage].public_key) for usage in USAGES}
    for usage in (SELF_SIGNING, USER_SIGNING):
        objects[usage] = sign_with(master, user_id, objects[usage])
    return Identity(user_id, objects, {usage: private.keys[usage].public_key for usage in USAGES})


def parse_identity(user_id: str, keys: Mapping[str, object]) -> Identity | None:
    """Return the identity that key objects of `/keys/query` make up, by usage.

    None without a master key. A self-signing or user-signing key that the master key did not sign, or that is
    of another user or for another use, is left out: it counts as not there.
    """
    master = _read_key(user_id, MASTER, keys.get(MASTER))
    if master is None:
        return None
    objects, public = {MASTER: master[0]}, {MASTER: master[1]}
    for usage in (SELF_SIGNING, USER_SIGNING):
        read = _read_key(user_id, usage, keys.get(usage))
        if read is not None and is_signed_by(read[0], user_id, key_id(master[1]), master[1]):
            objects[usage], public[usage] = read
    return Identity(user_id, objects, public)


def key_id(public_key: str) -> str:
    """Name a cross-signing key."""
    return f"ed25519:{public_key}"


def sign_with(key: SigningKey, user_id: str, value: ReadonlyJsonObject) -> JsonObject:
    """Return a copy of an object, signed by one of our cross-signing keys as well."""
    tidy = {user: keys for user, keys in as_object(value.get("signatures")).items() if isinstance(keys, dict)}
    return with_signature({**value, "signatures": tidy}, user_id, key_id(key.public_key), key.sign)


def signed_device(user_id: str, self_signing_key: str, device: ReadonlyJsonObject) -> bool:
    """Tell whether a user's self-signing key signed this device of the same user; no key signs nothing."""
    return device.get("user_id") == user_id and is_signed_by(
        device, user_id, key_id(self_signing_key), self_signing_key
    )


def signed_user(own_user_id: str, user_signing_key: str, master: ReadonlyJsonObject) -> bool:
    """Tell whether our user-signing key signed somebody's master key; no key signs nothing."""
    return is_signed_by(master, own_user_id, key_id(user_signing_key), user_signing_key)


def _key_object(user_id: str, usage: str, public: str) -> JsonObject:
    return {"user_id": user_id, "usage": [usage], "keys": {key_id(public): public}}


def _read_key(user_id: str, usage: str, value: object) -> tuple[JsonObject, str] | None:
    """Return a key object and its public key, if it is this user's for this use and has exactly one key."""
    if not isinstance(value, dict) or len(value) > _MAX_KEY_OBJECT_MEMBERS or value.get("user_id") != user_id:
        return None
    usages, keys = value.get("usage"), value.get("keys")
    if not isinstance(usages, list) or usage not in usages or not isinstance(keys, dict) or len(keys) != 1:
        return None
    ((name, public),) = keys.items()
    if not isinstance(public, str) or name != key_id(public) or not _is_public_key(public):
        return None
    return value, public


def _is_public_key(text: str) -> bool:
    try:
        return check_ed25519_key(text) == text
    except CryptoError:
        return False
