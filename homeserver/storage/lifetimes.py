"""How long rooms want their messages kept, and which rooms have messages that are older."""

from collections.abc import Sequence

from homeserver.storage.db import Connection

RETENTION = "m.room.retention"

SELECT_POLICIES = """
SELECT s.room_nid, e.json FROM state_keys k JOIN current_state s ON s.key_nid = k.key_nid
JOIN events e ON e.event_nid = s.event_nid
WHERE k.type = 'm.room.retention' AND k.state_key = ''
  AND ($1::bigint[] IS NULL OR s.room_nid = ANY ($1)) AND e.redacted_by IS NULL
"""
SELECT_EXPIRED_AMONG = """
SELECT w.room_nid, r.room_id FROM unnest($1::bigint[], $2::bigint[]) AS w(room_nid, before_ms)
JOIN rooms r ON r.room_nid = w.room_nid
WHERE EXISTS (
    SELECT FROM events e WHERE e.room_nid = w.room_nid AND e.origin_server_ts < w.before_ms
    AND e.key_nid IS NULL AND e.type <> 'm.room.redaction' AND e.event_nid IS DISTINCT FROM (
        SELECT h.event_nid FROM events h WHERE h.room_nid = w.room_nid AND h.position IS NOT NULL
        ORDER BY h.position DESC LIMIT 1))
"""
SELECT_ROOMS_AFTER = "SELECT room_nid FROM rooms WHERE room_nid > $1 ORDER BY room_nid LIMIT $2"


async def select_policies(conn: Connection, room_nids: Sequence[int] | None = None) -> dict[int, bytes]:
    """Return the `m.room.retention` events of rooms that have one, as canonical bytes."""
    return {r["room_nid"]: r["json"] for r in await conn.fetch(SELECT_POLICIES, room_nids)}


async def select_expired_among(conn: Connection, before_ms: Sequence[tuple[int, int]]) -> dict[int, str]:
    """Return, of (room, time), the ids of those rooms that hold messages older than the time.

    A room's newest event does not count: it has to stay.
    """
    if not before_ms:
        return {}
    rows = await conn.fetch(SELECT_EXPIRED_AMONG, *map(list, zip(*before_ms, strict=True)))
    return {r["room_nid"]: r["room_id"] for r in rows}


async def select_rooms_after(conn: Connection, room_nid: int, limit: int) -> list[int]:
    """Return rooms in the order of their numbers."""
    return [r["room_nid"] for r in await conn.fetch(SELECT_ROOMS_AFTER, room_nid, limit)]
