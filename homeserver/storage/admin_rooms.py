"""What administrators see of rooms."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId, RoomId, UserId
from homeserver.storage.db import Connection

SELECT_ROOMS_OVERVIEW = """
SELECT r.room_nid, r.published,
       (SELECT count(*) FROM current_state s WHERE s.room_nid = r.room_nid) AS state_events,
       (SELECT count(*) FROM memberships m JOIN accounts a USING (user_nid)
        WHERE m.room_nid = r.room_nid AND m.membership = 'join') AS joined_local_members
FROM rooms r
WHERE ($1::bigint[] IS NULL OR r.room_nid = ANY ($1))
AND EXISTS (SELECT FROM current_state s WHERE s.room_nid = r.room_nid)
ORDER BY r.room_nid
"""
SELECT_JOINED_DEVICES = """
SELECT count(*) FROM memberships m JOIN devices d USING (user_nid)
WHERE m.room_nid = $1 AND m.membership = 'join'
"""
SELECT_IS_FORGOTTEN = """
SELECT NOT EXISTS (
    SELECT FROM memberships m JOIN accounts a USING (user_nid) WHERE m.room_nid = $1 AND NOT m.forgotten
)
"""
SELECT_LOCAL_MEMBERS_BY_AGE = """
SELECT u.user_id FROM memberships m JOIN accounts a USING (user_nid) JOIN users u USING (user_nid)
WHERE m.room_nid = $1 AND m.membership = 'join' AND a.deactivated_ts IS NULL ORDER BY m.event_nid
"""
SELECT_EXTREMITIES = """
SELECT event_id, origin_server_ts, topo FROM events WHERE event_nid = ANY ($1::bigint[]) ORDER BY event_nid
"""
SELECT_LARGEST_ROOMS = """
SELECT r.room_id, sum(octet_length(e.json)) AS size_bytes
FROM events e JOIN rooms r USING (room_nid) GROUP BY r.room_id ORDER BY size_bytes DESC, r.room_id LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class RoomOverview:
    """What the summary of a room does not tell."""

    room_nid: int
    is_published: bool
    state_events: int
    joined_local_members: int


@dataclass(frozen=True, slots=True)
class Extremity:
    """A forward extremity."""

    event_id: EventId
    origin_server_ts: int
    topo: int


async def select_rooms_overview(
    conn: Connection, room_nids: Sequence[int] | None = None
) -> dict[int, RoomOverview]:
    """Return every room that has a state, or those of some, by number."""
    rows = await conn.fetch(SELECT_ROOMS_OVERVIEW, room_nids)
    return {row["room_nid"]: RoomOverview(*row) for row in rows}


async def count_joined_devices(conn: Connection, room_nid: int) -> int:
    """Return how many devices the members of a room have on this server."""
    count: int = await conn.fetchval(SELECT_JOINED_DEVICES, room_nid)
    return count


async def is_forgotten(conn: Connection, room_nid: int) -> bool:
    """Tell whether every user of this server has forgotten a room."""
    forgotten: bool = await conn.fetchval(SELECT_IS_FORGOTTEN, room_nid)
    return forgotten


async def select_local_members_by_age(conn: Connection, room_nid: int) -> list[UserId]:
    """Return the joined users of this server, those of longest standing first."""
    return [UserId(row["user_id"]) for row in await conn.fetch(SELECT_LOCAL_MEMBERS_BY_AGE, room_nid)]


async def select_extremities(conn: Connection, event_nids: Sequence[int]) -> list[Extremity]:
    """Return forward extremities."""
    rows = await conn.fetch(SELECT_EXTREMITIES, event_nids)
    return [Extremity(EventId(r["event_id"]), r["origin_server_ts"], r["topo"]) for r in rows]


async def select_largest_rooms(conn: Connection, limit: int) -> list[tuple[RoomId, int]]:
    """Return the rooms whose events take most bytes."""
    rows = await conn.fetch(SELECT_LARGEST_ROOMS, limit)
    return [(RoomId(row["room_id"]), row["size_bytes"]) for row in rows]
