"""Decrypting events of rooms, and refusing those that are not what they claim to be.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mmegolmv1aes-sha2
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final

import orjson
import vodozemac

from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import MEGOLM_ALGORITHM
from client_desktop.core.crypto.device_lists import DeviceLists
from client_desktop.core.crypto.errors import Undecryptable
from client_desktop.core.crypto.primitives import CryptoError, crypto_errors
from client_desktop.core.crypto.room_keys import RoomKey, RoomKeys
from client_desktop.core.crypto.room_settings import RoomSettings, SendTo
from client_desktop.core.crypto.shields import shield_of_key
from client_desktop.core.events import ENCRYPTED, MAX_TYPE_CHARACTERS, ClearEvent, DecryptedFrom
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.store import Store
from client_desktop.core.store.megolm import InboundSession, Origin, claim_index
from client_desktop.core.store.megolm_requests import select_withheld

EVENTS_PER_TRANSACTION: Final = 50
MAX_CIPHERTEXT_CHARACTERS: Final = 100_000
MAX_SESSION_ID_CHARACTERS: Final = 128
RELATES_TO: Final = "m.relates_to"
WITHHELD_WORDS: Final = {
    "m.blacklisted": "withheld_blocked",
    "m.unverified": "withheld_unverified",
    "m.unauthorised": "withheld_unauthorised",
    "m.no_olm": "withheld_no_channel",
    "m.history_not_shared": "withheld_history",
}


class Decryption:
    """Decrypts with the room keys that are here."""

    def __init__(
        self,
        account: OlmAccount,
        store: Store,
        room_keys: RoomKeys,
        devices: DeviceLists,
        settings: RoomSettings,
        missing: Callable[[str, str, str], None],
    ) -> None:
        """`missing` is told room id, session id and sender where a key is not here, or not far enough."""
        self._account = account
        self._store = store
        self._room_keys = room_keys
        self._devices = devices
        self._settings = settings
        self._missing = missing

    async def decrypt_all(self, room_id: str, events: Iterable[ReadonlyJsonObject]) -> list[ClearEvent]:
        """Give one event for each, in the same order; others than encrypted ones as they are."""
        clear: list[ClearEvent] = []
        missing: set[tuple[str, str]] = set()
        remaining = iter(events)
        while some := list(islice(remaining, EVENTS_PER_TRANSACTION)):
            if any(event.get("type") == ENCRYPTED for event in some):
                with self._store.transaction() as db:
                    clear += [self._decrypt(db, room_id, event, missing) for event in some]
            else:
                clear += [ClearEvent(event) for event in some]
            await asyncio.sleep(0)
        for session_id, sender in sorted(missing):
            self._missing(room_id, session_id, sender)
        return clear

    def _decrypt(
        self, db: sqlite3.Connection, room_id: str, event: ReadonlyJsonObject, missing: set[tuple[str, str]]
    ) -> ClearEvent:
        if event.get("type") != ENCRYPTED or as_object(event.get("unsigned")).get("redacted_because"):
            return ClearEvent(event)
        try:
            return self._decrypt_one(db, room_id, event, missing)
        except Undecryptable as error:
            return ClearEvent(event, failure_word=error.failure_word)

    def _decrypt_one(
        self, db: sqlite3.Connection, room_id: str, event: ReadonlyJsonObject, missing: set[tuple[str, str]]
    ) -> ClearEvent:
        content, sender = as_object(event.get("content")), as_text(event.get("sender"))
        if content.get("algorithm") != MEGOLM_ALGORITHM:
            raise Undecryptable("unknown_algorithm")
        message, session_id = _parse(content)
        key = self._room_keys.find(room_id, session_id)
        if key is None or message.message_index() < key.info.first_index:
            missing.add((session_id, sender))
            raise Undecryptable(self._why_missing(db, room_id, session_id, sender, key is not None))
        self._check_sender(sender, key.info)
        payload, index = _open(key, message)
        if payload.get("room_id") != room_id:
            raise Undecryptable("wrong_room")
        clear = _clear_content(payload, content)
        if not claim_index(db, session_id, index, as_text(event.get("event_id"))):
            raise Undecryptable("replay")
        return ClearEvent(event, clear, self._decrypted_from(sender, key.info))

    def _why_missing(
        self, db: sqlite3.Connection, room_id: str, session_id: str, sender: str, later_known: bool
    ) -> str:
        withheld = select_withheld(db, room_id, session_id, sender)
        if withheld is not None:
            return WITHHELD_WORDS.get(withheld[0], "withheld")
        return "key_too_late" if later_known else "no_key"

    def _check_sender(self, sender: str, key: InboundSession) -> None:
        """Refuse an event whose key was made by another user than the event's sender.

        A key that came from its maker names the user; one that came otherwise names only keys of a device,
        which must then not be those of somebody else's.
        """
        if key.sender is not None:
            owners = {key.sender}
        else:
            owners = self._devices.owners(key.sender_key, key.claimed_ed25519)
        if owners and sender not in owners:
            raise Undecryptable("wrong_sender")
        if key.origin is Origin.OWN or self._settings.send_to is SendTo.EVERYBODY:
            return
        device = self._devices.by_keys(sender, key.sender_key, key.claimed_ed25519)
        if device is None or not self._devices.trust.device_cross_signed(device):
            raise Undecryptable("unsigned_device")

    def _decrypted_from(self, sender: str, key: InboundSession) -> DecryptedFrom:
        device = self._devices.by_keys(sender, key.sender_key, key.claimed_ed25519)
        device_id = None if device is None else device.device_id
        if key.origin is Origin.OWN:
            device_id = self._account.device_id
        shield = shield_of_key(sender, key, self._devices)
        return DecryptedFrom(key.session_id, key.sender_key, device_id, shield)


def _parse(content: ReadonlyJsonObject) -> tuple[vodozemac.MegolmMessage, str]:
    ciphertext, session_id = as_text(content.get("ciphertext")), as_text(content.get("session_id"))
    if not 0 < len(session_id) <= MAX_SESSION_ID_CHARACTERS or len(ciphertext) > MAX_CIPHERTEXT_CHARACTERS:
        raise Undecryptable("damaged")
    try:
        with crypto_errors():
            return vodozemac.MegolmMessage.from_base64(ciphertext), session_id
    except CryptoError as error:
        raise Undecryptable("damaged") from error


def _open(key: RoomKey, message: vodozemac.MegolmMessage) -> tuple[JsonObject, int]:
    try:
        with crypto_errors():
            decrypted = key.session.decrypt(message)
            payload = orjson.loads(decrypted.plaintext)
    except CryptoError as error:
        raise Undecryptable("damaged") from error
    return as_object(payload), decrypted.message_index


def _clear_content(payload: ReadonlyJsonObject, encrypted: ReadonlyJsonObject) -> JsonObject:
    """Read the event that was encrypted; what it relates to may stand in clear text only."""
    event_type, content = payload.get("type"), payload.get("content")
    if not isinstance(event_type, str) or not isinstance(content, dict):
        raise Undecryptable("damaged")
    if event_type == ENCRYPTED or not 0 < len(event_type) <= MAX_TYPE_CHARACTERS:
        raise Undecryptable("damaged")
    if RELATES_TO in encrypted and RELATES_TO not in content:
        content = {**content, RELATES_TO: encrypted[RELATES_TO]}
    return {"type": event_type, "content": content}
