"""The way in for an event that was not built on the head of its room: forks, and what others sent.

It is stored first, as an outlier with its edges, so that state resolution finds it; then it gets its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeserver.storage.branches import StateRef
from homeserver.storage.commit import NewEvent
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus
from homeserver.storage.text import to_text

INSERT_OUTLIER = """
INSERT INTO events (event_nid, room_nid, event_id, type, key_nid, sender_nid, topo, origin_server_ts,
notify_count,
                    auth_height, status, json)
VALUES (nextval('positions'), $1, $2, $3, $4, $5, $6, $7, $8, $9, 3, $10)
ON CONFLICT (event_id) DO NOTHING RETURNING event_nid
"""
SELECT_EVENT_NID = "SELECT event_nid FROM events WHERE event_id = $1"
INSERT_AUTH_EDGES = """
INSERT INTO auth_edges (event_nid, auth_nid) SELECT $1, event_nid FROM events WHERE event_id = ANY
($2::text[])
"""
INSERT_MEMBER_EVENT = "INSERT INTO member_events (event_nid, user_nid, membership) VALUES ($1, $2, $3)"
UPDATE_PLACE = """
UPDATE events SET position = $2, status = $3, notify_count = $4, extremities = $5, state_base = $6,
state_branch = $7
WHERE event_nid = $1 AND status = 3
"""
INSERT_RELATION = """
INSERT INTO relations (parent_id, event_nid, room_nid, rel_type, rel_key) VALUES ($1, $2, $3, $4, $5)
"""
INSERT_REDACTION = "INSERT INTO redactions (target_id, redaction_nid) VALUES ($1, $2)"
UPDATE_REDACTED = """
UPDATE events SET redacted_by = $2 WHERE event_id = $1 AND room_nid = $3 AND redacted_by IS NULL
"""
SELECT_CHANGE_STATE = "SELECT change_state($1, $2, $3, $4)"
SELECT_AUTH_HEIGHTS = "SELECT auth_height FROM events WHERE event_nid = ANY ($1::bigint[])"


@dataclass(frozen=True, slots=True)
class Placement:
    """What becomes of an outlier.

    `state_before` None puts it on the main line; `extremities` None makes it the only one of its room.
    """

    status: EventStatus
    position: int | None
    notify_count: int
    state_before: StateRef | None = None
    extremities: Sequence[int] | None = None


async def select_auth_heights(conn: Connection, event_nids: Sequence[int]) -> list[int]:
    """Return how high these state events stand in the auth chain."""
    return [row["auth_height"] or 0 for row in await conn.fetch(SELECT_AUTH_HEIGHTS, event_nids)]


async def insert_outlier(conn: Connection, event: NewEvent) -> int:
    """Store an event with its auth edges but without a place; return its number, old or new."""
    event_nid: int | None = await conn.fetchval(
        INSERT_OUTLIER, event.room.nid, event.pdu.event_id, to_text(event.pdu.type), event.key_nid,
        event.sender_nid,
        event.topo, event.pdu.origin_server_ts, event.notify_count, event.auth_height, event.pdu.canonical,
    )  # fmt: skip
    if event_nid is None:
        event_nid = await conn.fetchval(SELECT_EVENT_NID, event.pdu.event_id)
        assert event_nid is not None
        return event_nid
    if event.key_nid is not None:
        await conn.execute(INSERT_AUTH_EDGES, event_nid, list(event.pdu.auth_events))
    if event.member is not None:
        await conn.execute(INSERT_MEMBER_EVENT, event_nid, *event.member)
    return event_nid


async def place_event(conn: Connection, event_nid: int, event: NewEvent, placement: Placement) -> None:
    """Give an outlier its place. What it does to the room's current state is for `change_state`."""
    ref = placement.state_before
    extremities = None if placement.extremities is None else list(placement.extremities)
    await conn.execute(
        UPDATE_PLACE, event_nid, placement.position, int(placement.status), placement.notify_count,
        extremities,
        ref.base if ref else None, ref.branch if ref else None,
    )  # fmt: skip
    if placement.status is EventStatus.ACCEPTED:
        await _insert_references(conn, event_nid, event)


async def _insert_references(conn: Connection, event_nid: int, event: NewEvent) -> None:
    if (relation := event.relation) is not None:
        key = None if relation.key is None else to_text(relation.key)
        parent, rel_type = to_text(relation.parent_id), to_text(relation.rel_type)
        await conn.execute(INSERT_RELATION, parent, event_nid, event.room.nid, rel_type, key)
    if event.redacts is not None:
        await conn.execute(INSERT_REDACTION, event.redacts, event_nid)
        await conn.execute(UPDATE_REDACTED, event.redacts, event_nid, event.room.nid)


async def change_state(
    conn: Connection, room_nid: int, position: int, changes: Mapping[int, int | None]
) -> None:
    """Change keys of a room's current state at a position."""
    for key_nid in sorted(changes):
        await conn.execute(SELECT_CHANGE_STATE, room_nid, position, key_nid, changes[key_nid])
