"""The events that a user sent, for those who take them back."""

from collections.abc import Sequence

from federation.protocol.ids import EventId
from homeserver.storage.db import Connection

SELECT_ROOMS_OF_SENDER = """
SELECT DISTINCT m.room_nid FROM memberships m WHERE m.user_nid = $1 ORDER BY m.room_nid
"""
SELECT_UNREDACTED = """
SELECT e.event_id, e.event_nid FROM events e
WHERE e.room_nid = $1 AND e.sender_nid = $2 AND e.position IS NOT NULL AND e.position < $3
  AND e.redacted_by IS NULL AND e.status = 0 AND e.type <> ALL ($4::text[])
ORDER BY e.position DESC LIMIT $5
"""
KEPT_TYPES: Sequence[str] = (
    "m.room.create", "m.room.server_acl", "m.room.redaction", "m.room.member", "m.room.power_levels",
    "m.room.join_rules", "m.room.history_visibility", "m.room.tombstone", "m.room.encryption",
)  # fmt: skip
"""Of these the redacted form says as much, or a room would break without them."""


async def select_rooms_of_sender(conn: Connection, user_nid: int) -> list[int]:
    """Return the rooms that a user is or was in."""
    return [row["room_nid"] for row in await conn.fetch(SELECT_ROOMS_OF_SENDER, user_nid)]


async def select_unredacted(
    conn: Connection, room_nid: int, sender_nid: int, before: int, limit: int
) -> list[tuple[EventId, int]]:
    """Return (id, number) of events of a sender before a position that nobody has redacted, newest first."""
    rows = await conn.fetch(SELECT_UNREDACTED, room_nid, sender_nid, before, KEPT_TYPES, limit)
    return [(EventId(row["event_id"]), row["event_nid"]) for row in rows]
