"""The account's own identity: making it, taking it over on a new device, signing with it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#cross-signing
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from client_desktop.core.api import Api
from client_desktop.core.crypto.device_keys import Device
from client_desktop.core.crypto.primitives import CryptoError, SigningKey, decode_base64, encode_base64
from client_desktop.core.crypto.secrets.local_secrets import LocalSecrets
from client_desktop.core.crypto.signed_json import with_signature
from client_desktop.core.crypto.trust.errors import (
    IdentityMissing,
    KeysReplaced,
    PrivateKeysMissing,
    SignatureRefused,
)
from client_desktop.core.crypto.trust.identity import (
    MASTER,
    SECRET_NAMES,
    SELF_SIGNING,
    USAGES,
    USER_SIGNING,
    Identity,
    PrivateIdentity,
    build_identity,
    generate_identity,
    sign_with,
)
from client_desktop.core.crypto.trust.ports import Authorize, Devices, OwnDevice
from client_desktop.core.crypto.trust.trust import Trust
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object
from client_desktop.core.store import Store
from client_desktop.core.store.devices import upsert_device
from client_desktop.core.store.olm import durable_transaction

log = logging.getLogger(__name__)

UPLOAD_KEYS: Final = "/_matrix/client/v3/keys/device_signing/upload"
UPLOAD_SIGNATURES: Final = "/_matrix/client/v3/keys/signatures/upload"
_PENDING: Final = "pending:"


class OwnIdentity:
    """The private keys that are here, and what they do."""

    def __init__(
        self, api: Api, store: Store, trust: Trust, secrets: LocalSecrets, me: OwnDevice, devices: Devices
    ) -> None:
        self._api = api
        self._store = store
        self._trust = trust
        self._secrets = secrets
        self._me = me
        self._devices = devices
        self._creating = asyncio.Lock()

    def private_key(self, usage: str) -> SigningKey | None:
        """Return a private key that belongs to the identity as it is now; None where it is not here."""
        identity = self._trust.own_identity
        public = None if identity is None else identity.public.get(usage)
        seed = self._secrets.get(SECRET_NAMES[usage])
        key = None if seed is None else SigningKey(decode_base64(seed))
        return key if key is not None and key.public_key == public else None

    @property
    def private_keys_here(self) -> bool:
        return all(self.private_key(usage) is not None for usage in USAGES)

    @property
    def device_verified(self) -> bool:
        """This device is signed by the account's identity, which we know is ours."""
        device = self._devices.device(self._me.user_id, self._me.device_id)
        return device is not None and self._trust.device_verified(device)

    def secrets(self) -> dict[str, str]:
        """Return the private keys that are here, as secret storage holds them."""
        keys = {usage: self.private_key(usage) for usage in USAGES}
        return {
            SECRET_NAMES[usage]: encode_base64(key.seed) for usage, key in keys.items() if key is not None
        }

    async def create(self, authorize: Authorize) -> None:
        """Make a new identity, in place of any before, and sign this device with it.

        The private keys are stored before the public ones are published, so that no crash loses them.

        Raises: ClientError; then the identity before still stands.
        """
        async with self._creating:
            await self._create(authorize)

    @property
    def creation_begun(self) -> bool:
        """Private keys are here that no identity known here has."""
        return self._secrets.get(_PENDING + SECRET_NAMES[MASTER]) is not None

    async def finish_creation(self) -> None:
        """Take over an identity that was published just before this client was stopped."""
        if self._creating.locked():
            return  # it is being made just now
        identity = self._trust.own_identity
        pending = self._secrets.get(_PENDING + SECRET_NAMES[MASTER])
        if pending is None:
            return
        if identity is not None and SigningKey(decode_base64(pending)).public_key == identity.master:
            self._adopt_pending(identity)
            await self.sign_own_device()
        else:
            self._forget_pending()

    async def adopt(self, secrets: Mapping[str, str]) -> None:
        """Take over private keys from secret storage or another device, and sign this device.

        The master key proves that the identity is ours. Without it (it need not be everywhere) the others are
        taken over if the identity is known to be ours already.

        Raises: IdentityMissing; KeysReplaced, when the keys are of another identity; ClientError.
        """
        await self._devices.current([self._me.user_id], even_if_current=True)
        identity = self._trust.own_identity
        if identity is None:
            raise IdentityMissing("the account has no cross-signing keys")
        given = _read_private(secrets)
        fitting = {u: key for u, key in given.items() if key.public_key == identity.public.get(u)}
        if fitting.keys() != given.keys() or not fitting:
            raise KeysReplaced("the private keys are of another identity")
        if MASTER not in fitting and not self._trust.own_verified:
            raise PrivateKeysMissing("the master key is missing")
        with durable_transaction(self._store) as db:
            for usage in fitting:
                self._secrets.put(db, SECRET_NAMES[usage], encode_base64(fitting[usage].seed))
            self._trust.mark_own_verified(db, identity)
        self._trust.publish(self._me.user_id)
        if SELF_SIGNING in fitting:
            await self.sign_own_device()

    def trust_identity(self, master: str) -> None:
        """A verified device of ours has shown that this master key is the account's.

        Raises: KeysReplaced, when it is not the one that the server gives.
        """
        identity = self._trust.own_identity
        if identity is None or identity.master != master:
            raise KeysReplaced("the account's master key is another")
        with self._store.transaction() as db:
            self._trust.mark_own_verified(db, identity)
        self._trust.publish(self._me.user_id)

    async def sign_own_device(self) -> None:
        """Sign this device.

        Raises: PrivateKeysMissing, ClientError.
        """
        device = self._devices.device(self._me.user_id, self._me.device_id)
        signed = self._me.device_keys() if device is None else device.signed
        await self._sign_device(self._me.device_id, signed, device)

    async def sign_device(self, device: Device) -> None:
        """Sign another device of ours, which was verified.

        Raises: PrivateKeysMissing, ClientError.
        """
        await self._sign_device(device.device_id, device.signed, device)

    async def sign_user(self, user_id: str, master: str) -> None:
        """Sign somebody's master key, which was verified.

        Raises: IdentityMissing; KeysReplaced, when it is another now; PrivateKeysMissing, ClientError.
        """
        identity = self._trust.identity(user_id)
        if identity is None:
            raise IdentityMissing(f"{user_id} has no cross-signing keys")
        if identity.master != master:
            raise KeysReplaced(f"{user_id} has another master key")
        key = self._key(USER_SIGNING)
        signed = sign_with(key, self._me.user_id, _unsigned(identity.keys[MASTER]))
        await self._upload_signature(user_id, master, signed)
        with self._store.transaction() as db:
            with_ours = sign_with(key, self._me.user_id, identity.keys[MASTER])
            self._trust.mark_user_verified(db, replace(identity, keys={**identity.keys, MASTER: with_ours}))
        self._trust.publish(user_id)

    def mark_device(self, device: Device) -> None:
        """Remember a device as verified by itself, where there is no identity to sign it with or to sign."""
        with self._store.transaction() as db:
            self._trust.mark_device_verified(db, device)
        self._trust.publish(device.user_id)

    def sign_as_master(self, value: ReadonlyJsonObject) -> JsonObject:
        """Sign something of the account's, such as its backup, with the master key where that is here."""
        master = self.private_key(MASTER)
        return dict(value) if master is None else sign_with(master, self._me.user_id, value)

    def forget(self) -> None:
        """Remove the private keys from this device."""
        with durable_transaction(self._store) as db:
            for usage in USAGES:
                self._secrets.remove(db, SECRET_NAMES[usage])

    async def _create(self, authorize: Authorize) -> None:
        private = generate_identity()
        identity = build_identity(self._me.user_id, private)
        identity = self._with_device_signature(identity)
        with durable_transaction(self._store) as db:
            for usage in USAGES:
                self._secrets.put(db, _PENDING + SECRET_NAMES[usage], _seed(private, usage))
        body = {f"{usage}_key": identity.keys[usage] for usage in USAGES}

        async def upload(auth: JsonObject | None) -> JsonObject:
            return await self._api.post(UPLOAD_KEYS, body if auth is None else {**body, "auth": auth})

        await authorize(upload)
        self._adopt_pending(identity)
        await self.sign_own_device()

    async def _sign_device(self, device_id: str, signed: ReadonlyJsonObject, device: Device | None) -> None:
        key = self._key(SELF_SIGNING)
        ours = sign_with(key, self._me.user_id, _unsigned(signed))
        await self._upload_signature(self._me.user_id, device_id, ours)
        if device is not None:
            with self._store.transaction() as db:
                upsert_device(db, replace(device, signed=sign_with(key, self._me.user_id, signed)))
        self._trust.publish(self._me.user_id)

    async def _upload_signature(self, user_id: str, key_name: str, signed: ReadonlyJsonObject) -> None:
        answer = await self._api.post(UPLOAD_SIGNATURES, {user_id: {key_name: signed}}, retry=True)
        failures = as_object(answer.get("failures"))
        if as_object(failures.get(user_id)):
            raise SignatureRefused(f"the signature of {user_id} {key_name} was refused")

    def _key(self, usage: str) -> SigningKey:
        key = self.private_key(usage)
        if key is None:
            raise PrivateKeysMissing(f"the {usage} key is not on this device")
        return key

    def _with_device_signature(self, identity: Identity) -> Identity:
        """Let this device sign the master key: those who verified the device may follow.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#cross-signing
        """
        key_id = f"ed25519:{self._me.device_id}"
        master = with_signature(identity.keys[MASTER], self._me.user_id, key_id, self._me.sign)
        return replace(identity, keys={**identity.keys, MASTER: master})

    def _adopt_pending(self, identity: Identity) -> None:
        with durable_transaction(self._store) as db:
            for usage in USAGES:
                seed = self._secrets.get(_PENDING + SECRET_NAMES[usage])
                if seed is not None:
                    self._secrets.put(db, SECRET_NAMES[usage], seed)
                    self._secrets.remove(db, _PENDING + SECRET_NAMES[usage])
            self._trust.mark_own_verified(db, identity)
        self._trust.publish(self._me.user_id)

    def _forget_pending(self) -> None:
        with durable_transaction(self._store) as db:
            for usage in USAGES:
                self._secrets.remove(db, _PENDING + SECRET_NAMES[usage])


def _seed(private: PrivateIdentity, usage: str) -> str:
    return encode_base64(private.keys[usage].seed)


def _unsigned(value: ReadonlyJsonObject) -> JsonObject:
    """Return what is signed alone: the server has the other signatures."""
    return {name: member for name, member in value.items() if name not in ("signatures", "unsigned")}


def _read_private(secrets: Mapping[str, str]) -> dict[str, SigningKey]:
    keys = {}
    for usage in USAGES:
        secret = secrets.get(SECRET_NAMES[usage])
        if secret is not None:
            try:
                keys[usage] = SigningKey(decode_base64(secret))
            except CryptoError as error:
                raise KeysReplaced(f"the stored {usage} key is no key") from error
    return keys
