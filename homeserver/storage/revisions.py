"""Changing what was decided on events, once more is known."""

from collections.abc import Sequence

from homeserver.storage.branches import StateRef
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus

UPDATE_JUDGED = """
UPDATE events SET status = $2, position = $3, state_base = $4, state_branch = $5 WHERE event_nid = $1
"""
UPDATE_EXTREMITIES = """
UPDATE events SET extremities = CASE WHEN $2::bigint[] = ARRAY[event_nid] THEN NULL ELSE $2::bigint[] END
WHERE event_nid = (
    SELECT e.event_nid FROM events e WHERE e.room_nid = $1 AND e.position IS NOT NULL
    ORDER BY e.position DESC LIMIT 1)
RETURNING position
"""
DELETE_RELATIONS = "DELETE FROM relations WHERE event_nid = $1"
DELETE_REDACTIONS = "DELETE FROM redactions WHERE redaction_nid = $1"
DELETE_MENTIONS = "DELETE FROM mentions WHERE event_nid = $1"
UPDATE_UNREDACTED = "UPDATE events SET redacted_by = NULL WHERE redacted_by = $1"


async def update_judged(
    conn: Connection, event_nid: int, status: EventStatus, position: int | None, state_before: StateRef
) -> None:
    """Write what became of an event after all, and the state before it."""
    await conn.execute(
        UPDATE_JUDGED, event_nid, int(status), position, state_before.base, state_before.branch
    )


async def update_extremities(conn: Connection, room_nid: int, extremities: Sequence[int]) -> int:
    """Write a room's forward extremities to its newest event; return the position of that."""
    position: int = await conn.fetchval(UPDATE_EXTREMITIES, room_nid, list(extremities))
    return position


async def delete_effects(conn: Connection, event_nid: int) -> None:
    """Undo what an event did to others while it was accepted."""
    for statement in (DELETE_RELATIONS, DELETE_REDACTIONS, DELETE_MENTIONS, UPDATE_UNREDACTED):
        await conn.execute(statement, event_nid)
