"""How rooms are encrypted. One that was encrypted once is so for ever, whatever its state says later.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroomencryption
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from client_desktop.core.crypto.device_keys import MEGOLM_ALGORITHM
from client_desktop.core.crypto.ports import Rooms
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_int
from client_desktop.core.store import Store
from client_desktop.core.store.megolm_requests import (
    select_encrypted_room,
    select_send_to,
    update_send_to,
    upsert_encrypted_room,
)

DEFAULT_PERIOD_MS: Final = 604_800_000
DEFAULT_MESSAGES: Final = 100
PERIOD_MS_BOUNDS: Final = (3_600_000, 4 * DEFAULT_PERIOD_MS)
"""A room that wants a new session every second would have us send keys and nothing else."""
MESSAGES_BOUNDS: Final = (10, 10_000)
SHAREABLE_VISIBILITIES: Final = ("shared", "world_readable")


class SendTo(StrEnum):
    """Which devices are given the keys of what we write."""

    EVERYBODY = "everybody"
    """Every device that is not blocked."""
    CROSS_SIGNED = "cross_signed"
    """Those that their owner signed (MSC4153)."""
    VERIFIED = "verified"
    """Those of people whom we verified."""


@dataclass(frozen=True, slots=True)
class RoomEncryption:
    """When a room's session is replaced by a new one, and who may be given its history."""

    period_ms: int
    messages: int
    shared_history: bool
    joined_only: bool
    """Invited people may not read before they join."""


class RoomSettings:
    """Remembers which rooms are encrypted, and how."""

    def __init__(self, store: Store, rooms: Rooms) -> None:
        self._store = store
        self._rooms = rooms
        self.send_to = SendTo.EVERYBODY
        """For rooms that have no setting of their own."""

    def is_encrypted(self, room_id: str) -> bool:
        """Tell whether everything in this room is to be sent encrypted, now and for ever."""
        return self._content(room_id) is not None

    def note_encryption(self, room_id: str, content: ReadonlyJsonObject) -> None:
        """Remember an `m.room.encryption` event; one with another algorithm changes nothing.

        Whatever a room asks for that we do not know, it asks for encryption: the room counts as encrypted.
        """
        known = select_encrypted_room(self._store.db, room_id)
        if content.get("algorithm") != MEGOLM_ALGORITHM:
            if known is not None or "algorithm" not in content:
                return
            content = {}
        settings = {name: content.get(name) for name in ("rotation_period_ms", "rotation_period_msgs")}
        if settings == known:
            return
        if self._store.db.in_transaction:  # whoever asks may be writing the room's state just now
            upsert_encrypted_room(self._store.db, room_id, settings)
            return
        with self._store.transaction() as db:
            upsert_encrypted_room(db, room_id, settings)

    def of(self, room_id: str) -> RoomEncryption | None:
        """Give a room's settings, within bounds; None for a room that is not encrypted."""
        content = self._content(room_id)
        if content is None:
            return None
        visibility = (self._rooms.state(room_id, "m.room.history_visibility") or {}).get(
            "history_visibility", "shared"
        )
        return RoomEncryption(
            _bounded(content.get("rotation_period_ms"), DEFAULT_PERIOD_MS, PERIOD_MS_BOUNDS),
            _bounded(content.get("rotation_period_msgs"), DEFAULT_MESSAGES, MESSAGES_BOUNDS),
            visibility in SHAREABLE_VISIBILITIES,
            visibility == "joined",
        )

    def recipients(self, room_id: str) -> SendTo:
        """Tell which devices get keys in this room: the stricter of its own setting and the general one."""
        own = select_send_to(self._store.db, room_id)
        order = list(SendTo)
        return max(self.send_to, SendTo(own) if own else self.send_to, key=order.index)

    def set_recipients(self, room_id: str, send_to: SendTo | None) -> None:
        """Choose for one room; None goes back to the general setting."""
        with self._store.transaction() as db:
            update_send_to(db, room_id, send_to or "")

    def _content(self, room_id: str) -> ReadonlyJsonObject | None:
        state = self._rooms.state(room_id, "m.room.encryption")
        if state is not None:
            self.note_encryption(room_id, state)
        return select_encrypted_room(self._store.db, room_id)


def _bounded(value: object, default: int, bounds: tuple[int, int]) -> int:
    number = as_int(value, default)
    return max(bounds[0], min(number if number > 0 else default, bounds[1]))
