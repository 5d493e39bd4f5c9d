"""Rooms that users of this server may not enter: for good, or while the room is being deleted."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import RoomId, UserId
from homeserver.storage.db import Connection

UPSERT_BLOCK = """
INSERT INTO blocked_rooms (room_id, blocked_by, blocked_ms, until_job) VALUES ($1, $2, $3, $4)
ON CONFLICT (room_id) DO UPDATE SET until_job = CASE
    WHEN blocked_rooms.until_job IS NULL OR excluded.until_job IS NULL THEN NULL ELSE excluded.until_job END
"""
DELETE_BLOCK = "DELETE FROM blocked_rooms WHERE room_id = $1 RETURNING room_id"
DELETE_BLOCK_OF_JOB = "DELETE FROM blocked_rooms WHERE until_job = $1"
SELECT_BLOCK = """
SELECT b.room_id, u.user_id AS blocked_by, b.blocked_ms, b.until_job FROM blocked_rooms b
LEFT JOIN users u ON u.user_nid = b.blocked_by WHERE b.room_id = $1
"""
SELECT_BLOCKS = """
SELECT b.room_id, u.user_id AS blocked_by, b.blocked_ms, b.until_job FROM blocked_rooms b
LEFT JOIN users u ON u.user_nid = b.blocked_by WHERE b.room_id > $1 ORDER BY b.room_id LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A closed room; `until_job` is the deletion that the block ends with, None where it stays."""

    room_id: RoomId
    blocked_by: UserId | None
    blocked_ms: int
    until_job: str | None


async def upsert_block(
    conn: Connection, room_id: RoomId, blocked_by: int | None, now_ms: int, until_job: str | None = None
) -> None:
    """Close a room, known or not; a block for good stays one."""
    await conn.execute(UPSERT_BLOCK, room_id, blocked_by, now_ms, until_job)


async def delete_block(conn: Connection, room_id: RoomId) -> bool:
    """Open a room again; False where it was open."""
    return await conn.fetchval(DELETE_BLOCK, room_id) is not None


async def delete_block_of_job(conn: Connection, job_id: str) -> None:
    """Open the room that was closed for a job."""
    await conn.execute(DELETE_BLOCK_OF_JOB, job_id)


async def select_block(conn: Connection, room_id: RoomId) -> Block | None:
    row = await conn.fetchrow(SELECT_BLOCK, room_id)
    return None if row is None else Block(**row)


async def select_blocks(conn: Connection, after: str, limit: int) -> Sequence[Block]:
    """Return closed rooms in the order of their ids."""
    return [Block(**row) for row in await conn.fetch(SELECT_BLOCKS, after, limit)]
