"""Being told that a key will not come.

Nobody proves who says so: it explains why an event cannot be read, and decides nothing.

Spec: https://spec.matrix.org/v1.19/client-server-api/#reporting-that-decryption-keys-are-withheld
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from client_desktop.core.changes import Changes, RoomKeysReceived
from client_desktop.core.crypto.device_keys import MEGOLM_ALGORITHM
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.primitives import CryptoError, check_curve25519_key
from client_desktop.core.crypto.room_keys import check_room_id
from client_desktop.core.shapes import as_text
from client_desktop.core.store.megolm import select_inbound
from client_desktop.core.store.megolm_requests import count_withheld_of_sender, upsert_withheld

WITHHELD: Final = "m.room_key.withheld"
NO_OLM: Final = "m.no_olm"
MAX_WITHHELD_PER_SENDER: Final = 2_000
MAX_CODE_CHARACTERS: Final = 64
MAX_REASON_CHARACTERS: Final = 200
MAX_SESSION_ID_CHARACTERS: Final = 128


class Withheld:
    """Remembers codes, for the words under events that cannot be read."""

    def __init__(self, user_id: str, changes: Changes, repair: Callable[[str, str], None]) -> None:
        """`repair` is told the Curve25519 key and user of a device that finds no channel to us."""
        self._user_id = user_id
        self._changes = changes
        self._repair = repair

    def store(self, db: sqlite3.Connection, message: ToDeviceMessage) -> None:
        """Store the code of one key.

        Raises: CryptoError.
        """
        content = message.content
        code = as_text(content.get("code"))
        if content.get("algorithm") != MEGOLM_ALGORITHM or not 0 < len(code) <= MAX_CODE_CHARACTERS:
            raise CryptoError("no code")
        if code == NO_OLM and "session_id" not in content:
            return
        room_id = check_room_id(content.get("room_id"))
        session_id = as_text(content.get("session_id"))
        if not 0 < len(session_id) <= MAX_SESSION_ID_CHARACTERS:
            raise CryptoError("no session")
        if select_inbound(db, room_id, session_id) is not None:
            return
        if count_withheld_of_sender(db, message.sender) >= MAX_WITHHELD_PER_SENDER:
            raise CryptoError("too many withheld keys of one user")
        reason = as_text(content.get("reason"), limit=MAX_REASON_CHARACTERS)
        upsert_withheld(db, room_id, session_id, message.sender, code, reason)

    async def hear(self, message: ToDeviceMessage) -> None:
        """Have the room's events looked at again, and a broken channel repaired."""
        content = message.content
        session_id, room_id = as_text(content.get("session_id")), as_text(content.get("room_id"))
        if session_id:
            self._changes.publish(RoomKeysReceived(self._user_id, room_id, frozenset({session_id})))
        elif content.get("code") == NO_OLM:
            self._repair(check_curve25519_key(as_text(content.get("sender_key"))), message.sender)
