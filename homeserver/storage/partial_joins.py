"""Rooms whose members are not all known yet, and what has come into them meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection

SELECT_IS_PARTIAL = """
SELECT EXISTS (SELECT FROM partial_joins WHERE room_nid = $1 AND completed IS NULL)
"""
SELECT_PARTIAL_JOINS = """
SELECT room_nid, join_nid, state_position, joined_via, servers FROM partial_joins
WHERE completed IS NULL AND ($1::bigint IS NULL OR room_nid = $1) ORDER BY join_nid
"""
SELECT_COMPLETIONS = """
SELECT room_nid, completed FROM partial_joins WHERE $1::bigint[] IS NULL OR room_nid = ANY ($1)
"""
UPSERT_PARTIAL_JOIN = """
INSERT INTO partial_joins (room_nid, join_nid, state_position, joined_via, servers)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (room_nid) DO UPDATE SET join_nid = excluded.join_nid, state_position = excluded.state_position,
    joined_via = excluded.joined_via, servers = excluded.servers, completed = NULL
"""
UPDATE_COMPLETED = "UPDATE partial_joins SET completed = $2 WHERE room_nid = $1"
SELECT_EVENTS_SINCE = """
SELECT event_nid FROM events WHERE room_nid = $1 AND topo > $2
AND (position IS NOT NULL OR state_base IS NOT NULL)
"""
COUNT_EVENTS_SINCE = """
SELECT count(*) FROM events WHERE room_nid = $1 AND topo > $2
AND (position IS NOT NULL OR state_base IS NOT NULL)
"""


@dataclass(frozen=True, slots=True)
class PartialRoom:
    """A room whose members are not all known yet.

    `state_position` is that of the state before the join; `servers` are those said to be in the room.
    """

    room_nid: int
    join_nid: int
    state_position: int
    joined_via: ServerName
    servers: tuple[ServerName, ...]


async def select_is_partial(conn: Connection, room_nid: int) -> bool:
    """Whether not all members of a room are known yet."""
    found: bool = await conn.fetchval(SELECT_IS_PARTIAL, room_nid)
    return found


async def select_partial_rooms(conn: Connection, room_nid: int | None = None) -> list[PartialRoom]:
    """Return the rooms that are not complete, or the one asked for if it is not; the oldest join first."""
    return [
        PartialRoom(
            row["room_nid"], row["join_nid"], row["state_position"], ServerName(row["joined_via"]),
            tuple(map(ServerName, row["servers"])),
        )
        for row in await conn.fetch(SELECT_PARTIAL_JOINS, room_nid)
    ]  # fmt: skip


async def select_completions(conn: Connection, room_nids: Sequence[int] | None) -> dict[int, int | None]:
    """Return, of these rooms or all, when those joined with partial state were completed (None: not yet)."""
    return {row["room_nid"]: row["completed"] for row in await conn.fetch(SELECT_COMPLETIONS, room_nids)}


async def upsert_partial_join(conn: Connection, partial: PartialRoom) -> None:
    """Mark a room as not complete."""
    await conn.execute(
        UPSERT_PARTIAL_JOIN, partial.room_nid, partial.join_nid, partial.state_position, partial.joined_via,
        list(partial.servers),
    )  # fmt: skip


async def update_completed(conn: Connection, room_nid: int, position: int) -> None:
    """Mark a room as complete from a position on."""
    await conn.execute(UPDATE_COMPLETED, room_nid, position)


async def select_events_since(conn: Connection, room_nid: int, topo: int) -> Sequence[int]:
    """Return the events with a place after a topo: after that of a join, what is not history."""
    return [row["event_nid"] for row in await conn.fetch(SELECT_EVENTS_SINCE, room_nid, topo)]


async def count_events_since(conn: Connection, room_nid: int, topo: int) -> int:
    """Return how many events `select_events_since` would."""
    count: int = await conn.fetchval(COUNT_EVENTS_SINCE, room_nid, topo)
    return count
