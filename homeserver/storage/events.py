"""Events as stored: reading them by id, by position and by topological order."""

from collections.abc import Sequence
from enum import IntEnum

import asyncpg
import orjson
from msgspec import Struct

from federation.protocol.ids import EventId
from homeserver.json_types import JsonObject
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text

EVENT_COLUMNS = """e.event_nid, e.room_nid, e.position, e.topo, e.origin_server_ts, e.sender_nid, e.key_nid,
e.device_nid, e.redacted_by, e.notify_count, e.status, e.state_base, e.event_id, e.type,
e.txn_id, e.extremities, e.json"""

SELECT_EVENTS = f"SELECT {EVENT_COLUMNS} FROM events e WHERE e.event_id = ANY ($1::text[])"
SELECT_EVENTS_BY_NID = f"SELECT {EVENT_COLUMNS} FROM events e WHERE e.event_nid = ANY ($1::bigint[])"
SELECT_HEAD = f"""
SELECT {EVENT_COLUMNS} FROM events e WHERE e.room_nid = $1 AND e.position IS NOT NULL
ORDER BY e.position DESC LIMIT 1
"""
SELECT_NEW_EVENTS = f"""
SELECT {EVENT_COLUMNS} FROM unnest($1::bigint[]) AS r(room_nid)
JOIN events e ON e.room_nid = r.room_nid AND e.position > $2 AND e.position <= $3
ORDER BY e.position
"""
SELECT_TIMELINES = f"""
SELECT {EVENT_COLUMNS} FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS w(room_nid, since, upto)
CROSS JOIN LATERAL (
    SELECT * FROM events t
    WHERE t.room_nid = w.room_nid AND t.position > w.since AND t.position <= w.upto AND t.status = 0
    ORDER BY t.position DESC LIMIT $4
) AS e
ORDER BY e.position DESC
"""
SELECT_BEFORE = f"""
SELECT {EVENT_COLUMNS} FROM events e
WHERE e.room_nid = $1 AND (e.topo, e.event_nid) < ($2, $3) AND e.status = 0
ORDER BY e.topo DESC, e.event_nid DESC LIMIT $4
"""
SELECT_AFTER = f"""
SELECT {EVENT_COLUMNS} FROM events e
WHERE e.room_nid = $1 AND (e.topo, e.event_nid) > ($2, $3) AND e.status = 0
ORDER BY e.topo, e.event_nid LIMIT $4
"""
SELECT_PLACE_OF_POSITION = """
SELECT e.topo, e.event_nid FROM events e WHERE e.room_nid = $1 AND e.position <= $2
ORDER BY e.position DESC LIMIT 1
"""
SELECT_CLOSEST_AFTER = f"""
SELECT {EVENT_COLUMNS} FROM events e WHERE e.room_nid = $1 AND e.origin_server_ts >= $2 AND e.status = 0
ORDER BY e.origin_server_ts, e.topo LIMIT 1
"""
SELECT_CLOSEST_BEFORE = f"""
SELECT {EVENT_COLUMNS} FROM events e WHERE e.room_nid = $1 AND e.origin_server_ts <= $2 AND e.status = 0
ORDER BY e.origin_server_ts DESC, e.topo DESC LIMIT 1
"""
SELECT_BY_TXN = (
    "SELECT event_id FROM events WHERE device_nid = $1 AND txn_id = $2 AND room_nid = $3 AND type = $4"
)
SELECT_POSITIONS_OF = (
    "SELECT event_id, position FROM events WHERE event_id = ANY ($1::text[]) AND position IS NOT NULL"
)
SELECT_LAST_BY_SENDER = """
SELECT max(position) FROM events WHERE room_nid = $1 AND sender_nid = $2 AND position > $3
"""


COLUMN_COUNT = EVENT_COLUMNS.count(",") + 1
TYPE, EXTREMITIES = 13, 15
"""Places in EVENT_COLUMNS, which has the order of StoredEvent's fields."""


class EventStatus(IntEnum):
    """What became of an event; only those ACCEPTED are shown to clients.

    WITHHELD are redactions that were accepted and have no effect, not yet or never.
    """

    ACCEPTED = 0
    SOFT_FAILED = 1
    REJECTED = 2
    OUTLIER = 3
    WITHHELD = 4

    @property
    def is_accepted(self) -> bool:
        """Whether the event is part of the room, be it shown or not."""
        return self in (EventStatus.ACCEPTED, EventStatus.WITHHELD)


class StoredEvent(Struct, frozen=True, gc=False):
    """An event and what the server noted about it.

    `json` is the signed PDU in canonical form, without `unsigned`.
    """

    event_nid: int
    room_nid: int
    position: int | None
    topo: int
    origin_server_ts: int
    sender_nid: int
    key_nid: int | None
    device_nid: int | None
    redacted_by: int | None
    notify_count: int
    status: int
    state_base: int | None
    event_id: EventId
    type: str
    txn_id: str | None
    extremities: tuple[int, ...] | None
    json: bytes

    def load(self) -> JsonObject:
        """Decode the PDU."""
        return load_json(self.json)

    @property
    def place(self) -> tuple[int, int]:
        """Where the event stands in the topological order of its room."""
        return self.topo, self.event_nid

    @property
    def has_place(self) -> bool:
        """Whether the state before the event is known; it is not for outliers, accepted or rejected."""
        return self.position is not None or self.state_base is not None

    @property
    def is_accepted(self) -> bool:
        return EventStatus(self.status).is_accepted

    @property
    def on_main_line(self) -> bool:
        return self.state_base is None


def load_json(canonical: bytes) -> JsonObject:
    """Decode canonical bytes of ours.

    Integers beyond 64 bits, which only rooms of versions 1 to 5 can hold, become floats: whoever hands an
    event on exactly decodes it with `pdu_from_stored`.
    """
    loaded: JsonObject = orjson.loads(canonical)
    return loaded


def event_from_row(row: asyncpg.Record) -> StoredEvent:
    """Return the event in a row that begins with EVENT_COLUMNS."""
    values = list(row[:COLUMN_COUNT])
    values[TYPE] = from_text(values[TYPE])
    if values[EXTREMITIES] is not None:
        values[EXTREMITIES] = tuple(values[EXTREMITIES])
    return StoredEvent(*values)


async def select_events(conn: Connection, event_ids: Sequence[EventId]) -> dict[EventId, StoredEvent]:
    events = map(event_from_row, await conn.fetch(SELECT_EVENTS, event_ids))
    return {event.event_id: event for event in events}


async def select_events_by_nid(conn: Connection, event_nids: Sequence[int]) -> dict[int, StoredEvent]:
    events = map(event_from_row, await conn.fetch(SELECT_EVENTS_BY_NID, event_nids))
    return {event.event_nid: event for event in events}


async def select_head(conn: Connection, room_nid: int) -> StoredEvent | None:
    """Return the newest event of a room's stream: the one that carries its forward extremities."""
    row = await conn.fetchrow(SELECT_HEAD, room_nid)
    return event_from_row(row) if row else None


async def select_new_events(
    conn: Connection, room_nids: Sequence[int], since: int, upto: int
) -> list[StoredEvent]:
    """Return the events of rooms in a span of positions, oldest first."""
    return [event_from_row(r) for r in await conn.fetch(SELECT_NEW_EVENTS, room_nids, since, upto)]


async def select_timelines(
    conn: Connection, spans: Sequence[tuple[int, int, int]], limit: int
) -> dict[int, list[StoredEvent]]:
    """Return the newest `limit` events of each (room, since, upto), oldest first."""
    columns = [list(column) for column in zip(*spans, strict=True)] or [[], [], []]
    timelines: dict[int, list[StoredEvent]] = {}
    for row in await conn.fetch(SELECT_TIMELINES, *columns, limit):
        timelines.setdefault(row["room_nid"], []).append(event_from_row(row))
    for timeline in timelines.values():
        timeline.reverse()
    return timelines


async def select_before(
    conn: Connection, room_nid: int, place: tuple[int, int], limit: int
) -> list[StoredEvent]:
    """Return accepted events before a place of the topological order, newest first."""
    return [event_from_row(r) for r in await conn.fetch(SELECT_BEFORE, room_nid, *place, limit)]


async def select_after(
    conn: Connection, room_nid: int, place: tuple[int, int], limit: int
) -> list[StoredEvent]:
    """Return accepted events after a place of the topological order, oldest first."""
    return [event_from_row(r) for r in await conn.fetch(SELECT_AFTER, room_nid, *place, limit)]


async def select_place_of_position(conn: Connection, room_nid: int, position: int) -> tuple[int, int] | None:
    """Return the place of the newest event at or before a position."""
    row = await conn.fetchrow(SELECT_PLACE_OF_POSITION, room_nid, position)
    return (row["topo"], row["event_nid"]) if row else None


async def select_closest(
    conn: Connection, room_nid: int, timestamp_ms: int, *, forwards: bool
) -> StoredEvent | None:
    """Return the first event at or after a time, or the last at or before it."""
    row = await conn.fetchrow(
        SELECT_CLOSEST_AFTER if forwards else SELECT_CLOSEST_BEFORE, room_nid, timestamp_ms
    )
    return event_from_row(row) if row else None


async def select_by_txn(
    conn: Connection, device_nid: int, txn_id: str, room_nid: int, type_: str
) -> EventId | None:
    """Return the event that a device's transaction made."""
    event_id = await conn.fetchval(SELECT_BY_TXN, device_nid, txn_id, room_nid, type_)
    return EventId(event_id) if event_id else None


async def select_positions_of(conn: Connection, event_ids: Sequence[EventId]) -> dict[EventId, int]:
    """Return the positions of those events that are stored and have one."""
    return {EventId(r["event_id"]): r["position"] for r in await conn.fetch(SELECT_POSITIONS_OF, event_ids)}


async def select_last_by_sender(conn: Connection, room_nid: int, sender_nid: int, after: int) -> int | None:
    """Return the position of a user's newest event in a room after a position."""
    position: int | None = await conn.fetchval(SELECT_LAST_BY_SENDER, room_nid, sender_nid, after)
    return position
