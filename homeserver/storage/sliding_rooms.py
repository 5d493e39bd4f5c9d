"""What sliding sync asks about rooms: when something last happened in them, and what state they have."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row
from homeserver.storage.state_keys import StateEntry
from homeserver.storage.text import to_text

SELECT_ACTIVITY = """
SELECT w.room_nid, greatest(
    (SELECT e.position FROM events e WHERE e.room_nid = w.room_nid AND e.position IS NOT NULL
     ORDER BY e.position DESC LIMIT 1),
    (SELECT c.position FROM state_changes c WHERE c.room_nid = w.room_nid ORDER BY c.position DESC LIMIT 1),
    0) AS position
FROM unnest($1::bigint[]) AS w(room_nid)
"""
SELECT_STANDINGS = """
SELECT m.room_nid, coalesce(e.sender_nid, o.sender_nid, $1) AS sender_nid, o.shown, EXISTS (
    SELECT FROM users u
    JOIN state_keys k ON k.type = 'm.room.member' AND k.state_key = u.user_id
    JOIN state_changes c ON c.room_nid = m.room_nid AND c.key_nid = k.key_nid
    JOIN member_events j ON j.event_nid = c.new_event_nid AND j.membership = 'join'
    WHERE u.user_nid = $1) AS has_joined
FROM memberships m
LEFT JOIN out_of_band_memberships o
    ON o.user_nid = m.user_nid AND o.room_nid = m.room_nid AND o.position = m.event_nid
LEFT JOIN events e ON e.event_nid = m.event_nid AND o.position IS NULL
WHERE m.user_nid = $1 AND m.room_nid = ANY ($2::bigint[])
"""
SELECT_BUMP_STAMPS = """
SELECT w.room_nid, b.position FROM unnest($1::bigint[]) AS w(room_nid)
CROSS JOIN LATERAL (
    SELECT n.position FROM (
        SELECT e.position, e.type, e.sender_nid, e.status FROM events e
        WHERE e.room_nid = w.room_nid AND e.position IS NOT NULL AND e.position <= $2
        ORDER BY e.position DESC LIMIT $5
    ) AS n
    WHERE n.type = ANY ($3::text[]) AND n.status = 0 AND n.sender_nid <> ALL ($4::bigint[])
    ORDER BY n.position DESC LIMIT 1
) AS b
"""
SELECT_STATE_EVENTS = f"""
SELECT {EVENT_COLUMNS} FROM unnest($2::text[], $3::text[]) AS w(type, state_key)
JOIN state_keys k ON k.type = w.type AND k.state_key = w.state_key
JOIN current_state s ON s.key_nid = k.key_nid AND s.room_nid = ANY ($1::bigint[])
JOIN events e ON e.event_nid = s.event_nid
"""
SELECT_ROOMS_READ = """
SELECT w.room_nid FROM unnest($2::bigint[]) AS w(room_nid)
WHERE EXISTS (SELECT FROM receipts r WHERE r.room_nid = w.room_nid AND r.position > $3 AND r.position <= $4
              AND r.user_nid = $1)
"""
SELECT_ROOMS_WITH_RECEIPTS = """
SELECT w.room_nid FROM unnest($1::bigint[]) AS w(room_nid)
WHERE EXISTS (SELECT FROM receipts r WHERE r.room_nid = w.room_nid AND r.position > $2 AND r.position <= $3)
"""
SELECT_ROOM_DATA_OF_TYPE = """
SELECT room_nid, content FROM account_data WHERE user_nid = $1 AND room_nid <> 0 AND type = $2
"""

MAX_EVENTS_TO_LAST_BUMP = 1_000
"""A room whose newest events are all of no consequence to its place keeps none, however long it is."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody came not to be in a room: by whom, and whether they ever were in it.

    `left_alone`: it was their own doing. `shown` is what they were told of a room of others, a list in JSON.
    """

    sender_nid: int
    left_alone: bool
    has_joined: bool
    shown: bytes | None


async def select_activity(conn: Connection, room_nids: Sequence[int]) -> dict[int, int]:
    """Return the position at which something last happened in each room."""
    return {r["room_nid"]: r["position"] for r in await conn.fetch(SELECT_ACTIVITY, room_nids)}


async def select_standings(conn: Connection, user_nid: int, room_nids: Sequence[int]) -> dict[int, Standing]:
    """Return what became of a user's memberships of rooms."""
    rows = await conn.fetch(SELECT_STANDINGS, user_nid, room_nids)
    return {
        r["room_nid"]: Standing(r["sender_nid"], r["sender_nid"] == user_nid, r["has_joined"], r["shown"])
        for r in rows
    }


async def select_bump_stamps(
    conn: Connection,
    room_nids: Sequence[int],
    upto: int,
    types: Sequence[str],
    without_senders: Sequence[int],
) -> dict[int, int]:
    """Return the position of each room's newest event of certain types; rooms without one are left out."""
    rows = await conn.fetch(
        SELECT_BUMP_STAMPS, room_nids, upto, types, without_senders, MAX_EVENTS_TO_LAST_BUMP
    )
    return {r["room_nid"]: r["position"] for r in rows}


async def select_state_events(
    conn: Connection, room_nids: Sequence[int], entries: Sequence[StateEntry]
) -> list[StoredEvent]:
    """Return the current events of these entries in each of the rooms."""
    types, keys = [to_text(entry[0]) for entry in entries], [to_text(entry[1]) for entry in entries]
    return [event_from_row(row) for row in await conn.fetch(SELECT_STATE_EVENTS, room_nids, types, keys)]


async def select_rooms_read(
    conn: Connection, user_nid: int, room_nids: Sequence[int], since: int, upto: int
) -> set[int]:
    """Return those of the rooms in which a user has moved a receipt, public or private, in a span."""
    rows = await conn.fetch(SELECT_ROOMS_READ, user_nid, room_nids, since, upto)
    return {row["room_nid"] for row in rows}


async def select_rooms_with_receipts(
    conn: Connection, room_nids: Sequence[int], since: int, upto: int
) -> set[int]:
    """Return those of the rooms in which anybody has moved a receipt in a span."""
    return {r["room_nid"] for r in await conn.fetch(SELECT_ROOMS_WITH_RECEIPTS, room_nids, since, upto)}


async def select_room_data_of_type(conn: Connection, user_nid: int, type_: str) -> dict[int, bytes]:
    """Return a user's account data of one type, by room."""
    rows = await conn.fetch(SELECT_ROOM_DATA_OF_TYPE, user_nid, to_text(type_))
    return {row["room_nid"]: row["content"] for row in rows}
