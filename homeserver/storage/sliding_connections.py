"""Connections of sliding sync: what each client was sent, by the ordinal in its position.

What an ordinal stands for never changes; see the migration for how it is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

MAX_UNCONFIRMED = 4
"""How many answers to one position are kept for a client that repeats its request."""

DELETE_SAME_CONNECTION = """
DELETE FROM sliding_connections
WHERE user_nid = $1 AND coalesce(device_nid, 0) = coalesce($2, 0) AND conn_id = $3
"""
DELETE_SURPLUS_CONNECTIONS = """
DELETE FROM sliding_connections WHERE connection_nid IN (
    SELECT connection_nid FROM sliding_connections
    WHERE user_nid = $1 AND coalesce(device_nid, 0) = coalesce($2, 0) ORDER BY used DESC OFFSET $3)
"""
INSERT_CONNECTION = """
INSERT INTO sliding_connections (user_nid, device_nid, conn_id, settled, since) VALUES ($1, $2, $3, $4, $5)
RETURNING connection_nid
"""
UPDATE_USED = """
UPDATE sliding_connections SET used = now()
WHERE connection_nid = $1 AND user_nid = $2 AND coalesce(device_nid, 0) = coalesce($3, 0) AND conn_id = $4
RETURNING settled, since
"""
SELECT_HAS_ANSWER = "SELECT EXISTS (SELECT FROM sliding_answers WHERE connection_nid = $1 AND ordinal = $2)"
SELECT_CONFIGS = "SELECT code, json FROM sliding_configs WHERE connection_nid = $1"
SELECT_ROOMS = """
SELECT room_nid, since, config, seen, flags FROM sliding_rooms
WHERE connection_nid = $1 AND ordinal IN (0, $2) ORDER BY ordinal <> 0
"""
STORE_ANSWER = "SELECT store_sliding_answer($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
DELETE_UNUSED = """
DELETE FROM sliding_connections WHERE connection_nid IN (
    SELECT connection_nid FROM sliding_connections
    WHERE used < now() - $1::bigint * interval '1 millisecond' ORDER BY used LIMIT $2)
"""


class SentRoom(NamedTuple):
    """What a client has of a room.

    `since` is up to which position it was sent, None where that is the position in the client's token;
    `config` the code of the state that it wants; `seen` how many of the newest events it has, at least.
    """

    since: int | None
    config: int
    seen: int
    flags: int


@dataclass(frozen=True, slots=True)
class ConnectionKey:
    """Whose connection, and which one of the device's."""

    user_nid: int
    device_nid: int | None
    conn_id: str


@dataclass(frozen=True, slots=True)
class StoredConnection:
    """A connection as one of its ordinals has it. `since` is the position at which it began."""

    since: int
    configs: Mapping[int, bytes]
    rooms: dict[int, SentRoom]


async def insert_connection(
    conn: Connection, key: ConnectionKey, settled: int, since: int, max_connections: int
) -> int:
    """Begin a connection in place of an older one of the same name; the device's least used ones go."""
    named = (key.user_nid, key.device_nid, to_text(key.conn_id))
    await conn.execute(DELETE_SAME_CONNECTION, *named)
    await conn.execute(DELETE_SURPLUS_CONNECTIONS, key.user_nid, key.device_nid, max_connections - 1)
    connection_nid: int = await conn.fetchval(INSERT_CONNECTION, *named, settled, since)
    return connection_nid


async def select_connection(
    conn: Connection, connection_nid: int, key: ConnectionKey, ordinal: int
) -> StoredConnection | None:
    """Return somebody's connection as an ordinal has it, and note its use; None if it is not known."""
    row = await conn.fetchrow(UPDATE_USED, connection_nid, key.user_nid, key.device_nid, to_text(key.conn_id))
    if row is None:
        return None
    if row["settled"] != ordinal and not await conn.fetchval(SELECT_HAS_ANSWER, connection_nid, ordinal):
        return None
    configs = {r["code"]: r["json"] for r in await conn.fetch(SELECT_CONFIGS, connection_nid)}
    rooms = {
        r[0]: SentRoom(*r[1:]) for r in map(tuple, await conn.fetch(SELECT_ROOMS, connection_nid, ordinal))
    }
    return StoredConnection(row["since"], configs, rooms)


async def note_connection_used(conn: Connection, connection_nid: int, key: ConnectionKey) -> None:
    """Keep a connection that is used from expiring."""
    await conn.execute(UPDATE_USED, connection_nid, key.user_nid, key.device_nid, to_text(key.conn_id))


async def store_answer(
    conn: Connection,
    connection_nid: int,
    base: int,
    ordinal: int,
    configs: Mapping[int, bytes],
    rooms: Mapping[int, SentRoom],
) -> bool:
    """Store the rooms in which an ordinal differs from `base`, which the client has just confirmed.

    False where `base` is not known any more.
    """
    columns = [[room[i] for room in rooms.values()] for i in range(len(SentRoom._fields))]
    stored: bool = await conn.fetchval(
        STORE_ANSWER, connection_nid, base, ordinal, MAX_UNCONFIRMED, list(configs), list(configs.values()),
        list(rooms), *columns,
    )  # fmt: skip
    return stored


async def delete_unused_connections(conn: Connection, age_ms: int, limit: int) -> int:
    """Drop connections that were not used for `age_ms`, at most `limit`; return how many."""
    status: Sequence[str] = (await conn.execute(DELETE_UNUSED, age_ms, limit)).split()
    return int(status[-1])
