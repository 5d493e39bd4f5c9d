"""The newest events of many rooms together."""

from collections.abc import Sequence

from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row

# The newest events of all rooms are in those rooms whose own newest events are the newest.
SELECT_NEWEST = f"""
SELECT {EVENT_COLUMNS} FROM (
    SELECT n.event_nid FROM (
        SELECT r.room_nid FROM unnest($1::bigint[]) AS r(room_nid)
        CROSS JOIN LATERAL (
            SELECT t.position FROM events t WHERE t.room_nid = r.room_nid AND t.position < $2
            ORDER BY t.position DESC LIMIT 1
        ) AS newest
        ORDER BY newest.position DESC LIMIT $3
    ) AS w CROSS JOIN LATERAL (
        SELECT t.event_nid, t.position FROM events t WHERE t.room_nid = w.room_nid AND t.position < $2
        ORDER BY t.position DESC LIMIT $3
    ) AS n
    ORDER BY n.position DESC LIMIT $3
) AS found
JOIN events e ON e.event_nid = found.event_nid
ORDER BY e.position DESC
"""


async def select_newest(
    conn: Connection, room_nids: Sequence[int], before: int, limit: int
) -> list[StoredEvent]:
    """Return the newest events of rooms before a position, newest first."""
    return [event_from_row(row) for row in await conn.fetch(SELECT_NEWEST, room_nids, before, limit)]
