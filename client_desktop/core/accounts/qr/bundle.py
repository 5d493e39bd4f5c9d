"""The account's secrets as one device hands them to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text

MAX_SECRET: Final = 1024
BACKUP_ALGORITHM: Final = "m.megolm_backup.v1.curve25519-aes-sha2"
BACKUP: Final = "m.megolm_backup.v1"
CROSS_SIGNING: Final[Mapping[str, str]] = {
    "master_key": "m.cross_signing.master",
    "self_signing_key": "m.cross_signing.self_signing",
    "user_signing_key": "m.cross_signing.user_signing",
}
"""Names in the bundle, to names in secret storage."""


def bundle_of_secrets(get: Callable[[str], str | None], backup_version: str | None) -> JsonObject:
    """Return what a new device is given; `get` returns a secret by its name in secret storage.

    Empty where not all cross-signing keys are here: a part of them helps nobody.
    """
    keys = {member: get(name) for member, name in CROSS_SIGNING.items()}
    if None in keys.values():
        return {}
    bundle: JsonObject = {"cross_signing": keys}
    backup_key = get(BACKUP)
    if backup_key is not None and backup_version is not None:
        bundle["backup"] = {
            "algorithm": BACKUP_ALGORITHM,
            "key": backup_key,
            "backup_version": backup_version,
        }
    return bundle


def secrets_of_bundle(bundle: ReadonlyJsonObject) -> dict[str, str]:
    """Return the secrets of a bundle by their names in secret storage; whoever takes them checks them."""
    cross_signing = as_object(bundle.get("cross_signing"))
    backup = as_object(bundle.get("backup"))
    found = {name: as_text(cross_signing.get(member)) for member, name in CROSS_SIGNING.items()}
    if backup.get("algorithm") == BACKUP_ALGORITHM:
        found[BACKUP] = as_text(backup.get("key"))
    return {name: secret for name, secret in found.items() if 0 < len(secret) <= MAX_SECRET}
