"""What cross-signing says of people and devices, from what is stored. Nothing here does a request.

An own identity is ours only if this device has proved it once (made it, opened the storage, was verified by a
device that had): signatures alone prove nothing, since whoever runs the server could make all of them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#cross-signing
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from sqlite3 import Connection

import orjson

from client_desktop.core.changes import Changes, DevicesChanged
from client_desktop.core.crypto.device_keys import Device
from client_desktop.core.crypto.trust.identity import (
    MASTER,
    SELF_SIGNING,
    USER_SIGNING,
    Identity,
    parse_identity,
    signed_device,
    signed_user,
)
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.cross_signing import (
    IdentityRow,
    insert_identity,
    insert_verified_device,
    select_identity,
    select_verified_device,
    update_identity_keys,
    update_others_unverified,
    update_pinned,
)
from client_desktop.core.values import UserTrust

_ANSWER_MEMBERS = {
    MASTER: "master_key",
    SELF_SIGNING: "self_signing_key",
    USER_SIGNING: "user_signing_key",
}


class Trust:
    """The account's view of everybody's keys."""

    def __init__(self, store: Store, changes: Changes, user_id: str) -> None:
        self._store = store
        self._changes = changes
        self._user_id = user_id

    def receive_identities(self, db: Connection, user_id: str, answer: ReadonlyJsonObject) -> bool:
        """Store what `/keys/query` said of one user's identity; tell whether anything changed.

        Keys that are new in place of others are stored and make the user CHANGED, until they are verified
        or acknowledged. An answer without an identity changes nothing: nobody can take theirs back, only a
        server can hide it.
        """
        identity = parse_identity(
            user_id, {usage: answer.get(member) for usage, member in _ANSWER_MEMBERS.items()}
        )
        row = select_identity(db, user_id)
        if identity is None:
            return False
        if row is None:
            insert_identity(db, user_id, identity.keys, identity.master)
            return True
        if orjson.dumps(identity.keys) == row.keys:
            return False
        self._remember_verified(db, user_id, row)
        update_identity_keys(db, user_id, identity.keys)
        return True

    def identity(self, user_id: str) -> Identity | None:
        """Return a user's identity as the server last gave it, trusted or not."""
        row = select_identity(self._store.db, user_id)
        return None if row is None else _load(user_id, row.keys)

    @property
    def own_identity(self) -> Identity | None:
        return self.identity(self._user_id)

    @property
    def own_verified(self) -> bool:
        """We know that the account's identity is ours."""
        return self._own_verified(self._store.db)

    def device_cross_signed(self, device: Device) -> bool:
        """Tell whether its owner signed it, by the identity that we go by."""
        row = select_identity(self._store.db, device.user_id)
        if row is None:
            return False
        identity = _load(device.user_id, row.keys)
        return identity.master == row.pinned_master and _signed_device(identity, device)

    def device_verified(self, device: Device) -> bool:
        """Tell whether it is its owner's for certain: signed by a verified identity, or verified itself."""
        if select_verified_device(self._store.db, device.user_id, device.ed25519):
            return True
        identity = self.identity(device.user_id)
        return (
            identity is not None
            and self.user_trust(device.user_id) is UserTrust.VERIFIED
            and _signed_device(identity, device)
        )

    def user_trust(self, user_id: str) -> UserTrust:
        row = select_identity(self._store.db, user_id)
        if row is None:
            return UserTrust.UNKNOWN
        identity = _load(user_id, row.keys)
        if self._is_verified(self._store.db, identity, row):
            return UserTrust.VERIFIED
        changed = identity.master != row.pinned_master or row.verified_master is not None
        return UserTrust.CHANGED if changed else UserTrust.UNVERIFIED

    def changed_users(self, user_ids: Iterable[str]) -> frozenset[str]:
        """Return those whose keys changed, so that the user must look."""
        return frozenset(user for user in user_ids if self.user_trust(user) is UserTrust.CHANGED)

    def acknowledge(self, user_id: str) -> None:
        """The user has seen that somebody has other keys, and goes by them from now on, unverified."""
        with self._store.transaction() as db:
            row = select_identity(db, user_id)
            if row is not None:
                update_pinned(db, user_id, _load(user_id, row.keys).master, None)
        self.publish(user_id)

    def mark_own_verified(self, db: Connection, identity: Identity) -> None:
        """Note that this identity of the account is ours for certain, and store it."""
        row = select_identity(db, self._user_id)
        if row is None:
            insert_identity(db, self._user_id, identity.keys, identity.master)
        else:
            update_identity_keys(db, self._user_id, identity.keys)
            if row.verified_master != identity.master:
                update_others_unverified(db, self._user_id)
        update_pinned(db, self._user_id, identity.master, identity.master)

    def mark_user_verified(self, db: Connection, identity: Identity) -> None:
        """Note that a user was verified; `identity` has our signature on its master key."""
        update_identity_keys(db, identity.user_id, identity.keys)
        update_pinned(db, identity.user_id, identity.master, identity.master)

    def mark_device_verified(self, db: Connection, device: Device) -> None:
        """Note that a device was verified itself."""
        insert_verified_device(db, device.user_id, device.ed25519)

    def publish(self, *user_ids: str) -> None:
        """Tell that trust in these users' keys may be another."""
        self._changes.publish(DevicesChanged(self._user_id, frozenset(user_ids)))

    def _own_verified(self, db: Connection) -> bool:
        row = select_identity(db, self._user_id)
        return row is not None and _load(self._user_id, row.keys).master == row.verified_master

    def _is_verified(self, db: Connection, identity: Identity, row: IdentityRow) -> bool:
        if identity.user_id == self._user_id:
            return identity.master == row.verified_master
        own = select_identity(db, self._user_id)
        return (
            own is not None
            and self._own_verified(db)
            and _signed_user(_load(self._user_id, own.keys), identity)
        )

    def _remember_verified(self, db: Connection, user_id: str, row: IdentityRow) -> None:
        """Keep which master key was verified, before another takes its place.

        A user may have been verified by another device of ours: only the signature told.
        """
        identity = _load(user_id, row.keys)
        if user_id != self._user_id and self._is_verified(db, identity, row):
            update_pinned(db, user_id, identity.master, identity.master)


@lru_cache(maxsize=512)
def _load(user_id: str, keys: bytes) -> Identity:
    identity = parse_identity(user_id, orjson.loads(keys))
    assert identity is not None, "only identities that could be read are stored"
    return identity


def _signed_device(identity: Identity, device: Device) -> bool:
    key = identity.public.get(SELF_SIGNING, "")
    return _signed_device_keys(identity.user_id, key, orjson.dumps(device.signed))


@lru_cache(maxsize=4096)
def _signed_device_keys(user_id: str, self_signing_key: str, signed: bytes) -> bool:
    return signed_device(user_id, self_signing_key, orjson.loads(signed))


def _signed_user(own: Identity, other: Identity) -> bool:
    key = own.public.get(USER_SIGNING, "")
    return _signed_master(own.user_id, key, orjson.dumps(other.keys[MASTER]))


@lru_cache(maxsize=1024)
def _signed_master(own_user_id: str, user_signing_key: str, master: bytes) -> bool:
    return signed_user(own_user_id, user_signing_key, orjson.loads(master))
