"""To-device messages: decrypting and handing on what comes, encrypting and sending what goes."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Final, TypeAlias

from client_desktop.core.api import Api, path
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import Device
from client_desktop.core.crypto.device_lists import DeviceLists
from client_desktop.core.crypto.olm import AlreadySeen, BrokenSession, OlmSessions
from client_desktop.core.crypto.olm_checks import check_plaintext
from client_desktop.core.crypto.ports import ToDeviceHandler, ToDeviceMessage, ToDeviceMessages
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.errors import ClientError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.store import Store
from client_desktop.core.store.devices import insert_unlisted_device, select_device_by_keys
from client_desktop.core.store.olm import durable_transaction

log = logging.getLogger(__name__)

ENCRYPTED: Final = "m.room.encrypted"
ENCRYPTED_ONLY: Final = frozenset(
    {"m.room_key", "m.forwarded_room_key", "m.secret.send", "m.dummy", "m.room_key_bundle"}
)
"""Worth nothing when they come in clear text: whoever runs a server could have written them."""
MESSAGES_PER_TRANSACTION: Final = 100
MESSAGES_PER_REQUEST: Final = 100
UNKNOWN_SENDERS_PER_SYNC: Final = 20
LOOK_UP_S: Final = 10.0
"""How long messages wait until we know who sends them; without knowing they are taken as they are."""
REPAIRS_AT_ONCE: Final = 20
MAX_TYPE_CHARACTERS: Final = 255

StoringHandler: TypeAlias = Callable[[sqlite3.Connection, ToDeviceMessage], None]
"""Runs inside the transaction that advances the ratchets; may raise CryptoError, and nothing else."""


class ToDevice:
    """The table of handlers, and both directions."""

    def __init__(
        self, account: OlmAccount, api: Api, store: Store, devices: DeviceLists, olm: OlmSessions
    ) -> None:
        self._account = account
        self._api = api
        self._store = store
        self._devices = devices
        self._olm = olm
        self._handlers: dict[str, list[ToDeviceHandler]] = {}
        self._storing: dict[str, StoringHandler] = {}

    def on(self, event_type: str, handler: ToDeviceHandler) -> None:
        """Call `handler` with every message of a type, after what it came with is stored.

        Handlers run one after another; what one raises is logged and keeps nobody else from hearing.
        """
        self._handlers.setdefault(event_type, []).append(handler)

    def store_with(self, event_type: str, handler: StoringHandler) -> None:
        """Call `handler` with messages of a type, in the transaction in which they were decrypted."""
        self._storing[event_type] = handler

    async def receive(self, events: Sequence[object]) -> None:
        """Take in what a sync brought; all that must not be lost is stored when this returns."""
        objects: list[JsonObject] = [event for event in events if isinstance(event, dict)]
        await self._look_up_strangers(objects)
        remaining = iter(objects)
        while some := list(islice(remaining, MESSAGES_PER_TRANSACTION)):
            for message in self._store_all(some):
                await self._hand_on(message)
            await asyncio.sleep(0)

    async def send(self, event_type: str, messages: ToDeviceMessages, *, encrypted: bool = False) -> None:
        """Send contents to devices, by user id and device id; `*` is all devices of the user.

        Encrypted ones reach the devices that we know and can make a session with, others are left out.

        Raises: ClientError.
        """
        if not encrypted:
            await self._send_plain(event_type, messages)
            return
        listed = await self._devices.current(list(messages))
        contents: dict[str, JsonObject] = {}
        devices = []
        for user_id, by_device in messages.items():
            for device in listed[user_id]:
                content = by_device.get(device.device_id, by_device.get("*"))
                if content is not None and device.ed25519 != self._account.ed25519:
                    contents[device.ed25519] = content
                    devices.append(device)
        await self.send_encrypted(devices, event_type, lambda device: contents[device.ed25519])

    async def send_encrypted(
        self,
        devices: Sequence[Device],
        event_type: str,
        content_for: Callable[[Device], ReadonlyJsonObject],
        sent: Callable[[Sequence[Device]], None] | None = None,
    ) -> list[Device]:
        """Send each device its content through Olm; return the devices that no session could be made with.

        `sent` is called with those whom a request that succeeded has reached.

        Raises: ClientError.
        """
        missing = await self._olm.ensure(devices)
        reachable = iter([device for device in devices if device.ed25519 not in missing])
        while some := list(islice(reachable, MESSAGES_PER_REQUEST)):
            messages: ToDeviceMessages = {}
            with durable_transaction(self._store) as db:
                for device in some:
                    encrypted = self._olm.encrypt(db, device, event_type, content_for(device))
                    if encrypted is not None:
                        messages.setdefault(device.user_id, {})[device.device_id] = encrypted
            await self._put(ENCRYPTED, messages)
            if sent is not None:
                sent(some)
        return [device for device in devices if device.ed25519 in missing]

    async def repair(self) -> None:
        """Make new sessions with devices whose messages could not be decrypted, and tell them.

        Raises: ClientError; what is left is done the next time.
        """
        broken = self._olm.broken(REPAIRS_AT_ONCE)
        if not broken:
            return
        found = (self._devices.by_keys(user_id, key) for user_id, key in broken)
        devices = [device for device in found if device is not None]
        missing = await self._olm.ensure(devices, anew=True)
        reachable = [device for device in devices if device.ed25519 not in missing]
        await self.send_encrypted(reachable, "m.dummy", lambda device: {})
        self._olm.note_repaired(key for _, key in broken)

    async def _send_plain(self, event_type: str, messages: ToDeviceMessages) -> None:
        pairs = iter([(user, device) for user, by_device in messages.items() for device in by_device])
        while some := list(islice(pairs, MESSAGES_PER_REQUEST)):
            part: ToDeviceMessages = {}
            for user_id, device_id in some:
                part.setdefault(user_id, {})[device_id] = messages[user_id][device_id]
            await self._put(event_type, part)

    async def _put(self, event_type: str, messages: Mapping[str, object]) -> None:
        if messages:
            target = path("/_matrix/client/v3/sendToDevice/{}/{}", event_type, uuid.uuid4().hex)
            await self._api.put(target, {"messages": messages}, retry=True)

    async def _look_up_strangers(self, events: Iterable[JsonObject]) -> None:
        """Learn the devices of those who send through channels we know no device of."""
        strangers: set[str] = set()
        for event in events:
            sender, content = as_text(event.get("sender")), as_object(event.get("content"))
            if event.get("type") != ENCRYPTED or not sender or len(strangers) >= UNKNOWN_SENDERS_PER_SYNC:
                continue
            if self._devices.by_keys(sender, as_text(content.get("sender_key"))) is None:
                strangers.add(sender)
        if strangers:
            try:
                async with asyncio.timeout(LOOK_UP_S):
                    await self._devices.current(sorted(strangers))
            except (ClientError, TimeoutError) as error:
                log.info("devices of %d senders could not be asked for: %s", len(strangers), error)

    def _store_all(self, events: Iterable[JsonObject]) -> list[ToDeviceMessage]:
        """Decrypt and store, in one transaction; return what is to be handed on."""
        messages = []
        broken: list[tuple[str, str]] = []
        try:
            with durable_transaction(self._store) as db:
                for event in events:
                    message = self._open(db, event, broken)
                    if message is not None and self._store_one(db, message):
                        messages.append(message)
        except BaseException:
            self._account.reload()
            raise
        for sender, sender_key in broken:
            if self._devices.by_keys(sender, sender_key) is not None:
                self._olm.note_broken(sender_key, sender)
        return messages

    def _open(
        self, db: sqlite3.Connection, event: JsonObject, broken: list[tuple[str, str]]
    ) -> ToDeviceMessage | None:
        event_type, sender = as_text(event.get("type")), as_text(event.get("sender"))
        content = event.get("content")
        if not sender or not isinstance(content, dict) or not 0 < len(event_type) <= MAX_TYPE_CHARACTERS:
            return None
        if event_type != ENCRYPTED:
            return (
                None if event_type in ENCRYPTED_ONLY else ToDeviceMessage(event_type, sender, content, False)
            )
        try:
            plaintext = self._olm.decrypt(db, content)
            message = check_plaintext(plaintext, sender, self._account, self._finder(db))
        except AlreadySeen:
            return None
        except BrokenSession as error:
            log.info("an Olm message of %s could not be decrypted: %s", sender, error)
            broken.append((sender, error.sender_key))
            return None
        except CryptoError as error:
            log.info("an Olm message of %s is refused: %s", sender, error)
            return None
        return None if message.type == ENCRYPTED else message

    def _finder(self, db: sqlite3.Connection) -> Callable[[str, str], Device | None]:
        return lambda user_id, curve25519: select_device_by_keys(db, user_id, curve25519)

    def _store_one(self, db: sqlite3.Connection, message: ToDeviceMessage) -> bool:
        """Let the handler of its type store a message; tell whether it is to be handed on."""
        handler = self._storing.get(message.type)
        if handler is None:
            return True
        try:
            handler(db, message)
            if message.device is not None:
                insert_unlisted_device(db, message.device)
        except CryptoError as error:
            log.info("%s of %s is refused: %s", message.type, message.sender, error)
            return False
        return True

    async def _hand_on(self, message: ToDeviceMessage) -> None:
        for handler in self._handlers.get(message.type, ()):
            try:
                await handler(message)
            except (ClientError, CryptoError) as error:
                log.info("%s of %s could not be handled: %s", message.type, message.sender, error)
            except Exception:  # one handler's fault must not cost the messages after this one
                log.exception("a handler of %s failed", message.type)
