"""Giving somebody who is invited the keys of what was written before, and taking them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#sharing-keys-between-users
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from typing import Final

import orjson

from client_desktop.core.clock import Clock
from client_desktop.core.crypto.attachments import decrypt_attachment, encrypt_attachment
from client_desktop.core.crypto.device_keys import MEGOLM_ALGORITHM
from client_desktop.core.crypto.device_lists import DeviceLists
from client_desktop.core.crypto.errors import AttachmentDamaged
from client_desktop.core.crypto.exported_keys import SHARED_HISTORY_NAMES, ExportedKey, parse_exported_key
from client_desktop.core.crypto.ports import Files, ToDeviceMessage
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.crypto.room_keys import RoomKeys, check_room_id
from client_desktop.core.crypto.room_settings import RoomSettings
from client_desktop.core.crypto.to_device import ToDevice
from client_desktop.core.errors import MatrixError, NotAllowed, RateLimited
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_objects, as_text
from client_desktop.core.store import Store
from client_desktop.core.store.megolm import InboundSession, Origin, select_inbound_of_room
from client_desktop.core.store.megolm_requests import (
    Bundle,
    count_bundles_of_sender,
    delete_bundle,
    delete_bundles_before,
    select_due_bundles,
    upsert_accepted_invite,
    upsert_bundle,
    upsert_withheld,
)

log = logging.getLogger(__name__)

BUNDLE: Final = "m.room_key_bundle"
BUNDLE_BEFORE: Final = "io.element.msc4268.room_key_bundle"
"""Its name before it was part of the specification."""
NOT_SHARED: Final = "m.history_not_shared"
FORGOTTEN_MS: Final = 86_400_000
KEPT_MS: Final = 90 * 86_400_000
MAX_BUNDLES_PER_SENDER: Final = 50
MAX_SESSIONS: Final = 20_000
MAX_BUNDLE_BYTES: Final = 50_000_000
AT_ONCE: Final = 5


class HistorySharing:
    """Both sides of a key bundle."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        devices: DeviceLists,
        to_device: ToDevice,
        room_keys: RoomKeys,
        settings: RoomSettings,
    ) -> None:
        self._store = store
        self._clock = clock
        self._devices = devices
        self._to_device = to_device
        self._room_keys = room_keys
        self._settings = settings
        self.files: Files | None = None

    async def share(self, room_id: str, user_id: str) -> int:
        """Send the keys of a room's history to the cross-signed devices of somebody; call it before inviting.

        Returns how many devices got them: 0 where the room's history is not to be shared, too.

        Raises: ClientError.
        """
        encryption = self._settings.of(room_id)
        sessions = select_inbound_of_room(self._store.db, room_id)[-MAX_SESSIONS:]
        if self.files is None or encryption is None or not encryption.shared_history or not sessions:
            return 0
        listed = await self._devices.current([user_id], even_if_current=True)
        trust = self._devices.trust
        devices = [d for d in listed[user_id] if trust.device_cross_signed(d) and not d.blocked]
        if not devices:
            return 0
        encrypted, file = encrypt_attachment(orjson.dumps(self._bundle(sessions)))
        content = {"room_id": room_id, "file": {**file, "url": await self.files.upload(encrypted)}}
        missing = await self._to_device.send_encrypted(devices, BUNDLE, lambda _: content)
        return len(devices) - len(missing)

    def note_accepted_invite(self, room_id: str, inviter: str) -> None:
        """Note whose invite was accepted: the history they sent, or send soon, is downloaded."""
        with self._store.transaction() as db:
            upsert_accepted_invite(db, room_id, inviter, self._clock.now_ms())

    def store_bundle(self, db: sqlite3.Connection, message: ToDeviceMessage) -> None:
        """Note where history is that somebody shares; it is downloaded when their invite is accepted.

        Raises: CryptoError.
        Spec: https://spec.matrix.org/v1.19/client-server-api/#receiving-a-key-bundle-event
        """
        file = as_object(message.content.get("file"))
        if message.device is None or not message.with_device_keys:
            raise CryptoError("a key bundle of an unknown device")
        if not as_text(file.get("url")).startswith("mxc://"):
            raise CryptoError("a key bundle without a file")
        if count_bundles_of_sender(db, message.sender) >= MAX_BUNDLES_PER_SENDER:
            raise CryptoError("too many key bundles of one user")
        room_id = check_room_id(message.content.get("room_id"))
        stored = {"file": file, "curve25519": message.sender_key, "ed25519": message.claimed_ed25519}
        upsert_bundle(db, room_id, message.sender, stored, self._clock.now_ms())

    async def import_due(self) -> None:
        """Download and import the history of invites that were accepted.

        Raises: ClientError, where the network is in the way; it is tried again the next time.
        """
        now_ms = self._clock.now_ms()
        due = select_due_bundles(self._store.db, now_ms - FORGOTTEN_MS, AT_ONCE)
        for bundle in due:
            try:
                await self._import(bundle)
            except RateLimited:
                raise
            except (AttachmentDamaged, CryptoError, MatrixError, NotAllowed) as error:
                log.info("history of %s could not be imported: %s", bundle.room_id, error)
            with self._store.transaction() as db:
                delete_bundle(db, bundle.room_id, bundle.sender)
        if due:
            with self._store.transaction() as db:
                delete_bundles_before(db, now_ms - KEPT_MS)

    def _bundle(self, sessions: Iterable[InboundSession]) -> JsonObject:
        keys: list[JsonObject] = []
        withheld: list[JsonObject] = []
        for info in sessions:
            if info.shared_history:
                keys.append(_without_sharing_flags(self._room_keys.export(info)))
            else:
                withheld.append(
                    {
                        "algorithm": MEGOLM_ALGORITHM,
                        "room_id": info.room_id,
                        "session_id": info.session_id,
                        "sender_key": info.sender_key,
                        "code": NOT_SHARED,
                        "reason": "The sender did not share this history.",
                    }
                )
        return {"room_keys": keys, "withheld": withheld}

    async def _import(self, bundle: Bundle) -> None:
        if self.files is None:
            return
        by_keys = (as_text(bundle.file.get("curve25519")), as_text(bundle.file.get("ed25519")))
        await self._devices.current([bundle.sender])
        device = self._devices.by_keys(bundle.sender, *by_keys)
        if device is None or not self._devices.trust.device_cross_signed(device):
            raise CryptoError("a key bundle of a device that its owner did not sign")
        file = as_object(bundle.file.get("file"))
        data = await self.files.download(as_text(file.get("url")), MAX_BUNDLE_BYTES)
        content = _parse(decrypt_attachment(data, file))
        keys = list(_keys_of_room(content, bundle.room_id))
        count = await self._room_keys.import_many(keys, Origin.BUNDLE, brought_by=bundle.sender)
        self._store_withheld(content, bundle.room_id)
        log.info("%d room keys of shared history were imported", count)

    def _store_withheld(self, content: JsonObject, room_id: str) -> None:
        with self._store.transaction() as db:
            for entry in as_objects(content.get("withheld"))[:MAX_SESSIONS]:
                session_id = as_text(entry.get("session_id"), limit=128)
                if entry.get("room_id") == room_id and session_id:
                    upsert_withheld(db, room_id, session_id, "", NOT_SHARED, "")


def _without_sharing_flags(key: ExportedKey) -> JsonObject:
    left_out = (*SHARED_HISTORY_NAMES, "forwarding_curve25519_key_chain")
    return {name: value for name, value in key.to_json().items() if name not in left_out}


def _parse(data: bytes) -> JsonObject:
    try:
        return as_object(orjson.loads(data))
    except orjson.JSONDecodeError as error:
        raise CryptoError("a key bundle that is no JSON") from error


def _keys_of_room(content: JsonObject, room_id: str) -> Iterable[ExportedKey]:
    for value in as_objects(content.get("room_keys"))[:MAX_SESSIONS]:
        try:
            key = parse_exported_key(value)
        except CryptoError:
            continue
        if key.room_id == room_id:
            yield key
