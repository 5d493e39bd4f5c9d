"""Rooms whose members are not all known yet, and what was received into them meanwhile."""

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
SELECT_COMPLETIONS = "SELECT room_nid, completed FROM partial_joins WHERE completed IS NULL OR completed > $1"
UPSERT_PARTIAL_JOIN = """
INSERT INTO partial_joins (room_nid, join_nid, state_position, joined_via, servers)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (room_nid) DO UPDATE SET join_nid = excluded.join_nid, state_position = excluded.state_position,
    joined_via = excluded.joined_via, servers = excluded.servers, completed = NULL
"""
UPDATE_COMPLETED = "UPDATE partial_joins SET completed = $2 WHERE room_nid = $1"
INSERT_PARTIAL_STATE_EVENT = """
INSERT INTO partial_state_events (room_nid, event_nid) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""
SELECT_PARTIAL_STATE_EVENTS = "SELECT event_nid FROM partial_state_events WHERE room_nid = $1"
COUNT_PARTIAL_STATE_EVENTS = "SELECT count(*) FROM partial_state_events WHERE room_nid = $1"
DELETE_PARTIAL_STATE_EVENTS = "DELETE FROM partial_state_events WHERE room_nid = $1"


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


async def select_completions(conn: Connection, after: int) -> dict[int, int | None]:
    """Return the rooms that are not complete (None), or were completed after a position, with that."""
    return {row["room_nid"]: row["completed"] for row in await conn.fetch(SELECT_COMPLETIONS, after)}


async def upsert_partial_join(conn: Connection, partial: PartialRoom) -> None:
    """Mark a room as not complete."""
    await conn.execute(
        UPSERT_PARTIAL_JOIN, partial.room_nid, partial.join_nid, partial.state_position, partial.joined_via,
        list(partial.servers),
    )  # fmt: skip


async def update_completed(conn: Connection, room_nid: int, position: int) -> None:
    """Mark a room as complete from a position on, and forget what was to be judged again."""
    await conn.execute(UPDATE_COMPLETED, room_nid, position)
    await conn.execute(DELETE_PARTIAL_STATE_EVENTS, room_nid)


async def insert_partial_state_event(conn: Connection, room_nid: int, event_nid: int) -> None:
    """Note an event that was judged by an incomplete state."""
    await conn.execute(INSERT_PARTIAL_STATE_EVENT, room_nid, event_nid)


async def select_partial_state_events(conn: Connection, room_nid: int) -> Sequence[int]:
    """Return the events that were judged by an incomplete state."""
    return [row["event_nid"] for row in await conn.fetch(SELECT_PARTIAL_STATE_EVENTS, room_nid)]


async def count_partial_state_events(conn: Connection, room_nid: int) -> int:
    """Return how many events were judged by an incomplete state."""
    count: int = await conn.fetchval(COUNT_PARTIAL_STATE_EVENTS, room_nid)
    return count
