"""Olm channels between devices: choosing, making, using and repairing sessions.

Several sessions may exist with one device; the one that was last received from is sent with. Ratchets are
written in the transaction of what was read or is to be sent with them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#molmv1curve25519-aes-sha2
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import orjson
import vodozemac

from client_desktop.core.api import Api
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import OLM_ALGORITHM, Device
from client_desktop.core.crypto.primitives import (
    CryptoError,
    check_curve25519_key,
    crypto_errors,
    decode_base64,
    encode_base64,
    sha256,
)
from client_desktop.core.crypto.signed_json import check_signature
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.store import Store
from client_desktop.core.store.devices import select_device
from client_desktop.core.store.olm import (
    SessionRow,
    delete_failure_told,
    delete_seen_before,
    durable_transaction,
    insert_seen,
    select_keys_with_session,
    select_pending_repairs,
    select_repair_ms,
    select_seen,
    select_session,
    select_sessions,
    update_repair_done,
    update_session_pickle,
    upsert_repair,
    upsert_session,
)

log = logging.getLogger(__name__)

CLAIM: Final = "/_matrix/client/v3/keys/claim"
CURVE: Final = "signed_curve25519"
DEVICES_PER_CLAIM: Final = 200
CLAIM_TIMEOUT_S: Final = 30.0
REMOTE_TIMEOUT_MS: Final = 10_000
MAX_SESSIONS_PER_DEVICE: Final = 6
MAX_MESSAGE_CHARACTERS: Final = 200_000
REPAIR_PAUSE_MS: Final = 3_600_000
SEEN_FOR_MS: Final = 7 * 86_400_000
FIRST_PAUSE_S: Final = 15.0
LONGEST_PAUSE_S: Final = 900.0


class AlreadySeen(Exception):
    """This very message was decrypted before."""


class BrokenSession(CryptoError):
    """A message for this device that none of its sender's sessions decrypts."""

    def __init__(self, sender_key: str, message: str) -> None:
        super().__init__(message)
        self.sender_key = sender_key


@dataclass(frozen=True, slots=True)
class OlmPlaintext:
    """What an Olm message held, not checked yet."""

    payload: JsonObject
    sender_key: str


class OlmSessions:
    """Every Olm session of this device."""

    def __init__(self, account: OlmAccount, api: Api, store: Store, clock: Clock, pickle_key: bytes) -> None:
        self._account = account
        self._api = api
        self._store = store
        self._clock = clock
        self._pickle_key = pickle_key
        self._claiming = asyncio.Lock()
        self._pauses: dict[str, tuple[float, float]] = {}
        """Signing key of a device without one-time keys: when to ask again, and how long that pause was."""

    async def ensure(self, devices: Iterable[Device], *, anew: bool = False) -> set[str]:
        """Make sessions with devices that have none; return the signing keys of those that got none.

        `anew` makes one even where there is one. A device that had no key to give is not asked again for a
        while.

        Raises: ClientError, when the own server does not answer.
        """
        async with self._claiming:
            wanted = list(devices) if anew else self._without_session(devices)
            now_s = self._clock.monotonic()
            worth_asking = iter(
                [d for d in wanted if anew or self._pauses.get(d.ed25519, (0.0,))[0] <= now_s]
            )
            made: set[str] = set()
            while batch := list(islice(worth_asking, DEVICES_PER_CLAIM)):
                made |= await self._claim(batch)
            return {device.ed25519 for device in wanted} - made

    def encrypt(
        self, db: sqlite3.Connection, device: Device, event_type: str, content: ReadonlyJsonObject
    ) -> JsonObject | None:
        """Encrypt for one device; None where there is no session with it.

        `db` is a durable transaction, which ends before the message is sent.
        """
        rows = select_sessions(db, device.curve25519)
        if not rows:
            return None
        with crypto_errors():
            session = vodozemac.Session.from_pickle(rows[0].pickle, self._pickle_key)
            payload = orjson.dumps(self._payload(db, device, event_type, content))
            message_type, ciphertext = session.encrypt(payload).to_parts()
            pickle = session.pickle(self._pickle_key)
        update_session_pickle(db, SessionRow(rows[0].session_id, device.curve25519, pickle))
        return {
            "algorithm": OLM_ALGORITHM,
            "sender_key": self._account.curve25519,
            "ciphertext": {device.curve25519: {"type": message_type, "body": encode_base64(ciphertext)}},
        }

    def decrypt(self, db: sqlite3.Connection, content: ReadonlyJsonObject) -> OlmPlaintext:
        """Decrypt a message for this device; ratchets and used keys are written to `db`.

        Raises: CryptoError, a BrokenSession where a session is to be repaired; AlreadySeen.
        """
        if content.get("algorithm") != OLM_ALGORITHM:
            raise CryptoError("no Olm message")
        mine = as_object(as_object(content.get("ciphertext")).get(self._account.curve25519))
        body, message_type = as_text(mine.get("body")), mine.get("type")
        if not 0 < len(body) <= MAX_MESSAGE_CHARACTERS or message_type not in (0, 1):
            raise CryptoError("no message for this device")
        sender_key = check_curve25519_key(as_text(content.get("sender_key")))
        ciphertext = decode_base64(body)
        message_hash = sha256(sender_key.encode() + ciphertext)
        if select_seen(db, message_hash):
            raise AlreadySeen
        with crypto_errors():
            message = vodozemac.AnyOlmMessage.from_parts(message_type, ciphertext)
        try:
            plaintext = self._decrypt_with_any(db, sender_key, message)
        except CryptoError as error:
            raise BrokenSession(sender_key, str(error)) from error
        insert_seen(db, message_hash, self._clock.now_ms())
        return OlmPlaintext(_parse_payload(plaintext), sender_key)

    def note_broken(self, sender_key: str, user_id: str) -> None:
        """Plan a new session with a device whose message could not be decrypted; once an hour at most."""
        now_ms = self._clock.now_ms()
        last_ms = select_repair_ms(self._store.db, sender_key)
        if last_ms is None or not 0 <= now_ms - last_ms < REPAIR_PAUSE_MS:
            with self._store.transaction() as db:
                upsert_repair(db, sender_key, user_id, now_ms)

    def broken(self, limit: int) -> list[tuple[str, str]]:
        """Return (user id, Curve25519 key) of devices that want a new session."""
        return select_pending_repairs(self._store.db, limit)

    def note_repaired(self, sender_keys: Iterable[str]) -> None:
        with self._store.transaction() as db:
            for sender_key in sender_keys:
                update_repair_done(db, sender_key)

    def forget_old_messages(self) -> None:
        """Drop hashes of messages that no server will hand out again."""
        with self._store.transaction() as db:
            delete_seen_before(db, self._clock.now_ms() - SEEN_FOR_MS)

    def _without_session(self, devices: Iterable[Device]) -> list[Device]:
        wanted = list(devices)
        having: set[str] = set()
        keys = iter([device.curve25519 for device in wanted])
        while some := list(islice(keys, 500)):
            having |= select_keys_with_session(self._store.db, some)
        return [device for device in wanted if device.curve25519 not in having]

    async def _claim(self, devices: Sequence[Device]) -> set[str]:
        """Claim one-time keys and begin sessions; return the signing keys of the devices that have one."""
        wanted: dict[str, dict[str, str]] = {}
        for device in devices:
            wanted.setdefault(device.user_id, {})[device.device_id] = CURVE
        body = {"one_time_keys": wanted, "timeout": REMOTE_TIMEOUT_MS}
        answer = await self._api.post(CLAIM, body, timeout_s=CLAIM_TIMEOUT_S)
        claimed = as_object(answer.get("one_time_keys"))
        made: set[str] = set()
        with durable_transaction(self._store) as db:
            for device in devices:
                keys = as_object(as_object(claimed.get(device.user_id)).get(device.device_id))
                if self._begin(db, device, keys):
                    made.add(device.ed25519)
        self._note_pauses(devices, made)
        return made

    def _begin(self, db: sqlite3.Connection, device: Device, keys: Mapping[str, object]) -> bool:
        for name, value in islice(keys.items(), 1):
            key = as_object(value)
            try:
                if name.partition(":")[0] != CURVE:
                    raise CryptoError("a key of another algorithm")
                check_signature(key, device.user_id, device.key_id, device.ed25519)
                session = self._account.open_outbound(device.curve25519, as_text(key.get("key")))
            except CryptoError as error:
                log.warning("one-time key of %s %s refused: %s", device.user_id, device.device_id, error)
                return False
            self._store_session(db, session, device.curve25519)
            delete_failure_told(db, device.user_id, device.device_id)
            return True
        return False

    def _is_paused(self, device: Device, now_s: float) -> bool:
        until_s, _ = self._pauses.get(device.ed25519, (now_s, 0.0))
        return now_s < until_s

    def _note_pauses(self, asked: Iterable[Device], made: set[str]) -> None:
        now_s = self._clock.monotonic()
        for device in asked:
            before = self._pauses.pop(device.ed25519, None)
            if device.ed25519 not in made:
                length_s = FIRST_PAUSE_S if before is None else min(before[1] * 2, LONGEST_PAUSE_S)
                self._pauses[device.ed25519] = (now_s + length_s, length_s)

    def _payload(
        self, db: sqlite3.Connection, device: Device, event_type: str, content: ReadonlyJsonObject
    ) -> JsonObject:
        me = self._account
        return {
            "type": event_type,
            "content": content,
            "sender": me.user_id,
            "recipient": device.user_id,
            "recipient_keys": {"ed25519": device.ed25519},
            "keys": {"ed25519": me.ed25519},
            "sender_device": me.device_id,
            "sender_device_keys": self._own_device_keys(db),
        }

    def _own_device_keys(self, db: sqlite3.Connection) -> ReadonlyJsonObject:
        """Give the own device keys with the account's cross-signature, once the server showed us that."""
        device = select_device(db, self._account.user_id, self._account.device_id)
        return self._account.device_keys() if device is None else device.signed

    def _decrypt_with_any(
        self, db: sqlite3.Connection, sender_key: str, message: vodozemac.AnyOlmMessage
    ) -> bytes:
        pre_key = message.to_pre_key()
        if pre_key is None:
            return self._decrypt_with_known(db, select_sessions(db, sender_key), message)
        row = select_session(db, pre_key.session_id())
        if row is not None and row.sender_key == sender_key:
            return self._decrypt_with_known(db, [row], message)
        session, plaintext = self._account.open_inbound(sender_key, pre_key)
        self._account.save(db)
        self._store_session(db, session, sender_key)
        return plaintext

    def _decrypt_with_known(
        self, db: sqlite3.Connection, rows: Sequence[SessionRow], message: vodozemac.AnyOlmMessage
    ) -> bytes:
        for row in rows:
            try:
                with crypto_errors():
                    session = vodozemac.Session.from_pickle(row.pickle, self._pickle_key)
                    plaintext = session.decrypt(message)
            except CryptoError:
                continue
            self._store_session(db, session, row.sender_key)
            return plaintext
        raise CryptoError("no session decrypts this message")

    def _store_session(self, db: sqlite3.Connection, session: vodozemac.Session, sender_key: str) -> None:
        row = SessionRow(session.session_id, sender_key, session.pickle(self._pickle_key))
        upsert_session(db, row, self._clock.now_ms(), MAX_SESSIONS_PER_DEVICE)


def _parse_payload(plaintext: bytes) -> JsonObject:
    try:
        payload = orjson.loads(plaintext)
    except orjson.JSONDecodeError as error:
        raise CryptoError("the plaintext is no JSON") from error
    if not isinstance(payload, dict):
        raise CryptoError("the plaintext is no object")
    return payload
