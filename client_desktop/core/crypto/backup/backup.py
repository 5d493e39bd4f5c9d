"""The backup of room keys: which one is used, who may read it, what goes in and comes out.

Keys go only into a backup that is known to be the account's own: its private key is here, or its description
is signed by our identity or by a verified device of ours.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-key-backups
"""

from __future__ import annotations

import logging
from typing import Final

from client_desktop.core.changes import Changes, EncryptionStateChanged
from client_desktop.core.crypto.backup.errors import BackupKeyMissing, NoBackup
from client_desktop.core.crypto.backup.server import BackupServer, BackupVersion
from client_desktop.core.crypto.primitives import (
    KEY_BYTES,
    CryptoError,
    decode_base64,
    encode_base64,
    pk_public_key,
    random_bytes,
)
from client_desktop.core.crypto.secrets.account_data import AccountData
from client_desktop.core.crypto.secrets.local_secrets import BACKUP_KEY, LocalSecrets
from client_desktop.core.crypto.signed_json import is_signed_by, with_signature
from client_desktop.core.crypto.trust.identity import key_id
from client_desktop.core.crypto.trust.own_identity import OwnIdentity
from client_desktop.core.crypto.trust.ports import Devices, OwnDevice
from client_desktop.core.crypto.trust.trust import Trust
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.active_backup import (
    ActiveBackup,
    delete_active_backup,
    select_active_backup,
    upsert_active_backup,
)
from client_desktop.core.store.megolm import count_not_backed_up
from client_desktop.core.store.olm import durable_transaction

log = logging.getLogger(__name__)

PREFERENCE: Final = "m.key_backup"
_PENDING: Final = f"pending:{BACKUP_KEY}"


class Backup:
    """Which backup this device uses."""

    def __init__(
        self,
        server: BackupServer,
        data: AccountData,
        store: Store,
        changes: Changes,
        secrets: LocalSecrets,
        me: OwnDevice,
        devices: Devices,
        trust: Trust,
        identity: OwnIdentity,
    ) -> None:
        self._server = server
        self._data = data
        self._store = store
        self._changes = changes
        self._secrets = secrets
        self._me = me
        self._devices = devices
        self._trust = trust
        self._identity = identity
        self.current: BackupVersion | None = None
        """The newest version, as the server last told; untrusted until `active` names it."""

    @property
    def active(self) -> ActiveBackup | None:
        """The backup that new keys go into."""
        return select_active_backup(self._store.db)

    @property
    def keys_waiting(self) -> int:
        """How many room keys are not in the backup yet."""
        active = self.active
        return 0 if active is None else count_not_backed_up(self._store.db, active.version)

    @property
    def trusted(self) -> bool:
        """The newest version is the account's own."""
        return self.current is not None and self._is_trusted(self.current)

    def private_key(self) -> bytes | None:
        """Return the key that decrypts the newest version, if it is here."""
        newest = self._newest
        public = None if newest is None else newest.public_key
        secret = self._secrets.get(BACKUP_KEY)
        key = None if secret is None else _read_key(secret)
        return key if key is not None and pk_public_key(key) == public else None

    async def check(self) -> None:
        """Ask which version there is, and use it if it is trusted and wanted; else use none.

        Raises: ClientError.
        """
        self.current = await self._server.current()
        self._settle_pending()
        wanted = self.current is not None and (await self._data.get(PREFERENCE)).get("enabled") is not False
        self._use(self.current if wanted and self.trusted else None)

    async def create(self, *, keep_key: bool = False) -> None:
        """Begin a new backup in place of any before; its private key is here, and nowhere else yet.

        `keep_key`: with the private key of an earlier one, if that is here, which the secret storage has.

        Raises: ClientError.
        """
        known = self._secrets.get(BACKUP_KEY) if keep_key else None
        key = (None if known is None else _read_key(known)) or random_bytes(KEY_BYTES)
        public_key = pk_public_key(key)
        auth_data = self._identity.sign_as_master(self._sign_as_device({"public_key": public_key}))
        # Stored before it is published, so that no crash loses it, and beside the one before, which is of use
        # until then.
        with durable_transaction(self._store) as db:
            self._secrets.put(db, _PENDING, encode_base64(key))
        version = await self._server.create(auth_data)
        self.current = BackupVersion(version, public_key, auth_data, 0)
        self._settle_pending()
        await self._data.put(PREFERENCE, {"enabled": True})
        self._use(self.current)

    async def switch_on(self) -> None:
        """Use the backup that there is, or a new one where there is none that we can trust.

        Where this device never had a backup's key, the secret storage has not got the new one either: a new
        recovery key (`Recovery.change_recovery_key`) puts it there.

        Raises: ClientError.
        """
        await self._data.put(PREFERENCE, {"enabled": True})
        await self.check()
        if self.active is None:
            await self.create(keep_key=True)

    async def switch_off(self) -> None:
        """Put no more keys into the backup, from any device; what is in it is deleted.

        Raises: ClientError.
        """
        await self._data.put(PREFERENCE, {"enabled": False})
        current = await self._server.current()
        if current is not None:
            await self._server.delete(current.version)
        await self.check()

    async def discard(self, version: str) -> None:
        """Delete a version that another one has replaced, with the keys in it.

        Raises: ClientError.
        """
        await self._server.delete(version)

    async def accept_key(self, secret: str) -> bool:
        """Take the private key that another device or the secret storage gave; tell whether it is the one.

        Raises: ClientError.
        """
        key = _read_key(secret)
        if self.current is None:
            self.current = await self._server.current()
        if key is None or self.current is None or pk_public_key(key) != self.current.public_key:
            return False
        with durable_transaction(self._store) as db:
            self._secrets.put(db, BACKUP_KEY, encode_base64(key))
        await self.check()
        return True

    def secret(self) -> str | None:
        """Return the private key as secret storage holds it, if it is here."""
        key = self.private_key()
        return None if key is None else encode_base64(key)

    async def sign(self) -> None:
        """Let our identity sign the backup, so that our other devices may trust it without its private key.

        Raises: ClientError.
        """
        version = self.current
        if version is None or not self._is_trusted(version) or self._signed_by_identity(version):
            return
        auth_data = self._identity.sign_as_master(dict(version.auth_data))
        if auth_data != version.auth_data:
            await self._server.update(version, auth_data)
            self.current = BackupVersion(version.version, version.public_key, auth_data, version.count)

    def readable(self) -> tuple[str, bytes]:
        """Return the name of the newest version and the key that decrypts it.

        Raises: NoBackup, BackupKeyMissing.
        """
        newest = self._newest
        if newest is None:
            raise NoBackup("there is no backup")
        key = self.private_key()
        if key is None:
            raise BackupKeyMissing("the backup's key is not on this device")
        return newest.version, key

    @property
    def readable_version(self) -> str | None:
        """The name of the newest version, if the key that decrypts it is here."""
        newest = self._newest
        return newest.version if newest is not None and self.private_key() is not None else None

    @property
    def _newest(self) -> ActiveBackup | None:
        """The newest version as far as we know: before the server was asked, the one that was used last."""
        if self.current is None:
            return self.active
        return ActiveBackup(self.current.version, self.current.public_key)

    def _settle_pending(self) -> None:
        """Keep a new key if its backup was made, forget it if it was not."""
        pending = self._secrets.get(_PENDING)
        if pending is None:
            return
        key, current = _read_key(pending), self.current
        with durable_transaction(self._store) as db:
            if key is not None and current is not None and pk_public_key(key) == current.public_key:
                self._secrets.put(db, BACKUP_KEY, pending)
            self._secrets.remove(db, _PENDING)

    def _use(self, version: BackupVersion | None) -> None:
        """Put new keys into this version from now on, or into none."""
        wanted = None if version is None else ActiveBackup(version.version, version.public_key)
        if wanted != self.active:
            with self._store.transaction() as db:
                if wanted is None:
                    delete_active_backup(db)
                else:
                    upsert_active_backup(db, wanted)
        self._changes.publish(EncryptionStateChanged(self._me.user_id))

    def _is_trusted(self, version: BackupVersion) -> bool:
        secret = self._secrets.get(BACKUP_KEY)
        key = None if secret is None else _read_key(secret)
        if key is not None and pk_public_key(key) == version.public_key:
            return True
        return self._signed_by_identity(version) or self._signed_by_device(version)

    def _signed_by_identity(self, version: BackupVersion) -> bool:
        identity = self._trust.own_identity
        if identity is None or not self._trust.own_verified:
            return False
        return is_signed_by(version.auth_data, self._me.user_id, key_id(identity.master), identity.master)

    def _signed_by_device(self, version: BackupVersion) -> bool:
        return any(
            is_signed_by(version.auth_data, self._me.user_id, device.key_id, device.ed25519)
            for device in self._devices.of_user(self._me.user_id)
            if device.ed25519 == self._me.ed25519 or self._trust.device_verified(device)
        )

    def _sign_as_device(self, value: JsonObject) -> JsonObject:
        return with_signature(value, self._me.user_id, f"ed25519:{self._me.device_id}", self._me.sign)


def _read_key(secret: str) -> bytes | None:
    try:
        key = decode_base64(secret)
        pk_public_key(key)
    except CryptoError:
        return None
    return key
