"""Room keys: Megolm sessions that we can read with, and what is known of where each came from.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mmegolmv1aes-sha2
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

import vodozemac

from client_desktop.core.changes import Changes, RoomKeysReceived
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import MEGOLM_ALGORITHM
from client_desktop.core.crypto.exported_keys import ExportedKey, shared_history_of
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.primitives import CryptoError, crypto_errors
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.shapes import as_text
from client_desktop.core.store import Store
from client_desktop.core.store.megolm import (
    InboundSession,
    Origin,
    count_of_sender_key,
    select_inbound,
    upsert_inbound,
)
from client_desktop.core.store.megolm_requests import delete_withheld, finish_request
from client_desktop.core.store.olm import durable_transaction

log = logging.getLogger(__name__)

MAX_ROOM_ID_CHARACTERS: Final = 255
MAX_SESSIONS_PER_DEVICE: Final = 50_000
"""A device that sends more sessions than this is filling our disk."""
CACHED_SESSIONS: Final = 200
KEYS_PER_TRANSACTION: Final = 200


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a room key comes from; the members are those of `InboundSession`."""

    sender: str | None
    sender_key: str
    claimed_ed25519: str
    origin: Origin
    authentic: bool
    shared_history: bool
    chain: tuple[str, ...] = ()
    brought_by: str = ""


@dataclass(frozen=True, slots=True)
class RoomKey:
    """A room key, ready for use."""

    info: InboundSession
    session: vodozemac.InboundGroupSession


class RoomKeys:
    """Every room key of the account."""

    def __init__(
        self, account: OlmAccount, store: Store, changes: Changes, clock: Clock, pickle_key: bytes
    ) -> None:
        self._account = account
        self._store = store
        self._changes = changes
        self._clock = clock
        self._pickle_key = pickle_key
        self._cache: OrderedDict[tuple[str, str], RoomKey] = OrderedDict()
        self._new: dict[str, set[str]] = {}

    def find(self, room_id: str, session_id: str) -> RoomKey | None:
        """Return a room key.

        Raises: StoreDamaged.
        """
        name = (room_id, session_id)
        key = self._cache.get(name)
        if key is None:
            info = select_inbound(self._store.db, room_id, session_id)
            if info is None:
                return None
            key = RoomKey(info, self.unpickle(info))
            self._cache[name] = key
            if len(self._cache) > CACHED_SESSIONS:
                self._cache.popitem(last=False)
        self._cache.move_to_end(name)
        return key

    def unpickle(self, info: InboundSession) -> vodozemac.InboundGroupSession:
        """Make a stored session usable.

        Raises: StoreDamaged.
        """
        try:
            return vodozemac.InboundGroupSession.from_pickle(info.pickle, self._pickle_key)
        except ValueError as error:
            raise StoreDamaged("a room key cannot be read with this pickle key") from error

    def store_received(self, db: sqlite3.Connection, message: ToDeviceMessage) -> None:
        """Store an `m.room_key`, which only the device that made the session may send.

        Raises: CryptoError.
        Spec: https://spec.matrix.org/v1.19/client-server-api/#mroom_key
        """
        content = message.content
        if content.get("algorithm") != MEGOLM_ALGORITHM:
            raise CryptoError("a key of another algorithm")
        room_id = check_room_id(content.get("room_id"))
        with crypto_errors():
            session = vodozemac.InboundGroupSession(
                vodozemac.SessionKey(as_text(content.get("session_key"), limit=1_000))
            )
        if session.session_id != content.get("session_id"):
            raise CryptoError("the key of another session")
        if count_of_sender_key(db, message.sender_key, MAX_SESSIONS_PER_DEVICE) >= MAX_SESSIONS_PER_DEVICE:
            raise CryptoError("too many sessions of one device")
        provenance = Provenance(
            message.sender,
            message.sender_key,
            message.claimed_ed25519,
            Origin.DIRECT,
            authentic=True,
            shared_history=shared_history_of(content),
        )
        self.merge(db, session, self._info(room_id, session, provenance))

    def store_own(
        self, db: sqlite3.Connection, room_id: str, session: vodozemac.GroupSession, shared_history: bool
    ) -> None:
        """Store the readable side of a session that we made, before it is used."""
        readable = vodozemac.InboundGroupSession(session.session_key)
        me = self._account
        provenance = Provenance(
            me.user_id,
            me.curve25519,
            me.ed25519,
            Origin.OWN,
            authentic=True,
            shared_history=shared_history,
        )
        self.merge(db, readable, self._info(room_id, readable, provenance))

    async def import_many(self, keys: Iterable[ExportedKey], origin: Origin, *, brought_by: str = "") -> int:
        """Do as `import_keys` does, for as many keys as there are, without holding up everything else."""
        count = 0
        remaining = iter(keys)
        while some := list(islice(remaining, KEYS_PER_TRANSACTION)):
            count += self.import_keys(some, origin, brought_by=brought_by)
            await asyncio.sleep(0)
        return count

    def import_keys(
        self,
        keys: Iterable[ExportedKey],
        origin: Origin,
        *,
        brought_by: str = "",
        backup_version: str | None = None,
    ) -> int:
        """Store keys of a file, a backup or a bundle, some hundreds at most; return how many were new.

        `backup_version`: the backup that they come from, and that therefore holds them.
        """
        try:
            with durable_transaction(self._store) as db:
                count = sum(self._import(db, key, origin, brought_by, backup_version) for key in keys)
        except BaseException:
            self.forget_cached()
            self._new.clear()
            raise
        self.publish_new()
        return count

    def store_exported(
        self,
        db: sqlite3.Connection,
        key: ExportedKey,
        origin: Origin,
        *,
        brought_by: str = "",
        backup_version: str | None = None,
    ) -> bool:
        """Store a key that comes from somebody else than its maker; tell whether it told something new.

        Raises: CryptoError.
        """
        with crypto_errors():
            exported = vodozemac.ExportedSessionKey(key.session_key)
            session = vodozemac.InboundGroupSession.import_session(exported)
        if session.session_id != key.session_id:
            raise CryptoError("the key of another session")
        provenance = Provenance(
            None,
            key.sender_key,
            key.claimed_ed25519,
            origin,
            authentic=False,
            shared_history=key.shared_history or origin is Origin.BUNDLE,
            chain=key.chain,
            brought_by=brought_by,
        )
        info = self._info(check_room_id(key.room_id), session, provenance)
        return self.merge(db, session, info, backup_version)

    def merge(
        self,
        db: sqlite3.Connection,
        session: vodozemac.InboundGroupSession,
        info: InboundSession,
        backup_version: str | None = None,
    ) -> bool:
        """Store a key beside what is known of the same session; tell whether that told something new.

        What came from the maker itself is never displaced by what somebody says of it; a key that reaches
        further back is taken when it is proven to be of the same ratchet.
        """
        known = self.find(info.room_id, info.session_id)
        if known is not None:
            merged = self._merged(known, RoomKey(info, session))
            if merged is None:
                return False
            info, session = merged.info, merged.session
            backup_version = None
        upsert_inbound(db, info, backup_version)
        delete_withheld(db, info.room_id, info.session_id)
        finish_request(db, info.room_id, info.session_id)
        self._cache.pop((info.room_id, info.session_id), None)
        self._new.setdefault(info.room_id, set()).add(info.session_id)
        return True

    def export(self, info: InboundSession, at_index: int | None = None) -> ExportedKey:
        """Give a key away: as far back as it goes, or from an index on."""
        session = self.unpickle(info)
        exported = session.export_at(max(info.first_index, at_index or 0))
        assert exported is not None, "no index before the first known one was asked for"
        return ExportedKey(
            info.room_id,
            info.session_id,
            exported.to_base64(),
            info.sender_key,
            info.claimed_ed25519,
            info.chain,
            info.shared_history,
        )

    def publish_new(self) -> None:
        """Tell everybody of the keys that were stored since the last time; call it after the commit."""
        new, self._new = self._new, {}
        for room_id, session_ids in new.items():
            self._changes.publish(RoomKeysReceived(self._account.user_id, room_id, frozenset(session_ids)))

    def forget_cached(self) -> None:
        """Forget what a transaction that was rolled back would have made true."""
        self._cache.clear()

    def _import(
        self,
        db: sqlite3.Connection,
        key: ExportedKey,
        origin: Origin,
        brought_by: str,
        backup_version: str | None,
    ) -> bool:
        try:
            return self.store_exported(db, key, origin, brought_by=brought_by, backup_version=backup_version)
        except CryptoError as error:
            log.info("a key of %s is refused: %s", key.room_id, error)
            return False

    def _info(
        self, room_id: str, session: vodozemac.InboundGroupSession, provenance: Provenance
    ) -> InboundSession:
        return InboundSession(
            room_id,
            session.session_id,
            session.pickle(self._pickle_key),
            session.first_known_index,
            provenance.sender,
            provenance.sender_key,
            provenance.claimed_ed25519,
            provenance.origin,
            provenance.authentic,
            provenance.shared_history,
            provenance.chain,
            provenance.brought_by,
            self._clock.now_ms(),
        )

    def _merged(self, known: RoomKey, new: RoomKey) -> RoomKey | None:
        """Make one of two keys with the same session id; None where the new one changes nothing."""
        if not _is_same_ratchet(known.session, new.session):
            log.warning("two different keys claim to be session %s", known.info.session_id)
            return new if new.info.authentic and not known.info.authentic else None
        owner = new.info if new.info.authentic and not known.info.authentic else known.info
        ratchet = new if new.info.first_index < known.info.first_index else known
        if owner is known.info and ratchet is known:
            return None
        info = replace(
            owner,
            pickle=ratchet.info.pickle,
            first_index=ratchet.info.first_index,
            received_ms=max(new.info.received_ms, known.info.received_ms + 1),
        )
        return RoomKey(info, ratchet.session)


def check_room_id(value: object) -> str:
    """Return a room id, whatever its grammar, that a key may be stored for.

    Raises: CryptoError.
    """
    room_id = as_text(value)
    if not room_id.startswith("!") or len(room_id) > MAX_ROOM_ID_CHARACTERS:
        raise CryptoError("no room id")
    return room_id


def _is_same_ratchet(one: vodozemac.InboundGroupSession, other: vodozemac.InboundGroupSession) -> bool:
    """Tell whether the one that reaches further back leads to the other."""
    index = max(one.first_known_index, other.first_known_index)
    exported = [session.export_at(index) for session in (one, other)]
    texts = [key.to_base64() for key in exported if key is not None]
    return len(texts) == 2 and texts[0] == texts[1]
