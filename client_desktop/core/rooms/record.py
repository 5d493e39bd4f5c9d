"""What is known of a room beside its state."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection

import msgspec

from client_desktop.core.store.rooms import select_record, upsert_record
from client_desktop.core.values import Membership


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """What summaries are made of that no state event says."""

    membership: Membership = Membership.JOIN
    joined_members: int = 0
    invited_members: int = 0
    heroes: tuple[str, ...] = ()
    members_complete: bool = False
    """Everybody who is joined, invited, knocking or banned is in the store."""
    unread: int = 0
    """As the server counts."""
    mentions: int = 0
    last_event: str | None = None
    last_text: str = ""
    last_sender: str | None = None
    last_at_ms: int = 0


_decoder = msgspec.json.Decoder(RoomRecord)


def load_record(db: Connection, room_id: str) -> RoomRecord | None:
    """Read a room's record; None where the account does not know the room."""
    row = select_record(db, room_id)
    return None if row is None else _decoder.decode(row)


def keep_record(db: Connection, room_id: str, record: RoomRecord) -> None:
    """Write a room's record."""
    upsert_record(db, room_id, msgspec.json.encode(record))


def is_joined(db: Connection, room_id: str) -> bool:
    """Tell whether the account is in a room."""
    record = load_record(db, room_id)
    return record is not None and record.membership is Membership.JOIN
