"""Where a room's stored history ends: prev events that are not stored with a state, and who names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId
from homeserver.storage.db import Connection

INSERT_BACKWARD_EXTREMITIES = """
INSERT INTO backward_extremities (event_id, child_nid, room_nid) SELECT w.event_id, w.child_nid, $3
FROM unnest($1::text[], $2::bigint[]) AS w(event_id, child_nid) ON CONFLICT DO NOTHING
"""
DELETE_BACKWARD_EXTREMITIES = """
DELETE FROM backward_extremities WHERE event_id = ANY ($1::text[]) AND room_nid = $2
"""
SELECT_BACKWARD_EXTREMITIES = """
SELECT b.event_id, b.child_nid, e.event_id AS child_id, e.topo, e.position, e.state_base
FROM backward_extremities b JOIN events e ON e.event_nid = b.child_nid
WHERE b.room_nid = $1 AND ($2::text[] IS NULL OR b.event_id = ANY ($2)) AND e.topo <= $3
ORDER BY e.topo DESC, b.event_id LIMIT $4
"""
ANYWHERE = 2**62


@dataclass(frozen=True, slots=True)
class BackwardExtremity:
    """An event that lacks here, and an event that names it as a prev event, with its place."""

    event_id: EventId
    child_nid: int
    child_id: EventId
    child_topo: int
    child_base: int
    """The position of the main line that the state before the child started from."""


async def insert_backward_extremities(
    conn: Connection, room_nid: int, children: Mapping[EventId, Sequence[int]]
) -> None:
    """Note events that lack, each with the numbers of those that name it."""
    rows = [(event_id, nid) for event_id, nids in sorted(children.items()) for nid in nids]
    if rows:
        await conn.execute(
            INSERT_BACKWARD_EXTREMITIES, *[list(column) for column in zip(*rows, strict=True)], room_nid
        )


async def delete_backward_extremities(conn: Connection, room_nid: int, event_ids: Sequence[EventId]) -> None:
    """Forget that events lacked."""
    await conn.execute(DELETE_BACKWARD_EXTREMITIES, event_ids, room_nid)


async def select_backward_extremities(
    conn: Connection,
    room_nid: int,
    *,
    event_ids: Sequence[EventId] | None = None,
    upto_topo: int = ANYWHERE,
    limit: int = 1_000,
) -> list[BackwardExtremity]:
    """Return what lacks in a room before a place of the topological order, the latest first."""
    rows = await conn.fetch(SELECT_BACKWARD_EXTREMITIES, room_nid, event_ids, upto_topo, limit)
    return [
        BackwardExtremity(
            EventId(row["event_id"]), row["child_nid"], EventId(row["child_id"]), row["topo"],
            row["state_base"] if row["state_base"] is not None else (row["position"] or 1) - 1,
        )
        for row in rows
    ]  # fmt: skip
