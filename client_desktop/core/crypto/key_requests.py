"""Room keys between the account's own verified devices: asking for them, and giving them.

Nobody else is asked, answered or believed.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-requests
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from typing import Final

from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import MEGOLM_ALGORITHM, Device
from client_desktop.core.crypto.device_lists import DeviceLists
from client_desktop.core.crypto.exported_keys import SHARED_HISTORY_NAMES, parse_exported_key
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.crypto.room_keys import RoomKeys, check_room_id
from client_desktop.core.crypto.to_device import ToDevice
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.store import Store
from client_desktop.core.store.megolm import InboundSession, Origin, select_inbound
from client_desktop.core.store.megolm_requests import (
    KeyRequest,
    ReceivedRequest,
    count_received,
    count_requests,
    delete_received,
    delete_received_before,
    delete_request,
    delete_requests_before,
    insert_received,
    insert_request,
    select_answered_requests,
    select_received,
    select_request,
    select_unsent_requests,
    update_request_sent,
)

REQUEST: Final = "m.room_key_request"
FORWARDED: Final = "m.forwarded_room_key"
AT_ONCE: Final = 20
MAX_REQUESTS: Final = 1_000
MAX_RECEIVED_PER_DEVICE: Final = 200
MAX_NAME_CHARACTERS: Final = 128
WAIT_MS: Final = 86_400_000
"""How long a request of a device is kept that may yet be verified, and ours may wait for such a device."""


class KeyRequests:
    """Both sides of asking."""

    def __init__(
        self,
        account: OlmAccount,
        store: Store,
        clock: Clock,
        devices: DeviceLists,
        to_device: ToDevice,
        room_keys: RoomKeys,
    ) -> None:
        self._account = account
        self._store = store
        self._clock = clock
        self._devices = devices
        self._to_device = to_device
        self._room_keys = room_keys

    def want(self, room_id: str, session_id: str) -> None:
        """Note that a key is missing; the other devices are asked after the next sync."""
        if select_request(self._store.db, room_id, session_id) is not None:
            return
        if count_requests(self._store.db) >= MAX_REQUESTS:
            return
        with self._store.transaction() as db:
            insert_request(db, room_id, session_id, uuid.uuid4().hex, self._clock.now_ms())

    async def work(self) -> None:
        """Ask, take back what was answered, and answer.

        Raises: ClientError; what is left is done the next time.
        """
        self._forget_old()
        helpers = [device for device in self._own_devices() if self._devices.trust.device_verified(device)]
        if helpers:
            await self._ask(helpers)
            await self._take_back(helpers)
        await self._answer()

    def store_forwarded(self, db: sqlite3.Connection, message: ToDeviceMessage) -> None:
        """Store an `m.forwarded_room_key` that we asked this device for.

        Raises: CryptoError.
        Spec: https://spec.matrix.org/v1.19/client-server-api/#mforwarded_room_key
        """
        device, content = message.device, message.content
        if message.sender != self._account.user_id or device is None:
            raise CryptoError("a room key forwarded by somebody else than an own device")
        listed = self._devices.device(message.sender, device.device_id)
        if listed is None or listed.ed25519 != device.ed25519:
            raise CryptoError("a room key forwarded by a device that was signed out")
        if not self._devices.trust.device_verified(listed):
            raise CryptoError("a room key forwarded by an unverified device")
        request = select_request(db, as_text(content.get("room_id")), as_text(content.get("session_id")))
        if request is None or request.sent_ms == 0:
            raise CryptoError("a room key that nobody asked for")
        claimed = {"ed25519": content.get("sender_claimed_ed25519_key")}
        key = parse_exported_key({**content, "sender_claimed_keys": claimed})
        chain = {"forwarding_curve25519_key_chain": [*key.chain, message.sender_key]}
        key = parse_exported_key({**content, **chain, "sender_claimed_keys": claimed})
        self._room_keys.store_exported(db, key, Origin.FORWARDED)

    def store_request(self, db: sqlite3.Connection, message: ToDeviceMessage) -> None:
        """Note what another device of ours asks for, or asks for no more.

        Raises: CryptoError.
        """
        content = message.content
        device_id = as_text(content.get("requesting_device_id"))
        request_id = as_text(content.get("request_id"))
        if message.sender != self._account.user_id or device_id in ("", self._account.device_id):
            return
        if not 0 < len(request_id) <= MAX_NAME_CHARACTERS or len(device_id) > MAX_NAME_CHARACTERS:
            raise CryptoError("a key request of an impossible name")
        if content.get("action") == "request_cancellation":
            delete_received(db, device_id, request_id)
            return
        body = as_object(content.get("body"))
        session_id = as_text(body.get("session_id"))
        if content.get("action") != "request" or body.get("algorithm") != MEGOLM_ALGORITHM:
            raise CryptoError("a key request for something else")
        if not 0 < len(session_id) <= MAX_NAME_CHARACTERS:
            raise CryptoError("a key request for no session")
        if count_received(db, device_id) < MAX_RECEIVED_PER_DEVICE:
            room_id = check_room_id(body.get("room_id"))
            now_ms = self._clock.now_ms()
            insert_received(db, ReceivedRequest(device_id, request_id, room_id, session_id, now_ms))

    def _own_devices(self) -> list[Device]:
        me = self._account
        return [device for device in self._devices.of_user(me.user_id) if device.device_id != me.device_id]

    def _forget_old(self) -> None:
        before_ms = self._clock.now_ms() - WAIT_MS
        with self._store.transaction() as db:
            delete_requests_before(db, before_ms)
            delete_received_before(db, before_ms)

    async def _ask(self, helpers: Sequence[Device]) -> None:
        for request in select_unsent_requests(self._store.db, AT_ONCE):
            body = {
                "algorithm": MEGOLM_ALGORITHM,
                "room_id": request.room_id,
                "session_id": request.session_id,
            }
            await self._tell(helpers, request, {"action": "request", "body": body})
            with self._store.transaction() as db:
                update_request_sent(db, request.request_id, max(1, self._clock.now_ms()))

    async def _take_back(self, helpers: Sequence[Device]) -> None:
        for request in select_answered_requests(self._store.db, AT_ONCE):
            await self._tell(helpers, request, {"action": "request_cancellation"})
            with self._store.transaction() as db:
                delete_request(db, request.room_id, request.session_id)

    async def _tell(self, helpers: Sequence[Device], request: KeyRequest, content: JsonObject) -> None:
        content |= {"requesting_device_id": self._account.device_id, "request_id": request.request_id}
        by_device = {device.device_id: content for device in helpers}
        await self._to_device.send(REQUEST, {self._account.user_id: by_device})

    async def _answer(self) -> None:
        for request in select_received(self._store.db, MAX_RECEIVED_PER_DEVICE)[:AT_ONCE]:
            device = self._devices.device(self._account.user_id, request.device_id)
            if device is not None and not self._devices.trust.device_verified(device):
                continue
            info = select_inbound(self._store.db, request.room_id, request.session_id)
            if device is not None and info is not None:
                await self._give(device, info)
            with self._store.transaction() as db:
                delete_received(db, request.device_id, request.request_id)

    async def _give(self, device: Device, info: InboundSession) -> None:
        content = self._forwarded(info)
        await self._to_device.send_encrypted([device], FORWARDED, lambda _: content)

    def _forwarded(self, info: InboundSession) -> JsonObject:
        key = self._room_keys.export(info)
        return {
            "algorithm": MEGOLM_ALGORITHM,
            "room_id": key.room_id,
            "session_id": key.session_id,
            "session_key": key.session_key,
            "sender_key": key.sender_key,
            "sender_claimed_ed25519_key": key.claimed_ed25519,
            "forwarding_curve25519_key_chain": list(key.chain),
            **dict.fromkeys(SHARED_HISTORY_NAMES[:2], key.shared_history),
        }
