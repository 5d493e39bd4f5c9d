"""The events of many rooms in the order of the stream, oldest first and at most so many."""

from collections.abc import Sequence

from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row

SELECT_STREAM = f"""
SELECT {EVENT_COLUMNS} FROM unnest($1::bigint[]) AS w(room_nid)
CROSS JOIN LATERAL (
    SELECT * FROM events t WHERE t.room_nid = w.room_nid AND t.position > $2 AND t.position <= $3
    ORDER BY t.position LIMIT $4
) AS e
ORDER BY e.position LIMIT $4
"""


async def select_stream(
    conn: Connection, room_nids: Sequence[int], since: int, upto: int, limit: int
) -> list[StoredEvent]:
    """Return the oldest `limit` events of rooms in a span of positions, oldest first."""
    return [event_from_row(r) for r in await conn.fetch(SELECT_STREAM, room_nids, since, upto, limit)]
