"""Encryption of an account as clients use it: the machine of `crypto.py` with identities, secret storage,
backup and verifications on top.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from client_desktop.core.accounts.interactive_auth import with_interactive_auth
from client_desktop.core.accounts.stages import InteractivePrompt
from client_desktop.core.api import Api
from client_desktop.core.changes import Change, Changes, DevicesChanged, EncryptionStateChanged
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.backup.backup import Backup
from client_desktop.core.crypto.backup.restore import BackupRestore, Restored
from client_desktop.core.crypto.backup.server import BackupServer
from client_desktop.core.crypto.backup.upload import BackupUpload
from client_desktop.core.crypto.crypto import Crypto
from client_desktop.core.crypto.device_keys import Device
from client_desktop.core.crypto.ports import Rooms
from client_desktop.core.crypto.secrets.account_data import AccountData
from client_desktop.core.crypto.secrets.local_secrets import LocalSecrets
from client_desktop.core.crypto.secrets.sharing import SecretSharing
from client_desktop.core.crypto.secrets.storage import SecretStorage
from client_desktop.core.crypto.trust.own_identity import OwnIdentity
from client_desktop.core.crypto.trust.ports import Authorize
from client_desktop.core.crypto.trust.recovery import Recovery
from client_desktop.core.crypto.trust.trust import Trust
from client_desktop.core.crypto.verification.keys import VerificationKeys
from client_desktop.core.crypto.verification.room_messages import RoomVerificationMessages
from client_desktop.core.crypto.verification.verifications import Verifications
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.megolm import InboundSession
from client_desktop.core.values import DeviceSummary, EncryptionState, UserTrust


class AccountCrypto(Crypto):
    """What `client.crypto` is.

    The parts are public for those who need more than the methods here: `trust`, `identity`, `secrets`,
    `sharing`, `backup`, `backup_upload`, `backup_restore`, `recovery`, `verifications`.
    """

    def __init__(
        self,
        account: OlmAccount,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        rooms: Rooms,
        direct_room: Callable[[str], Awaitable[str]],
        pickle_key: bytes,
    ) -> None:
        """`direct_room` finds or begins the direct chat with a user and gives its id."""
        self.trust = Trust(store, changes, account.user_id)
        super().__init__(account, api, store, changes, clock, rooms, self.trust, pickle_key)
        self._api = api
        data, server = AccountData(api, account.user_id), BackupServer(api)
        local = LocalSecrets(store, pickle_key)
        self.identity = OwnIdentity(api, store, self.trust, local, account, self.devices)
        self.secrets = SecretStorage(data)
        self.backup = Backup(
            server, data, store, changes, local, account, self.devices, self.trust, self.identity
        )
        self.backup_upload = BackupUpload(
            self.backup, server, store, changes, account.user_id, self.room_keys, self._from_verified_device
        )
        self.backup_restore = BackupRestore(self.backup, server, self.room_keys, clock)
        self.sharing = SecretSharing(
            store, clock, account, self.devices, self.trust, self.to_device, self._give, self._take
        )
        self.recovery = Recovery(
            store,
            changes,
            account.user_id,
            self.devices,
            self.trust,
            self.identity,
            self.secrets,
            self.backup,
            self.backup_restore,
            self.sharing,
        )
        self.verifications = Verifications(
            store,
            changes,
            clock,
            account,
            VerificationKeys(account, self.devices, self.trust, self.identity),
            self.to_device,
            RoomVerificationMessages(api, self, direct_room),
            self.upkeep.upload,
            self._other_device_ids,
            self.recovery.ask_other_devices,
        )
        self._asked = False
        self._tell_known = partial(changes.publish, EncryptionStateChanged(account.user_id))
        self._asking = asyncio.Lock()
        self._stop_missing = self.on_missing_key(self.backup_restore.want)
        self._stop_devices = changes.listen(DevicesChanged, self._devices_changed)
        self._device_news = False

    @classmethod
    def open_account(
        cls,
        user_id: str,
        device_id: str,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        rooms: Rooms,
        direct_room: Callable[[str], Awaitable[str]],
        pickle_key: bytes,
    ) -> AccountCrypto:
        """Open the encryption of a device, making its keys where it has none.

        `pickle_key` is 32 bytes out of the secret store.

        Raises: StoreDamaged.
        """
        account = OlmAccount.open(store, pickle_key, user_id, device_id)
        return cls(account, api, store, changes, clock, rooms, direct_room, pickle_key)

    def start(self) -> None:
        """Begin what goes on beside syncing: timeouts of verifications, the backup's two directions."""
        self.verifications.start()
        self.backup_upload.start()
        self.backup_restore.start()

    async def stop(self) -> None:
        """End all of it, wait for it, and hear of nothing any more."""
        self._stop_missing()
        self._stop_devices()
        self.recovery.close()
        await self.verifications.close()
        await self.backup_upload.close()
        await self.backup_restore.close()
        self.close()

    async def after_sync(self) -> None:
        """Do what needs the network, as `Crypto` does; the first time also ask how identity and backup stand.

        Raises: ClientError; all is tried again later.
        """
        await super().after_sync()
        await self._ask()
        if self._device_news:
            self._device_news = False
            await self.sharing.answer_waiting()

    def note_room_events(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        """Hear what a sync brought to a room, once it is stored: there may be messages of verifications."""
        self.verifications.note_room_events(room_id, events)

    @property
    def known(self) -> bool:
        """Whether the server has been asked how identity and backup stand; `state` may be old before that."""
        return self._asked

    def state(self) -> EncryptionState:
        """Tell where the account stands, for banners and settings."""
        return self.recovery.state()

    async def set_up(self, prompt: InteractivePrompt, passphrase: str = "") -> str:
        """Make identity, secret storage and backup in one step; return the recovery key, shown this once.

        Raises: PrivateKeysMissing, when there is an identity already that this device cannot use; Cancelled,
        when the user would not prove who they are; ClientError.
        """
        await self.upkeep.upload()
        # Private keys of an identity that was published just before a crash are taken over there.
        await self._ask()
        return await self.recovery.set_up(self._authorize(prompt), passphrase)

    async def recover(self, typed: str) -> None:
        """Verify this device with the recovery key or passphrase, and take over the backup.

        Raises: WrongRecoveryKey, NoSecretStorage, SecretMissing, KeysReplaced, ClientError.
        """
        await self.upkeep.upload()
        await self.recovery.recover(typed)

    def bundle(self) -> JsonObject:
        """Return the secrets for a device that is let in; empty where they are not all here."""
        return self.recovery.bundle()

    async def adopt_bundle(self, bundle: ReadonlyJsonObject) -> bool:
        """Verify this device by the secrets of the device that let it in, and take over the backup.

        Raises: KeysReplaced, IdentityMissing, ClientError.
        """
        await self.upkeep.upload()
        return await self.recovery.adopt_bundle(bundle)

    async def restore_backup(self, progress: Callable[[int, int], None] | None = None) -> Restored:
        """Import every key of the backup; `progress(done, total)` is called as it goes.

        Raises: NoBackup, BackupKeyMissing, ClientError.
        """
        return await self.recovery.restore_backup(progress or (lambda done, total: None))

    async def reset(self, prompt: InteractivePrompt, passphrase: str = "") -> str:
        """Begin anew with another identity, storage and backup; return the new recovery key.

        Raises: Cancelled, ClientError.
        """
        await self.upkeep.upload()
        return await self.recovery.reset(self._authorize(prompt), passphrase)

    async def change_recovery_key(self, passphrase: str = "") -> str:
        """Make a new recovery key in place of the one before.

        Raises: PrivateKeysMissing, ClientError.
        """
        return await self.recovery.change_recovery_key(passphrase)

    def user_trust(self, user_id: str) -> UserTrust:
        """Tell how far a user's keys are trusted."""
        return self.trust.user_trust(user_id)

    def acknowledge_identity(self, user_id: str) -> None:
        """The user has seen that somebody has other keys and wants to go on."""
        self.trust.acknowledge(user_id)

    def devices_of(self, user_id: str) -> tuple[DeviceSummary, ...]:
        """Return a user's devices that can encrypt, without asking the server; the own one first."""
        devices = (self._summary(device) for device in self.devices.of_user(user_id))
        return tuple(sorted(devices, key=lambda summary: (not summary.own, summary.device_id)))

    def set_device_blocked(self, user_id: str, device_id: str, blocked: bool) -> None:
        """Send no keys to a device any more, or again."""
        self.devices.set_blocked(user_id, device_id, blocked)

    async def _ask(self) -> None:
        """Ask once how identity and backup stand, and finish what was begun; whoever comes too waits."""
        async with self._asking:
            if not self._asked:
                await self.recovery.start()
                self._asked = True
                self._tell_known()

    def _summary(self, device: Device) -> DeviceSummary:
        return DeviceSummary(
            user_id=device.user_id,
            device_id=device.device_id,
            display_name=device.display_name,
            ed25519_key=device.ed25519,
            verified=self.trust.device_verified(device),
            own=device.ed25519 == self.account.ed25519,
            blocked=device.blocked,
            dehydrated=device.dehydrated,
            last_seen_ip=None,
            last_seen_ms=None,
            inactive=False,
        )

    def _authorize(self, prompt: InteractivePrompt) -> Authorize:
        async def authorize(call: Callable[[JsonObject | None], Awaitable[JsonObject]]) -> JsonObject:
            return await with_interactive_auth(call, prompt, api=self._api, user_id=self.account.user_id)

        return authorize

    def _give(self, name: str) -> str | None:
        return self.recovery.give(name)

    async def _take(self, name: str, secret: str) -> bool:
        return await self.recovery.take(name, secret)

    async def _other_device_ids(self) -> tuple[str, ...]:
        """Find the account's other devices that could answer a verification."""
        listed = await self.devices.current([self.account.user_id])
        return tuple(
            device.device_id
            for device in listed[self.account.user_id]
            if device.ed25519 != self.account.ed25519 and not device.dehydrated
        )

    def _from_verified_device(self, key: InboundSession) -> bool:
        """Tell whether a room key came from a device that is its owner's for certain."""
        if not key.authentic or key.sender is None:
            return False
        device = self.devices.by_keys(key.sender, key.sender_key, key.claimed_ed25519)
        return device is not None and self.trust.device_verified(device)

    def _devices_changed(self, change: Change) -> None:
        if isinstance(change, DevicesChanged) and self.account.user_id in change.user_ids:
            self._device_news = True
