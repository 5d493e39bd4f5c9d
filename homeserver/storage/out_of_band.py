"""Memberships of rooms that this server is not in: events that nothing here can authorise.

A membership is out of band as long as `memberships` leads to the position of its row here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.room_versions import ROOM_VERSIONS
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent, load_json
from homeserver.storage.rooms import Room

INSERT_ROOM = """
INSERT INTO rooms (room_nid, room_id, version) VALUES (nextval('room_nids'), $1, $2)
ON CONFLICT (room_id) DO NOTHING
"""
UPDATE_ROOM_VERSION = """
UPDATE rooms SET version = $2 WHERE room_id = $1 AND version <> $2
AND NOT EXISTS (SELECT FROM events e WHERE e.room_nid = rooms.room_nid)
"""
SELECT_ROOM = "SELECT room_nid, version FROM rooms WHERE room_id = $1"
UPSERT_MEMBERSHIP = """
INSERT INTO memberships (user_nid, room_nid, membership, event_nid, position) VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (user_nid, room_nid) DO UPDATE
SET membership = excluded.membership, event_nid = excluded.event_nid, position = excluded.position,
    forgotten = false
"""
UPSERT_OUT_OF_BAND = """
INSERT INTO out_of_band_memberships (user_nid, room_nid, position, sender_nid, key_nid, event_id, json, shown,
                                     servers)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (user_nid, room_nid) DO UPDATE
SET position = excluded.position, sender_nid = excluded.sender_nid, event_id = excluded.event_id,
    json = excluded.json, shown = excluded.shown, servers = excluded.servers
"""
SELECT_OUT_OF_BAND = """
SELECT o.room_nid, o.position, o.sender_nid, o.key_nid, o.event_id, o.json, o.shown, o.servers
FROM memberships m JOIN out_of_band_memberships o ON o.user_nid = m.user_nid AND o.room_nid = m.room_nid
WHERE m.user_nid = $1 AND m.room_nid = ANY ($2::bigint[]) AND m.event_nid = o.position
"""


@dataclass(frozen=True, slots=True)
class OutOfBandEvent:
    """The member event of a user of ours in a room of others. `json` is canonical, `shown` a list in JSON."""

    user_nid: int
    sender_nid: int
    key_nid: int
    membership: str
    event_id: EventId
    json: bytes
    shown: bytes
    servers: Sequence[ServerName]


@dataclass(frozen=True, slots=True)
class OutOfBandMembership:
    """A user's present membership of a room of others. `event` has the position of the membership."""

    event: StoredEvent
    shown: bytes
    servers: tuple[ServerName, ...]


async def ensure_room(conn: Connection, room_id: RoomId, version: str) -> Room:
    """Return a room, made known if it is not. Its version is the one that was heard of last.

    A room of which there are events keeps its version: callers compare.
    """
    await conn.execute(INSERT_ROOM, room_id, version)
    await conn.execute(UPDATE_ROOM_VERSION, room_id, version)
    row = await conn.fetchrow(SELECT_ROOM, room_id)
    assert row is not None
    return Room(row["room_nid"], room_id, ROOM_VERSIONS[row["version"]])


async def put_out_of_band(conn: Connection, room_nid: int, position: int, event: OutOfBandEvent) -> None:
    """Make an event a user's membership of a room, at a position."""
    await conn.execute(UPSERT_MEMBERSHIP, event.user_nid, room_nid, event.membership, position)
    await conn.execute(
        UPSERT_OUT_OF_BAND, event.user_nid, room_nid, position, event.sender_nid, event.key_nid,
        event.event_id, event.json, event.shown, list(event.servers),
    )  # fmt: skip


async def select_out_of_band(
    conn: Connection, user_nid: int, room_nids: Sequence[int]
) -> Mapping[int, OutOfBandMembership]:
    """Return those of a user's memberships of these rooms that are out of band, by room number."""
    rows = await conn.fetch(SELECT_OUT_OF_BAND, user_nid, room_nids)
    return {row["room_nid"]: _membership(row) for row in rows}


def _membership(row: asyncpg.Record) -> OutOfBandMembership:
    position, json = row["position"], row["json"]
    event = StoredEvent(
        position, row["room_nid"], position, 0, load_json(json)["origin_server_ts"], row["sender_nid"],
        row["key_nid"], None, None, 0, EventStatus.OUTLIER, None, EventId(row["event_id"]), "m.room.member",
        None, None, json,
    )  # fmt: skip
    return OutOfBandMembership(event, row["shown"], tuple(map(ServerName, row["servers"])))
