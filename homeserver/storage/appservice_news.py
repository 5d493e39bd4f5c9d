"""What application services have not been told yet: events, receipts, messages to devices, changes of keys.

An application service is told of what happens in a room while one of its users is in it (`appservice_stays`),
of changes of its users' memberships wherever they happen (`appservice_targets`), and of everything in rooms
that its namespaces name themselves, which callers give as `whole_rooms`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId, RoomAlias, RoomId, UserId
from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row
from homeserver.storage.receipts import StoredReceipt
from homeserver.storage.text import from_text

SELECT_INTERESTED = """
SELECT room_nid, appservice_nid FROM appservice_stays WHERE room_nid = ANY ($1::bigint[])
UNION SELECT room_nid, appservice_nid FROM appservice_targets WHERE room_nid = ANY ($1::bigint[])
"""
SELECT_MOVED_ROOMS = """
SELECT DISTINCT s.room_nid FROM appservice_stays s
WHERE s.appservice_nid = $1 AND (s.until IS NULL OR s.until > $2) AND (
    EXISTS (SELECT FROM events e WHERE e.room_nid = s.room_nid AND e.position > $2)
    OR EXISTS (SELECT FROM receipts r WHERE r.room_nid = s.room_nid AND r.position > $2))
"""
SELECT_ALIASES = """
SELECT room_nid, alias FROM room_aliases WHERE $1::bigint[] IS NULL OR room_nid = ANY ($1::bigint[])
"""
SELECT_ALL_ROOMS = "SELECT room_nid, room_id FROM rooms"
SELECT_STAY_EVENTS = f"""
SELECT {EVENT_COLUMNS} FROM appservice_stays s CROSS JOIN LATERAL (
    SELECT * FROM events t
    WHERE t.room_nid = s.room_nid AND t.position > greatest($3, s.since - 1)
    AND t.position <= least($4, coalesce(s.until, $4)) AND t.status = 0
    ORDER BY t.position LIMIT $5
) AS e
WHERE s.appservice_nid = $1 AND s.room_nid = ANY ($2::bigint[]) ORDER BY e.position LIMIT $5
"""
SELECT_ROOM_EVENTS = f"""
SELECT {EVENT_COLUMNS} FROM unnest($1::bigint[]) AS w(room_nid) CROSS JOIN LATERAL (
    SELECT * FROM events t
    WHERE t.room_nid = w.room_nid AND t.position > $2 AND t.position <= $3 AND t.status = 0
    ORDER BY t.position LIMIT $4
) AS e
ORDER BY e.position LIMIT $4
"""
SELECT_TARGET_EVENTS = f"""
SELECT {EVENT_COLUMNS} FROM appservice_targets g
JOIN events e ON e.room_nid = g.room_nid AND e.position = g.position AND e.status = 0
WHERE g.appservice_nid = $1 AND g.position > $2 AND g.position <= $3 ORDER BY e.position LIMIT $4
"""
SELECT_OUT_OF_BAND_TARGETS = """
SELECT g.position, g.user_nid, g.room_nid FROM appservice_targets g
JOIN out_of_band_memberships o
ON o.user_nid = g.user_nid AND o.room_nid = g.room_nid AND o.position = g.position
WHERE g.appservice_nid = $1 AND g.position > $2 AND g.position <= $3 ORDER BY g.position LIMIT $4
"""
SELECT_RECEIPTS = """
SELECT r.position, r.room_nid, u.user_id, r.type, r.thread, r.event_id, r.ts
FROM receipts r JOIN users u ON u.user_nid = r.user_nid
WHERE r.room_nid = ANY ($2::bigint[]) AND r.position > $4 AND r.position <= $5
AND (r.type = 'm.read' OR r.type = 'm.read.private' AND EXISTS (
    SELECT FROM appservice_users o WHERE o.user_nid = r.user_nid AND o.appservice_nid = $1))
AND (r.room_nid = ANY ($3::bigint[]) OR EXISTS (
    SELECT FROM appservice_stays s WHERE s.room_nid = r.room_nid AND s.appservice_nid = $1
    AND s.since <= r.position AND (s.until IS NULL OR s.until >= r.position)))
ORDER BY r.position FETCH FIRST ($6::bigint) ROWS WITH TIES
"""
SELECT_TO_DEVICE = """
SELECT t.position, t.ordinal, t.device_nid, u.user_id, d.device_id, t.json
FROM appservice_users a JOIN users u ON u.user_nid = a.user_nid
JOIN devices d ON d.user_nid = a.user_nid JOIN to_device t ON t.device_nid = d.device_nid
WHERE a.appservice_nid = $1 AND ($2::bigint[] IS NULL OR a.user_nid = ANY ($2::bigint[])) AND t.position <= $3
ORDER BY t.position FETCH FIRST ($4::bigint) ROWS WITH TIES
"""
SELECT_CHANGED_DEVICES = """
SELECT u.user_id FROM device_list_changes c JOIN users u ON u.user_nid = c.user_nid
WHERE c.position > $2 AND c.position <= $3 AND (
    EXISTS (SELECT FROM appservice_users o WHERE o.user_nid = c.user_nid AND o.appservice_nid = $1)
    OR EXISTS (
        SELECT FROM memberships m
        JOIN appservice_stays s ON s.room_nid = m.room_nid AND s.appservice_nid = $1 AND s.until IS NULL
        WHERE m.user_nid = c.user_nid AND m.membership = 'join'))
ORDER BY u.user_id
"""
SELECT_COMPANY = """
SELECT w.user_nid FROM unnest($2::bigint[]) AS w(user_nid)
WHERE EXISTS (SELECT FROM appservice_users o WHERE o.user_nid = w.user_nid AND o.appservice_nid = $1)
OR EXISTS (
    SELECT FROM memberships m
    JOIN appservice_stays s ON s.room_nid = m.room_nid AND s.appservice_nid = $1 AND s.until IS NULL
    WHERE m.user_nid = w.user_nid AND m.membership = 'join')
"""
SELECT_USERS_WITH_KEYS = """
SELECT DISTINCT a.user_nid FROM appservice_users a JOIN devices d ON d.user_nid = a.user_nid
JOIN device_keys k ON k.device_nid = d.device_nid WHERE a.appservice_nid = $1 ORDER BY 1 LIMIT $2
"""
SELECT_ONE_TIME_KEYS = """
SELECT u.user_id, d.device_id, o.algorithm, count(o.key_nid) AS keys
FROM devices d JOIN device_keys k ON k.device_nid = d.device_nid JOIN users u ON u.user_nid = d.user_nid
LEFT JOIN one_time_keys o ON o.device_nid = d.device_nid
WHERE d.user_nid = ANY ($1::bigint[]) GROUP BY 1, 2, 3
"""
SELECT_FALLBACK_KEYS = """
SELECT u.user_id, d.device_id, f.algorithm
FROM devices d JOIN device_keys k ON k.device_nid = d.device_nid JOIN users u ON u.user_nid = d.user_nid
LEFT JOIN fallback_keys f ON f.device_nid = d.device_nid AND NOT f.used
WHERE d.user_nid = ANY ($1::bigint[]) ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Span:
    """What one application service is told next: from after `since` up to `upto`.

    `rooms` are those in which something may have happened; of `whole_rooms` it is told everything.
    """

    nid: int
    since: int
    upto: int
    rooms: Sequence[int]
    whole_rooms: Sequence[int]


@dataclass(frozen=True, slots=True)
class PlacedReceipt:
    """A receipt, where and when."""

    position: int
    room_nid: int
    receipt: StoredReceipt


@dataclass(frozen=True, slots=True)
class DeviceMessage:
    """A to-device message that its device has not had; `json` is the whole event."""

    position: int
    ordinal: int
    device_nid: int
    user_id: UserId
    device_id: str
    json: bytes


@dataclass(frozen=True, slots=True)
class KeysLeft:
    """What a device that has published its keys has left."""

    user_id: UserId
    device_id: str
    one_time_keys: dict[str, int]
    unused_fallback_keys: list[str]


async def select_interested(conn: Connection, room_nids: Collection[int]) -> dict[int, list[int]]:
    """Return the application services that have, or lately had, to do with rooms through their users."""
    found: dict[int, list[int]] = {}
    for row in await conn.fetch(SELECT_INTERESTED, sorted(room_nids)):
        found.setdefault(row["room_nid"], []).append(row["appservice_nid"])
    return found


async def select_moved_rooms(conn: Connection, nid: int, since: int) -> set[int]:
    """Return the rooms of an application service's users in which something happened after a position."""
    return {row["room_nid"] for row in await conn.fetch(SELECT_MOVED_ROOMS, nid, since)}


async def select_aliases(conn: Connection, room_nids: Collection[int] | None) -> list[tuple[int, RoomAlias]]:
    """Return the aliases of rooms, or all there are, each after its room."""
    wanted = None if room_nids is None else sorted(room_nids)
    return [(row["room_nid"], RoomAlias(row["alias"])) for row in await conn.fetch(SELECT_ALIASES, wanted)]


async def select_all_rooms(conn: Connection) -> list[tuple[int, RoomId]]:
    """Return number and id of every room."""
    return [(row["room_nid"], RoomId(row["room_id"])) for row in await conn.fetch(SELECT_ALL_ROOMS)]


async def select_news(conn: Connection, span: Span, limit: int) -> list[StoredEvent]:
    """Return the first events of a span that concern its application service, in order, each once."""
    nid, since, upto = span.nid, span.since, span.upto
    rows = await conn.fetch(SELECT_TARGET_EVENTS, nid, since, upto, limit)
    if span.rooms:
        rows += await conn.fetch(SELECT_STAY_EVENTS, nid, span.rooms, since, upto, limit)
    if span.whole_rooms:
        rows += await conn.fetch(SELECT_ROOM_EVENTS, span.whole_rooms, since, upto, limit)
    events = {event.event_nid: event for event in map(event_from_row, rows)}
    return sorted(events.values(), key=lambda event: event.position or 0)[:limit]


async def select_out_of_band_targets(conn: Connection, span: Span, limit: int) -> list[tuple[int, int, int]]:
    """Return (position, user, room) of users' memberships of other servers' rooms that changed in a span."""
    rows = await conn.fetch(SELECT_OUT_OF_BAND_TARGETS, span.nid, span.since, span.upto, limit)
    return [(row["position"], row["user_nid"], row["room_nid"]) for row in rows]


async def select_receipts(conn: Connection, span: Span, limit: int) -> list[PlacedReceipt]:
    """Return the first receipts of a span, in order, and all that share the last one's position."""
    rooms = sorted({*span.rooms, *span.whole_rooms})
    rows = await conn.fetch(SELECT_RECEIPTS, span.nid, rooms, span.whole_rooms, span.since, span.upto, limit)
    return [
        PlacedReceipt(
            row["position"],
            row["room_nid"],
            StoredReceipt(
                UserId(row["user_id"]), row["type"], row["thread"], EventId(row["event_id"]), row["ts"]
            ),
        )
        for row in rows
    ]


async def select_to_device(
    conn: Connection, nid: int, user_nids: Collection[int] | None, upto: int, limit: int
) -> list[DeviceMessage]:
    """Return the oldest messages that wait for devices of these users, or of all whom a namespace covers.

    All that share the last one's position are among them.
    """
    wanted = None if user_nids is None else sorted(user_nids)
    rows = await conn.fetch(SELECT_TO_DEVICE, nid, wanted, upto, limit)
    messages = [
        DeviceMessage(
            position=row["position"],
            ordinal=row["ordinal"],
            device_nid=row["device_nid"],
            user_id=UserId(row["user_id"]),
            device_id=from_text(row["device_id"]),
            json=row["json"],
        )
        for row in rows
    ]
    return sorted(messages, key=lambda message: (message.position, message.ordinal, message.device_nid))


async def select_changed_devices(conn: Connection, nid: int, since: int, upto: int) -> list[UserId]:
    """Return whose devices changed in a span, of those covered and those in rooms with them."""
    return [UserId(row["user_id"]) for row in await conn.fetch(SELECT_CHANGED_DEVICES, nid, since, upto)]


async def select_company(conn: Connection, nid: int, user_nids: Collection[int]) -> set[int]:
    """Return those of the users who are covered, or in a room with somebody who is."""
    return {row["user_nid"] for row in await conn.fetch(SELECT_COMPANY, nid, sorted(user_nids))}


async def select_users_with_keys(conn: Connection, nid: int, limit: int) -> list[int]:
    """Return covered users who have published keys of a device."""
    return [row["user_nid"] for row in await conn.fetch(SELECT_USERS_WITH_KEYS, nid, limit)]


async def select_keys_left(conn: Connection, user_nids: Collection[int]) -> list[KeysLeft]:
    """Return what the devices of users have left."""
    left: dict[tuple[str, str], KeysLeft] = {}
    for row in await conn.fetch(SELECT_FALLBACK_KEYS, sorted(user_nids)):
        key = row["user_id"], row["device_id"]
        device = left.setdefault(key, KeysLeft(UserId(key[0]), from_text(key[1]), {}, []))
        if row["algorithm"] is not None:
            device.unused_fallback_keys.append(from_text(row["algorithm"]))
    for row in await conn.fetch(SELECT_ONE_TIME_KEYS, sorted(user_nids)):
        keys = left.get((row["user_id"], row["device_id"]))
        if keys is not None and row["algorithm"] is not None:
            keys.one_time_keys[from_text(row["algorithm"])] = row["keys"]
    return list(left.values())
