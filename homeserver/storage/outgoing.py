"""What other servers are to be told: events of this server's users and those it sends on, and receipts.

An event concerns a server that was in its room before or after it (see `room_servers`), but not the one that
made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId, RoomId, ServerName, UserId
from homeserver.storage.db import Connection

SELECT_OUTGOING = """
SELECT e.position, e.room_nid, u.server,
       e.event_id, r.version, e.redacted_by IS NOT NULL AS is_redacted, e.json
FROM rooms r
JOIN events e ON e.room_nid = r.room_nid AND e.position > $2 AND e.position <= $3
JOIN users u ON u.user_nid = e.sender_nid
WHERE r.room_nid = ANY ($1::bigint[]) AND (u.server = $4 OR e.relayed)
ORDER BY e.position LIMIT $5
"""
# Who was invited or had knocked has no member in the room, so nothing but this tells their server of the end.
SELECT_TURNED_AWAY = """
SELECT c.position, u.server
FROM unnest($1::bigint[], $2::bigint[]) AS w(room_nid, position)
JOIN state_changes c ON c.room_nid = w.room_nid AND c.position = w.position
JOIN member_events o ON o.event_nid = c.old_event_nid AND o.membership IN ('invite', 'knock')
JOIN member_events n ON n.event_nid = c.new_event_nid AND n.membership IN ('leave', 'ban')
JOIN users u ON u.user_nid = n.user_nid
WHERE u.server <> $3
"""
# The arrival of this server in a room is known to the server that let it in, which tells all others.
SELECT_MISSED = """
SELECT e.position, e.event_id FROM room_servers s
CROSS JOIN LATERAL (
    SELECT t.position, t.event_id FROM events t JOIN users u ON u.user_nid = t.sender_nid
    WHERE t.room_nid = s.room_nid AND t.position > $3 AND t.position <= $4
    AND t.position >= s.since AND (s.until IS NULL OR t.position <= s.until)
    AND (u.server = $2 OR t.relayed) AND u.server <> s.server
    AND NOT EXISTS (SELECT FROM room_servers o WHERE o.room_nid = s.room_nid AND o.server = $2
                    AND o.since = t.position)
    ORDER BY t.position LIMIT $5
) AS e
WHERE s.server = $1 AND (s.until IS NULL OR s.until > $3)
ORDER BY e.position LIMIT $5
"""
SELECT_NEWEST_MISSED = """
SELECT e.position, e.event_id FROM room_servers s
CROSS JOIN LATERAL (
    SELECT t.position, t.event_id FROM (
        SELECT n.position, n.event_id, n.sender_nid, n.relayed FROM events n
        WHERE n.room_nid = s.room_nid AND n.position > greatest($3, s.since - 1)
        AND n.position <= least($4, coalesce(s.until, $4))
        ORDER BY n.position DESC LIMIT $6
    ) AS t JOIN users u ON u.user_nid = t.sender_nid
    WHERE (u.server = $2 OR t.relayed) AND u.server <> s.server
    ORDER BY t.position DESC LIMIT 1
) AS e
WHERE s.server = $1 AND (s.until IS NULL OR s.until > $3)
ORDER BY e.position LIMIT $5
"""
SELECT_OUTGOING_RECEIPTS = """
SELECT r.room_nid, r.position, o.room_id, u.user_id, r.thread, r.event_id, r.ts
FROM receipts r JOIN users u ON u.user_nid = r.user_nid JOIN rooms o ON o.room_nid = r.room_nid
WHERE r.room_nid = ANY ($1::bigint[]) AND r.position > $2 AND r.position <= $3 AND r.type = 'm.read'
AND u.server = $4 ORDER BY r.position
"""
SELECT_MISSED_RECEIPTS = """
SELECT r.room_nid, r.position, o.room_id, u.user_id, r.thread, r.event_id, r.ts
FROM room_servers s JOIN rooms o ON o.room_nid = s.room_nid
JOIN receipts r ON r.room_nid = s.room_nid AND r.position > $3 AND r.position <= $4 AND r.type = 'm.read'
JOIN users u ON u.user_nid = r.user_nid AND u.server = $2
WHERE s.server = $1 AND s.until IS NULL
ORDER BY r.position DESC LIMIT $5
"""
SELECT_EVENT_JSON = """
SELECT e.event_id, r.version, e.redacted_by IS NOT NULL AS is_redacted, e.json
FROM events e JOIN rooms r ON r.room_nid = e.room_nid WHERE e.event_id = ANY ($1::text[])
"""

SEARCHED_PER_ROOM = 1_000
"""How many of a room's newest events are looked through for one of ours: whoever has those has the older."""


@dataclass(frozen=True, slots=True)
class EventJson:
    """An event's canonical bytes, and what decides how it may be shown."""

    event_id: EventId
    room_version: str
    is_redacted: bool
    json: bytes


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """An event that others are to be told of; `made_by` is the server of its sender."""

    position: int
    room_nid: int
    made_by: ServerName
    event: EventJson


@dataclass(frozen=True, slots=True)
class OutgoingReceipt:
    """A public receipt of a user of this server; `ts` in milliseconds since the epoch."""

    room_nid: int
    position: int
    room_id: RoomId
    user_id: UserId
    thread: str
    event_id: EventId
    ts: int


async def select_outgoing(
    conn: Connection, room_nids: Sequence[int], since: int, upto: int, own: ServerName, limit: int
) -> list[OutgoingEvent]:
    """Return the first events of rooms in a span of positions that others are to be told of, in order."""
    rows = await conn.fetch(SELECT_OUTGOING, room_nids, since, upto, own, limit)
    return [OutgoingEvent(row[0], row[1], row[2], EventJson(*row[3:])) for row in rows]


async def select_turned_away(
    conn: Connection, events: Sequence[OutgoingEvent], own: ServerName
) -> dict[int, list[ServerName]]:
    """Return, by position, the servers of users whose invitation or knock an event ends."""
    rooms, positions = [event.room_nid for event in events], [event.position for event in events]
    servers: dict[int, list[ServerName]] = {}
    for row in await conn.fetch(SELECT_TURNED_AWAY, rooms, positions, own):
        servers.setdefault(row["position"], []).append(ServerName(row["server"]))
    return servers


async def select_missed(
    conn: Connection, server: ServerName, own: ServerName, since: int, upto: int, limit: int
) -> list[tuple[int, EventId]]:
    """Return position and id of the first events in a span that concern a server, in order."""
    rows = await conn.fetch(SELECT_MISSED, server, own, since, upto, limit)
    return [(row["position"], row["event_id"]) for row in rows]


async def select_newest_missed(
    conn: Connection, server: ServerName, own: ServerName, since: int, upto: int, limit: int
) -> list[tuple[int, EventId]]:
    """Return the newest event of each room in a span that concerns a server, in order of position."""
    rows = await conn.fetch(SELECT_NEWEST_MISSED, server, own, since, upto, limit, SEARCHED_PER_ROOM)
    return [(row["position"], row["event_id"]) for row in rows]


async def select_outgoing_receipts(
    conn: Connection, room_nids: Sequence[int], since: int, upto: int, own: ServerName
) -> list[OutgoingReceipt]:
    """Return the public receipts of this server's users in rooms in a span of positions."""
    rows = await conn.fetch(SELECT_OUTGOING_RECEIPTS, room_nids, since, upto, own)
    return [OutgoingReceipt(*row) for row in rows]


async def select_missed_receipts(
    conn: Connection, server: ServerName, own: ServerName, since: int, upto: int, limit: int
) -> list[OutgoingReceipt]:
    """Return the newest public receipts in rooms that a server is in now, of a span of positions."""
    rows = await conn.fetch(SELECT_MISSED_RECEIPTS, server, own, since, upto, limit)
    return [OutgoingReceipt(*row) for row in reversed(rows)]


async def select_event_json(conn: Connection, event_ids: Sequence[EventId]) -> list[EventJson]:
    """Return the bytes of those events that are still stored."""
    return [EventJson(*row) for row in await conn.fetch(SELECT_EVENT_JSON, event_ids)]
