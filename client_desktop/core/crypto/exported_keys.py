"""A room key as it is handed from device to device, into a backup, or into a file.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-export-format
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from client_desktop.core.crypto.device_keys import MEGOLM_ALGORITHM
from client_desktop.core.crypto.primitives import CryptoError, check_curve25519_key, check_ed25519_key
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text, as_texts

MAX_SESSION_KEY_CHARACTERS: Final = 1_000
MAX_CHAIN: Final = 20
SHARED_HISTORY: Final = "shared_history"
SHARED_HISTORY_NAMES: Final = (SHARED_HISTORY, "org.matrix.msc3061.shared_history", "m.shared_history")
"""The name in the specification, and those under which clients wrote it before and write it still."""


@dataclass(frozen=True, slots=True, repr=False)
class ExportedKey:
    """One room key in clear; a secret."""

    room_id: str
    session_id: str
    session_key: str
    sender_key: str
    claimed_ed25519: str
    chain: tuple[str, ...]
    shared_history: bool

    def to_json(self) -> JsonObject:
        """Write it as `ExportedSessionData`; `BackedUpSessionData` is the same without the two ids."""
        return {
            "algorithm": MEGOLM_ALGORITHM,
            "room_id": self.room_id,
            "session_id": self.session_id,
            "session_key": self.session_key,
            "sender_key": self.sender_key,
            "sender_claimed_keys": {"ed25519": self.claimed_ed25519},
            "forwarding_curve25519_key_chain": list(self.chain),
            SHARED_HISTORY: self.shared_history,
            SHARED_HISTORY_NAMES[1]: self.shared_history,
        }


def parse_exported_key(
    value: object, room_id: str | None = None, session_id: str | None = None
) -> ExportedKey:
    """Read `ExportedSessionData`, or with both ids given `BackedUpSessionData`.

    Raises: CryptoError.
    """
    content = as_object(value)
    if content.get("algorithm") != MEGOLM_ALGORITHM:
        raise CryptoError("a key of another algorithm")
    session_key = as_text(content.get("session_key"))
    if not 0 < len(session_key) <= MAX_SESSION_KEY_CHARACTERS:
        raise CryptoError("no session key")
    return ExportedKey(
        room_id or as_text(content.get("room_id")),
        session_id or as_text(content.get("session_id")),
        session_key,
        check_curve25519_key(as_text(content.get("sender_key"))),
        check_ed25519_key(as_text(as_object(content.get("sender_claimed_keys")).get("ed25519"))),
        as_texts(content.get("forwarding_curve25519_key_chain"))[:MAX_CHAIN],
        shared_history_of(content),
    )


def shared_history_of(content: ReadonlyJsonObject) -> bool:
    """Tell whether a key's maker allowed handing it to those who join later."""
    return any(content.get(name) is True for name in SHARED_HISTORY_NAMES)
