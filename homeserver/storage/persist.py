"""The way in for events that were not built on the head of their room: forks, and what others sent.

An outlier is stored with what authorised it but without a place; an event with a place has a state before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from federation.protocol.ids import EventId
from homeserver.storage.branches import StateRef
from homeserver.storage.commit import NewEvent
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus
from homeserver.storage.state import EVENTS_PER_QUERY
from homeserver.storage.text import to_text

INSERT_OUTLIERS = """
INSERT INTO events (event_nid, room_nid, topo, notify_count, event_id, type, key_nid, sender_nid,
                    origin_server_ts, auth_height, status, json)
SELECT nextval('positions'), $1, 0, 0, n.* FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[],
    $6::bigint[], $7::integer[], $8::smallint[], $9::bytea[]) AS n(event_id, type, key_nid, sender_nid,
    origin_server_ts, auth_height, status, json)
ON CONFLICT (event_id) DO NOTHING
"""
SELECT_EVENT_NIDS = """
SELECT event_id, event_nid FROM events WHERE event_id = ANY ($1::text[]) AND room_nid = $2
"""
SELECT_SUMMARIES = """
SELECT event_id, room_nid, status, auth_height FROM events WHERE event_id = ANY ($1::text[])
"""
INSERT_AUTH_EDGES = """
INSERT INTO auth_edges (event_nid, auth_nid)
SELECT e.event_nid, a.event_nid FROM unnest($1::text[], $2::text[]) AS w(event_id, auth_id)
JOIN events e ON e.event_id = w.event_id
JOIN events a ON a.event_id = w.auth_id AND a.room_nid = e.room_nid
ON CONFLICT DO NOTHING
"""
INSERT_MEMBER_EVENTS = """
INSERT INTO member_events (event_nid, user_nid, membership)
SELECT e.event_nid, w.user_nid, w.membership
FROM unnest($1::text[], $2::bigint[], $3::text[]) AS w(event_id, user_nid, membership)
JOIN events e ON e.event_id = w.event_id
ON CONFLICT DO NOTHING
"""
UPSERT_PLACED = """
INSERT INTO events AS e (event_nid, room_nid, event_id, type, key_nid, sender_nid, origin_server_ts,
                         auth_height, json, topo, position, status, notify_count, extremities, state_base,
                         state_branch, relayed, device_nid, txn_id)
VALUES (coalesce($1, nextval('positions')), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
        $17, $18, $19)
ON CONFLICT (event_id) DO UPDATE
SET topo = excluded.topo, position = excluded.position, status = excluded.status,
    notify_count = excluded.notify_count, extremities = excluded.extremities,
    state_base = excluded.state_base, state_branch = excluded.state_branch, relayed = excluded.relayed,
    device_nid = excluded.device_nid, txn_id = excluded.txn_id
WHERE e.position IS NULL AND e.state_base IS NULL
RETURNING event_nid
"""
INSERT_RELATION = """
INSERT INTO relations (parent_id, event_nid, room_nid, rel_type, rel_key) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
INSERT_REDACTION = """
INSERT INTO redactions (target_id, redaction_nid, has_power) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
UPDATE_REDACTED = """
UPDATE events SET redacted_by = $2 WHERE event_nid = $1 AND redacted_by IS NULL
"""
UPDATE_WITHHELD = "UPDATE events SET status = $2 WHERE event_nid = $1 AND status = $3"
SELECT_REDACTIONS_OF = """
SELECT e.event_nid, e.sender_nid, r.has_power FROM redactions r JOIN events e ON e.event_nid = r.redaction_nid
WHERE r.target_id = $1 AND e.room_nid = $2 AND e.status IN (0, 4) ORDER BY e.topo, e.event_nid
"""
INSERT_MENTIONS = """
INSERT INTO mentions (user_nid, room_nid, event_nid) SELECT u, $2, $3 FROM unnest($1::bigint[]) AS u
ON CONFLICT DO NOTHING
"""
CALL_CHANGE_STATES = "SELECT change_states($1, $2, $3::bigint[], $4::bigint[])"
CALL_REWRITE_STATES = "SELECT rewrite_states($1, $2, $3::bigint[], $4::bigint[])"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an event stands, and what became of it.

    `state_before` None puts it on the main line; `extremities` None makes it the only one of its room.
    """

    status: EventStatus
    position: int | None
    topo: int
    notify_count: int
    state_before: StateRef | None = None
    extremities: Sequence[int] | None = None
    relayed: bool = False


@dataclass(frozen=True, slots=True)
class Redaction:
    """An accepted redaction of an event: by whom, and whether they had the power over others' events."""

    event_nid: int
    sender_nid: int
    has_power: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a stored event without reading it."""

    room_nid: int
    status: int
    auth_height: int | None


@dataclass(slots=True)
class Outliers:
    """Events to be stored without a place, with what became of each."""

    events: list[NewEvent] = field(default_factory=list)
    statuses: list[EventStatus] = field(default_factory=list)

    def add(self, event: NewEvent, *, rejected: bool = False) -> None:
        self.events.append(event)
        self.statuses.append(EventStatus.REJECTED if rejected else EventStatus.OUTLIER)


async def insert_outliers(conn: Connection, room_nid: int, outliers: Outliers) -> dict[EventId, int]:
    """Store events of a room without a place; return their numbers, old or new.

    What authorised them is stored, or among them. Nothing is noted of auth events of other rooms.
    """
    events = outliers.events
    if not events:
        return {}
    await conn.execute(
        INSERT_OUTLIERS, room_nid, [e.pdu.event_id for e in events], [to_text(e.pdu.type) for e in events],
        [e.key_nid for e in events], [e.sender_nid for e in events],
        [e.pdu.origin_server_ts for e in events], [e.auth_height for e in events],
        [int(status) for status in outliers.statuses], [e.pdu.canonical for e in events],
    )  # fmt: skip
    edges = [(e.pdu.event_id, auth) for e in events if e.key_nid is not None for auth in e.pdu.auth_events]
    members = [(e.pdu.event_id, *e.member) for e in events if e.member is not None]
    if edges:
        await conn.execute(INSERT_AUTH_EDGES, *_columns(edges))
    if members:
        await conn.execute(INSERT_MEMBER_EVENTS, *_columns(members))
    return await select_event_nids(conn, room_nid, [event.pdu.event_id for event in events])


async def select_summaries(conn: Connection, event_ids: Sequence[EventId]) -> dict[EventId, Summary]:
    """Return what is known of those events that are stored."""
    found: dict[EventId, Summary] = {}
    for start in range(0, len(event_ids), EVENTS_PER_QUERY):
        for row in await conn.fetch(SELECT_SUMMARIES, event_ids[start : start + EVENTS_PER_QUERY]):
            summary = Summary(row["room_nid"], row["status"], row["auth_height"])
            found[EventId(row["event_id"])] = summary
    return found


async def select_event_nids(
    conn: Connection, room_nid: int, event_ids: Sequence[EventId]
) -> dict[EventId, int]:
    """Return the numbers of those events that are stored in a room."""
    rows = await conn.fetch(SELECT_EVENT_NIDS, event_ids, room_nid)
    return {EventId(row["event_id"]): row["event_nid"] for row in rows}


async def place_event(
    conn: Connection, event: NewEvent, placement: Placement, event_nid: int | None = None
) -> int | None:
    """Store an event with its place, be it an outlier already or new; return its number.

    A new event gets `event_nid`, or a number of its own. None: it has a place already, and nothing is done.
    What it does to the room's current state is for `change_states`.
    """
    ref = placement.state_before
    extremities = None if placement.extremities is None else list(placement.extremities)
    placed: int | None = await conn.fetchval(
        UPSERT_PLACED, event_nid, event.room.nid, event.pdu.event_id, to_text(event.pdu.type), event.key_nid,
        event.sender_nid, event.pdu.origin_server_ts, event.auth_height, event.pdu.canonical, placement.topo,
        placement.position, int(placement.status), placement.notify_count, extremities,
        ref.base if ref else None, ref.branch if ref else None, placement.relayed,
        event.device_nid, event.txn_id,
    )  # fmt: skip
    return placed


async def insert_references(conn: Connection, event: NewEvent, event_nid: int) -> None:
    """Note what an accepted event relates to, and whom it mentions."""
    if (relation := event.relation) is not None:
        key = None if relation.key is None else to_text(relation.key)
        parent, rel_type = to_text(relation.parent_id), to_text(relation.rel_type)
        await conn.execute(INSERT_RELATION, parent, event_nid, event.room.nid, rel_type, key)
    if event.mentions:
        await conn.execute(INSERT_MENTIONS, list(event.mentions), event.room.nid, event_nid)


async def insert_redaction(
    conn: Connection, target_id: EventId, redaction_nid: int, *, has_power: bool
) -> None:
    """Note what an accepted event redacts, whether or not that is stored yet."""
    await conn.execute(INSERT_REDACTION, to_text(target_id), redaction_nid, has_power)


async def select_redactions_of(conn: Connection, room_nid: int, target_id: EventId) -> list[Redaction]:
    """Return the accepted redactions that name an event of their own room, the first of them first."""
    rows = await conn.fetch(SELECT_REDACTIONS_OF, to_text(target_id), room_nid)
    return [Redaction(row["event_nid"], row["sender_nid"], row["has_power"]) for row in rows]


async def update_withheld(conn: Connection, redaction_nid: int, *, is_withheld: bool) -> None:
    """Keep an accepted redaction from clients, or show it to them after all."""
    statuses = [int(EventStatus.WITHHELD), int(EventStatus.ACCEPTED)]
    await conn.execute(UPDATE_WITHHELD, redaction_nid, *(statuses if is_withheld else reversed(statuses)))


async def update_redacted(conn: Connection, event_nid: int, redaction_nid: int) -> None:
    """Hide an event; the first redaction stays the one that did it."""
    await conn.execute(UPDATE_REDACTED, event_nid, redaction_nid)


async def change_states(
    conn: Connection, room_nid: int, position: int, changes: Mapping[int, int | None]
) -> None:
    """Change keys of a room's current state at a position."""
    if changes:
        await conn.execute(
            CALL_CHANGE_STATES, room_nid, position, list(changes.keys()), list(changes.values())
        )


async def rewrite_states(
    conn: Connection, room_nid: int, position: int, entries: Mapping[int, int | None]
) -> None:
    """Change what keys of a room's state were at a past position; their later changes stand."""
    if entries:
        await conn.execute(
            CALL_REWRITE_STATES, room_nid, position, list(entries.keys()), list(entries.values())
        )


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
