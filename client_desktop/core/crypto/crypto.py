"""End-to-end encryption of one account: the facade that everybody else uses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from client_desktop.core.api import Api
from client_desktop.core.changes import Change, Changes, MembersChanged
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.decryption import Decryption
from client_desktop.core.crypto.device_lists import DeviceLists
from client_desktop.core.crypto.group_sessions import GroupSessions
from client_desktop.core.crypto.history_sharing import BUNDLE, BUNDLE_BEFORE, HistorySharing
from client_desktop.core.crypto.key_export import read_key_file, write_key_file
from client_desktop.core.crypto.key_requests import FORWARDED, REQUEST, KeyRequests
from client_desktop.core.crypto.keys_upkeep import KeysUpkeep
from client_desktop.core.crypto.olm import OlmSessions
from client_desktop.core.crypto.ports import (
    Files,
    MissingKeyListener,
    Rooms,
    ToDeviceHandler,
    ToDeviceMessages,
    Trust,
)
from client_desktop.core.crypto.room_keys import RoomKeys
from client_desktop.core.crypto.room_settings import RoomSettings, SendTo
from client_desktop.core.crypto.shields import CLEAR_TYPES, NONE, shield_of_clear, shield_of_key
from client_desktop.core.crypto.to_device import ENCRYPTED, ToDevice
from client_desktop.core.crypto.withheld import WITHHELD, Withheld
from client_desktop.core.errors import ClientError
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_object
from client_desktop.core.store import Store
from client_desktop.core.store.facts import select_fact, upsert_fact
from client_desktop.core.store.megolm import Origin, iterate_inbound, select_inbound, select_outbound
from client_desktop.core.values import Shield

log = logging.getLogger(__name__)

SEND_TO = "crypto.send_to"
LEAVING = ("leave", "ban")
CLOCKS_DIFFER_MS = 3_600_000


class Crypto:
    """Encryption of one account on one device.

    The parts are public for those who build on them: `account`, `devices`, `olm`, `to_device`, `room_keys`,
    `group_sessions`, `settings`, `key_requests`, `history`.
    """

    def __init__(
        self,
        account: OlmAccount,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        rooms: Rooms,
        trust: Trust,
        pickle_key: bytes,
    ) -> None:
        self.account = account
        self.pickle_key = pickle_key
        self._store = store
        self._rooms = rooms
        self._missing_key_listeners: list[MissingKeyListener] = []
        self.settings = RoomSettings(store, rooms)
        self.upkeep = KeysUpkeep(account, api, store, clock)
        self.devices = DeviceLists(account, api, store, changes, clock, trust)
        self.olm = OlmSessions(account, api, store, clock, pickle_key)
        self.to_device = ToDevice(account, api, store, self.devices, self.olm)
        self.room_keys = RoomKeys(account, store, changes, clock, pickle_key)
        self.group_sessions = GroupSessions(
            account,
            store,
            clock,
            pickle_key,
            rooms,
            self.settings,
            self.devices,
            self.to_device,
            self.room_keys,
        )
        self.key_requests = KeyRequests(account, store, clock, self.devices, self.to_device, self.room_keys)
        self.history = HistorySharing(
            store, clock, self.devices, self.to_device, self.room_keys, self.settings
        )
        self._decryption = Decryption(
            account, store, self.room_keys, self.devices, self.settings, self._note_missing
        )
        self._withheld = Withheld(account.user_id, changes, self._repair_channel)
        self._register()
        if send_to := select_fact(store.db, SEND_TO):
            self.settings.send_to = SendTo(send_to)
        self._stop_listening = changes.listen(MembersChanged, self._members_changed)

    @classmethod
    def open(
        cls,
        user_id: str,
        device_id: str,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        rooms: Rooms,
        pickle_key: bytes,
        trust: Trust,
    ) -> Crypto:
        """Open the encryption of a device, making its keys where it has none.

        `pickle_key` is 32 bytes out of the secret store.

        Raises: StoreDamaged.
        """
        account = OlmAccount.open(store, pickle_key, user_id, device_id)
        return cls(account, api, store, changes, clock, rooms, trust, pickle_key)

    def close(self) -> None:
        """Hear of nothing any more."""
        self._stop_listening()
        self.devices.close()

    @property
    def files(self) -> Files | None:
        """How shared history is uploaded and downloaded; without it none is shared."""
        return self.history.files

    @files.setter
    def files(self, files: Files) -> None:
        self.history.files = files

    async def receive_sync(
        self,
        to_device: Sequence[ReadonlyJsonObject],
        device_lists: Mapping[str, Sequence[str]],
        otk_counts: Mapping[str, int] | None,
        fallback_types: Sequence[str] | None,
    ) -> None:
        """Take what a sync says of devices, and its to-device messages; all of it is stored on return.

        Called again with the same after a crash it changes nothing.
        """
        self.devices.receive(device_lists.get("changed", ()), device_lists.get("left", ()))
        self.upkeep.note_counts(otk_counts, fallback_types)
        try:
            await self.to_device.receive(to_device)
        except BaseException:
            self.room_keys.forget_cached()
            raise
        finally:  # what came before a failure is stored, and of what is not nobody finds more than before
            self.room_keys.publish_new()

    async def decrypt_events(self, room_id: str, events: Sequence[ReadonlyJsonObject]) -> list[ClearEvent]:
        """Give one event for each, in the same order; those that are not encrypted as they are."""
        for event in events:
            if event.get("type") == "m.room.member":
                self._note_member_event(room_id, event)
            if event.get("type") == "m.room.encryption" and event.get("state_key") == "":
                self.settings.note_encryption(room_id, as_object(event.get("content")))
        return await self._decryption.decrypt_all(room_id, events)

    async def after_sync(self) -> None:
        """Do what needs the network, each part whether or not another fails: all is tried again later.

        Raises: ClientError, the first of them.
        """
        errors = []
        for work in (
            self.upkeep.upload,
            self.devices.refresh,
            self.to_device.repair,
            self.key_requests.work,
            self.history.import_due,
        ):
            try:
                await work()
            except ClientError as error:
                errors.append(error)
        if self.devices.own_device_missing:
            self.upkeep.forget_device_keys()
            self.devices.own_device_missing = False
        self.olm.forget_old_messages()
        if errors:
            raise errors[0]

    def is_encrypted(self, room_id: str) -> bool:
        """Tell whether a room is encrypted, or was once."""
        return self.settings.is_encrypted(room_id)

    async def encrypt(
        self, room_id: str, event_type: str, content: ReadonlyJsonObject
    ) -> tuple[str, ReadonlyJsonObject]:
        """Encrypt an event, having sent its key to everybody who may read it; return (type, content) to send.

        What nobody encrypts, reactions and redactions, comes back as it is.

        Raises: NotEncrypted; IdentityChanged, whose users must be looked at first; ClientError.
        """
        if event_type in CLEAR_TYPES:
            return event_type, content
        return ENCRYPTED, await self.group_sessions.encrypt(room_id, event_type, content)

    async def prepare_room(self, room_id: str) -> None:
        """Share keys while the user still writes; what is in the way shows when the message is sent."""
        if not self.is_encrypted(room_id):
            return
        try:
            await self.group_sessions.prepare(room_id)
        except ClientError as error:
            log.info("keys of %s could not be shared ahead: %s", room_id, error)

    def shield(self, room_id: str, event: ClearEvent) -> Shield:
        """Tell what an event's encryption is worth, as things stand now; without a shield in clear rooms."""
        if event.session is not None:
            key = select_inbound(self._store.db, room_id, event.session.session_id)
            return event.session.shield if key is None else shield_of_key(event.sender, key, self.devices)
        if event.encrypted or not self.is_encrypted(room_id):
            return NONE
        return shield_of_clear(event)

    def on_to_device(self, event_type: str, handler: ToDeviceHandler) -> None:
        """Call `handler` with every to-device message of a type."""
        self.to_device.on(event_type, handler)

    async def send_to_device(
        self, event_type: str, messages: ToDeviceMessages, encrypted: bool = False
    ) -> None:
        """Send to devices, by user id and device id; `*` is all devices of the user.

        Raises: ClientError.
        """
        await self.to_device.send(event_type, messages, encrypted=encrypted)

    def on_missing_key(self, listener: MissingKeyListener) -> Callable[[], None]:
        """Call `listener` with room id and session id of keys that are missed; return what ends it."""
        self._missing_key_listeners.append(listener)
        return lambda: self._missing_key_listeners.remove(listener)

    def sync_restarted(self) -> None:
        """Hear that syncing began anew, without the token before: no device list is sure any more."""
        self.devices.mark_all_outdated()

    def set_send_to(self, send_to: SendTo) -> None:
        """Choose who may read what is written, in all rooms; for one see `settings.set_recipients`."""
        with self._store.transaction() as db:
            upsert_fact(db, SEND_TO, send_to)
        self.settings.send_to = send_to

    async def export_keys(self, passphrase: str) -> str:
        """Write every room key into the text of a key file."""
        sessions = list(iterate_inbound(self._store.db))
        return await asyncio.to_thread(
            lambda: write_key_file(map(self.room_keys.export, sessions), passphrase)
        )

    async def import_keys(self, text: str, passphrase: str) -> tuple[int, int]:
        """Read a key file; return how many keys were new or better, and how many there were.

        Raises: BadKeyFile, WrongPassphrase.
        """
        keys, total = await asyncio.to_thread(read_key_file, text, passphrase)
        return await self.room_keys.import_many(keys, Origin.IMPORT), total

    async def share_history(self, room_id: str, user_id: str) -> int:
        """Send the keys of what may be shared to somebody about to be invited; return to how many devices.

        Raises: ClientError.
        """
        return await self.history.share(room_id, user_id)

    def accepted_invite(self, room_id: str, inviter: str) -> None:
        """Hear that the user joined a room that `inviter` invited them to."""
        self.history.note_accepted_invite(room_id, inviter)

    def _register(self) -> None:
        store_with = self.to_device.store_with
        store_with("m.room_key", self.room_keys.store_received)
        store_with(FORWARDED, self.key_requests.store_forwarded)
        store_with(REQUEST, self.key_requests.store_request)
        store_with(WITHHELD, self._withheld.store)
        store_with(BUNDLE, self.history.store_bundle)
        store_with(BUNDLE_BEFORE, self.history.store_bundle)
        self.to_device.on(WITHHELD, self._withheld.hear)

    def _note_missing(self, room_id: str, session_id: str, sender: str) -> None:
        self.key_requests.want(room_id, session_id)
        for listener in tuple(self._missing_key_listeners):
            listener(room_id, session_id)

    def _repair_channel(self, sender_key: str, user_id: str) -> None:
        """Make a new Olm session with a device that says it has none with us, if it is one that we know."""
        if self.devices.by_keys(user_id, sender_key) is not None:
            self.olm.note_broken(sender_key, user_id)

    def _members_changed(self, change: Change) -> None:
        if not isinstance(change, MembersChanged) or change.account != self.account.user_id:
            return
        for user_id in change.user_ids:
            content = self._rooms.state(change.room_id, "m.room.member", user_id) or {}
            if content.get("membership") in LEAVING:
                self._discard_session(change.room_id)
        if change.returned:
            self._discard_session(change.room_id)

    def _note_member_event(self, room_id: str, event: ReadonlyJsonObject) -> None:
        """Notice who left, also if they are back by now; what history shows of long ago does not matter."""
        session = select_outbound(self._store.db, room_id)
        if as_object(event.get("content")).get("membership") not in LEAVING or session is None:
            return
        if as_int(event.get("origin_server_ts")) >= session.created_ms - CLOCKS_DIFFER_MS:
            self._discard_session(room_id)

    def _discard_session(self, room_id: str) -> None:
        """Write on with another session: somebody who left has this one, through shared history perhaps."""
        session = select_outbound(self._store.db, room_id)
        if session is not None and not session.discarded:
            self.group_sessions.discard(room_id)
