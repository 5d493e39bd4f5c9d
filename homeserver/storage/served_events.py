"""What reading a room for another server needs: who of that server was there when, and events by the many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId, ServerName
from homeserver.storage.db import Connection

SELECT_EVENT_IDS = "SELECT event_nid, event_id FROM events WHERE event_nid = ANY ($1::bigint[])"
SELECT_STANDINGS = """
SELECT event_id, room_nid, position IS NOT NULL OR state_base IS NOT NULL AS has_place
FROM events WHERE event_id = ANY ($1::text[])
"""
SELECT_STORED_PDUS = """
SELECT event_id, json, redacted_by IS NOT NULL AS is_redacted FROM events
WHERE room_nid = $1 AND event_id = ANY ($2::text[])
"""
SELECT_STATE_CANDIDATES = """
SELECT e.event_id, e.key_nid, e.event_id = $3 AS is_last,
       k.type = 'm.room.create' AND k.state_key = '' AS is_create
FROM events e JOIN state_keys k ON k.key_nid = e.key_nid
WHERE e.room_nid = $1 AND e.event_id = ANY ($2::text[]) AND e.status <> 2
"""
SELECT_MEMBERS_OF_SERVER_AT = """
SELECT w.event_nid,
       array_agg(k.key_nid) FILTER (WHERE m.membership = 'join') AS joined,
       array_agg(k.key_nid) FILTER (WHERE m.membership = 'invite') AS invited
FROM unnest($2::bigint[], $3::bigint[]) AS w(event_nid, base)
CROSS JOIN (
    SELECT k.key_nid FROM memberships s JOIN users u ON u.user_nid = s.user_nid
    JOIN state_keys k ON k.type = 'm.room.member' AND k.state_key = u.user_id
    WHERE s.room_nid = $1 AND u.server = $4
) AS k
CROSS JOIN LATERAL (
    SELECT c.new_event_nid FROM state_changes c
    WHERE c.room_nid = $1 AND c.key_nid = k.key_nid AND c.position <= w.base ORDER BY c.position DESC LIMIT 1
) AS c
JOIN member_events m ON m.event_nid = c.new_event_nid
GROUP BY w.event_nid
"""
SELECT_BRANCH_MEMBERS_OF_SERVER = """
WITH RECURSIVE layers AS (
    SELECT e.event_nid, b.branch_nid, b.parent_nid, 1 AS layer
    FROM events e JOIN state_branches b ON b.branch_nid = e.state_branch
    WHERE e.event_nid = ANY ($1::bigint[])
    UNION ALL
    SELECT l.event_nid, b.branch_nid, b.parent_nid, l.layer + 1
    FROM layers l JOIN state_branches b ON b.branch_nid = l.parent_nid
)
SELECT DISTINCT ON (l.event_nid, s.key_nid) l.event_nid, s.key_nid, m.membership
FROM layers l
JOIN state_branch_entries s ON s.branch_nid = l.branch_nid
JOIN state_keys k ON k.key_nid = s.key_nid AND k.type = 'm.room.member'
JOIN users u ON u.user_id = k.state_key AND u.server = $2
LEFT JOIN member_events m ON m.event_nid = s.event_nid
ORDER BY l.event_nid, s.key_nid, l.layer
"""


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a server had users in a room before an event, joined or invited."""

    joined: bool = False
    invited: bool = False


@dataclass(frozen=True, slots=True)
class StateCandidate:
    """A stored state event that was not rejected; `key_nid` is the entry it sets."""

    event_id: EventId
    key_nid: int
    is_last: bool
    is_create: bool


async def select_event_ids(conn: Connection, event_nids: Sequence[int]) -> dict[int, EventId]:
    """Return the ids of events by their numbers."""
    rows = await conn.fetch(SELECT_EVENT_IDS, event_nids)
    return {row["event_nid"]: EventId(row["event_id"]) for row in rows}


async def select_standings(conn: Connection, event_ids: Sequence[EventId]) -> dict[EventId, tuple[int, bool]]:
    """Return the room of those of the events that are stored, and whether the state before each is known."""
    rows = await conn.fetch(SELECT_STANDINGS, event_ids)
    return {EventId(row["event_id"]): (row["room_nid"], row["has_place"]) for row in rows}


async def select_stored_pdus(
    conn: Connection, room_nid: int, event_ids: Sequence[EventId]
) -> dict[EventId, tuple[bytes, bool]]:
    """Return events of a room as stored, and whether each has been redacted."""
    rows = await conn.fetch(SELECT_STORED_PDUS, room_nid, event_ids)
    return {EventId(row["event_id"]): (row["json"], row["is_redacted"]) for row in rows}


async def select_state_candidates(
    conn: Connection, room_nid: int, event_ids: Sequence[EventId], last: EventId | None
) -> list[StateCandidate]:
    """Return those of the events that may be part of a state of a room."""
    rows = await conn.fetch(SELECT_STATE_CANDIDATES, room_nid, event_ids, last or "")
    return [StateCandidate(EventId(r["event_id"]), r["key_nid"], r["is_last"], r["is_create"]) for r in rows]


async def select_presence_of_server(
    conn: Connection, room_nid: int, server: ServerName, bases: Mapping[int, int]
) -> dict[int, Presence]:
    """Return, per event, who of a server was there before it.

    `bases` are the positions of the main line from which the states before the events start.
    """
    joined: dict[int, set[int]] = {event_nid: set() for event_nid in bases}
    invited: dict[int, set[int]] = {event_nid: set() for event_nid in bases}
    columns = list(bases.keys()), list(bases.values())
    for row in await conn.fetch(SELECT_MEMBERS_OF_SERVER_AT, room_nid, *columns, server):
        joined[row["event_nid"]].update(row["joined"] or ())
        invited[row["event_nid"]].update(row["invited"] or ())
    for row in await conn.fetch(SELECT_BRANCH_MEMBERS_OF_SERVER, columns[0], server):
        for members, membership in ((joined, "join"), (invited, "invite")):
            of_event = members[row["event_nid"]]
            (of_event.add if row["membership"] == membership else of_event.discard)(row["key_nid"])
    return {nid: Presence(bool(joined[nid]), bool(invited[nid])) for nid in bases}
