"""Setting up encryption, getting it back on a new device, and beginning anew: identity, storage and backup at
once, so that none of them is left without the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from client_desktop.core.accounts.qr.bundle import bundle_of_secrets, secrets_of_bundle
from client_desktop.core.changes import (
    AccountDataChanged,
    Change,
    Changes,
    DevicesChanged,
    EncryptionStateChanged,
)
from client_desktop.core.crypto.backup.backup import Backup
from client_desktop.core.crypto.backup.restore import BackupRestore, Restored
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.crypto.secrets.errors import NoSecretStorage, SecretMissing
from client_desktop.core.crypto.secrets.local_secrets import BACKUP_KEY
from client_desktop.core.crypto.secrets.sharing import SecretSharing
from client_desktop.core.crypto.secrets.storage import DEFAULT_KEY, OpenStorage, SecretStorage
from client_desktop.core.crypto.trust.errors import IdentityMissing, KeysReplaced, PrivateKeysMissing
from client_desktop.core.crypto.trust.identity import SECRET_NAMES
from client_desktop.core.crypto.trust.own_identity import OwnIdentity
from client_desktop.core.crypto.trust.ports import Authorize, Devices
from client_desktop.core.crypto.trust.trust import Trust
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.account_data import select_account_data
from client_desktop.core.values import EncryptionState, UserTrust

log = logging.getLogger(__name__)

SHARED: Final = (*SECRET_NAMES.values(), BACKUP_KEY)
"""What secret storage holds, and what devices hand each other."""


class Recovery:
    """What the user does about encryption as a whole."""

    def __init__(
        self,
        store: Store,
        changes: Changes,
        user_id: str,
        devices: Devices,
        trust: Trust,
        identity: OwnIdentity,
        storage: SecretStorage,
        backup: Backup,
        restore: BackupRestore,
        sharing: SecretSharing,
    ) -> None:
        self._store = store
        self._changes = changes
        self._user_id = user_id
        self._devices = devices
        self._trust = trust
        self._identity = identity
        self._storage = storage
        self._backup = backup
        self._restore = restore
        self._sharing = sharing
        self._told: EncryptionState | None = None
        self._stops = [changes.listen(kind, self._hear) for kind in (DevicesChanged, AccountDataChanged)]
        self._available = True

    def state(self) -> EncryptionState:
        """Tell where the account stands, from what is known here."""
        current, active = self._backup.current, self._backup.active
        version = current.version if current is not None else active.version if active is not None else None
        return EncryptionState(
            available=self._available,
            identity_exists=self._trust.own_identity is not None,
            device_verified=self._identity.device_verified,
            private_keys_here=self._identity.private_keys_here,
            storage_exists=bool((select_account_data(self._store.db, "", DEFAULT_KEY) or {}).get("key")),
            backup_version=version,
            backup_trusted=self._backup.trusted or active is not None,
            backup_active=active is not None,
            keys_waiting=self._backup.keys_waiting,
        )

    async def start(self) -> None:
        """Ask how things stand, and finish what was begun; call it once the first sync is done.

        Raises: ClientError; it may be called again.
        """
        # Sync may not yet have told of an identity that was published just before this client was stopped.
        await self._devices.current([self._user_id], even_if_current=self._identity.creation_begun)
        await self._identity.finish_creation()
        await self._backup.check()
        self.tell()

    def close(self) -> None:
        for stop in self._stops:
            stop()
        self._stops.clear()

    async def set_up(self, authorize: Authorize, passphrase: str = "") -> str:
        """Make an identity, a storage for its secrets, and a backup; return the recovery key.

        An identity whose private keys are here is kept, and so is a backup that we can read. The user must
        write the recovery key down: it is shown this once.

        Raises: PrivateKeysMissing, when the account has an identity already that this device cannot use;
        Cancelled; ClientError.
        """
        await self._devices.current([self._user_id], even_if_current=True)
        if self._trust.own_identity is None:
            await self._create_identity(authorize)
        elif not self._identity.private_keys_here:
            raise PrivateKeysMissing("the account has an identity: recover or reset it")
        await self._backup.check()
        if self._backup.private_key() is None:
            await self._backup.create()
        await self._backup.sign()
        return await self._make_storage(passphrase)

    async def change_recovery_key(self, passphrase: str = "") -> str:
        """Make a new recovery key; the one before opens nothing any more. Return the new one.

        Raises: PrivateKeysMissing, ClientError.
        """
        if not self._identity.private_keys_here:
            raise PrivateKeysMissing("the private keys are not on this device")
        return await self._make_storage(passphrase)

    async def recover(self, typed: str) -> None:
        """Open the storage with the recovery key or passphrase and verify this device by what is in it.

        The keys in the backup can then be restored: by `restore_backup`, or one by one as messages want them.

        Raises: WrongRecoveryKey, NoSecretStorage, SecretMissing, KeysReplaced, ClientError.
        """
        storage = await self._storage.open(typed)
        found = {name: await storage.get(name) for name in SECRET_NAMES.values()}
        secrets = {name: secret for name, secret in found.items() if secret is not None}
        if not secrets:
            raise SecretMissing("the storage holds no private keys")
        await self._identity.adopt(secrets)
        await self._adopt_backup(storage)
        self.tell()

    def bundle(self) -> JsonObject:
        """Return what makes a device that is let in one of the account's; empty where it is not all here."""
        return bundle_of_secrets(self.give, self._backup.readable_version)

    async def adopt_bundle(self, bundle: ReadonlyJsonObject) -> bool:
        """Verify this device by what the one that let it in handed over; tell whether that was possible.

        Raises: KeysReplaced, when the secrets are of another identity; IdentityMissing, ClientError.
        """
        secrets = secrets_of_bundle(bundle)
        backup_key = secrets.pop(BACKUP_KEY, None)
        if not secrets:
            return False
        await self._identity.adopt(secrets)
        if backup_key is None or not await self._backup.accept_key(backup_key):
            await self._backup.check()
        await self._backup.sign()
        self.tell()
        return True

    async def restore_backup(
        self, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> Restored:
        """Import every key of the backup.

        Raises: NoBackup, BackupKeyMissing, ClientError.
        """
        return await self._restore.restore_all(progress)

    async def reset(self, authorize: Authorize, passphrase: str = "") -> str:
        """Begin anew: another identity, another storage, another backup; return its recovery key.

        What only the old backup held is lost; what is on this device goes into the new one. People who
        verified this account see that it has changed.

        Raises: Cancelled, ClientError.
        """
        await self._create_identity(authorize)
        current = self._backup.current
        await self._backup.create()
        if current is not None:
            await self._backup.discard(current.version)
        return await self._make_storage(passphrase)

    async def passphrase_possible(self) -> bool:
        """Tell whether the storage opens with a passphrase as well as with the recovery key.

        Raises: ClientError.
        """
        try:
            return await self._storage.opens_with_passphrase()
        except NoSecretStorage:
            return False

    async def ask_other_devices(self) -> None:
        """Ask the account's other verified devices for the secrets that are not here.

        Raises: ClientError.
        """
        missing = [name for name in SHARED if self.give(name) is None]
        if self._identity.device_verified and self._identity.private_key("master") is not None:
            missing = [name for name in missing if name != SECRET_NAMES["master"]]
        if missing:
            await self._sharing.request(missing)

    def give(self, name: str) -> str | None:
        """Return a secret that another verified device may have."""
        if name == BACKUP_KEY:
            return self._backup.secret()
        return self._identity.secrets().get(name)

    async def take(self, name: str, secret: str) -> bool:
        """Take a secret that another verified device sent; tell whether it is the right one."""
        try:
            if name == BACKUP_KEY:
                return await self._backup.accept_key(secret)
            await self._identity.adopt({name: secret})
        except (KeysReplaced, IdentityMissing, PrivateKeysMissing, CryptoError) as error:
            log.warning("the secret %s that came is not the right one: %s", name, error)
            return False
        self.tell()
        return True

    def tell(self) -> None:
        """Tell that the state is another, if it is."""
        state = self.state()
        if state != self._told:
            self._told = state
            self._changes.publish(EncryptionStateChanged(self._user_id))

    async def _create_identity(self, authorize: Authorize) -> None:
        try:
            await self._identity.create(authorize)
        except MatrixError as error:
            self._available = error.status != 404
            raise

    async def _make_storage(self, passphrase: str) -> str:
        secrets = self._identity.secrets()
        backup_key = self._backup.secret()
        if backup_key is not None:
            secrets[BACKUP_KEY] = backup_key
        new = await self._storage.make(passphrase)
        await self._storage.establish(new, secrets)
        self.tell()
        return new.recovery_key

    async def _adopt_backup(self, storage: OpenStorage) -> None:
        """Take the backup's key out of the storage; a storage without it, or with an old one, is no error."""
        try:
            secret = await storage.get(BACKUP_KEY)
        except SecretMissing as error:
            log.warning("the backup's key in the storage cannot be used: %s", error)
            secret = None
        if secret is None or not await self._backup.accept_key(secret):
            await self._backup.check()
        await self._backup.sign()

    def _hear(self, change: Change) -> None:
        of_devices = isinstance(change, DevicesChanged) and self._user_id in change.user_ids
        of_storage = isinstance(change, AccountDataChanged) and DEFAULT_KEY in change.types
        if change.account == self._user_id and (of_devices or of_storage):
            self.tell()

    @property
    def identity_changed(self) -> bool:
        """The account has another identity than this device knew: somebody reset it, or somebody lies."""
        return self._trust.user_trust(self._user_id) is UserTrust.CHANGED
