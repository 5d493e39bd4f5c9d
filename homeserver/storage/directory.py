"""The room directory: this server's room aliases, and which rooms are published."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import RoomAlias
from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

INSERT_ALIAS = """
INSERT INTO room_aliases (alias, room_nid, creator_nid, created_ts) VALUES ($1, $2, $3, $4)
ON CONFLICT (alias) DO UPDATE
SET room_nid = excluded.room_nid, creator_nid = excluded.creator_nid, created_ts = excluded.created_ts
WHERE room_aliases.created_ts < $5
AND NOT EXISTS (SELECT FROM rooms r WHERE r.room_nid = room_aliases.room_nid)
RETURNING alias
"""
SELECT_ALIAS = """
SELECT a.alias, a.room_nid, a.creator_nid FROM room_aliases a JOIN rooms r ON r.room_nid = a.room_nid
WHERE a.alias = $1
"""
SELECT_ALIASES_OF_ROOM = (
    "SELECT alias FROM room_aliases WHERE room_nid = $1 ORDER BY created_ts, alias LIMIT $2"
)
DELETE_ALIAS = "DELETE FROM room_aliases WHERE alias = $1 AND room_nid = $2 RETURNING alias"
UPDATE_ALIASES_ROOM = "UPDATE room_aliases SET room_nid = $2 WHERE room_nid = $1"
UPDATE_PUBLISHED = "UPDATE rooms SET published = $2 WHERE room_nid = $1"
SELECT_IS_PUBLISHED = "SELECT published FROM rooms WHERE room_nid = $1"
SELECT_PUBLISHED_AMONG = "SELECT room_nid FROM rooms WHERE published AND room_nid = ANY ($1::bigint[])"
SELECT_PUBLISHED_ROOMS = "SELECT room_nid FROM rooms WHERE published ORDER BY room_nid"
SELECT_ROOMS_OF_NETWORK = """
SELECT p.room_nid FROM appservices a JOIN appservice_published_rooms p USING (appservice_nid)
WHERE a.appservice_id = $1 AND p.network_id = $2 ORDER BY p.room_nid
"""
SELECT_ROOMS_OF_ALL_NETWORKS = """
SELECT room_nid FROM rooms WHERE published
UNION SELECT room_nid FROM appservice_published_rooms ORDER BY room_nid
"""

UNCOMMITTED_CLAIM_MS = 60_000
"""How long an alias stays claimed for a room that is not committed."""


@dataclass(frozen=True, slots=True)
class StoredAlias:
    """An alias of this server, the room it leads to, and who made it."""

    alias: RoomAlias
    room_nid: int
    creator_nid: int


async def insert_alias(
    conn: Connection, alias: RoomAlias, room_nid: int, creator_nid: int, now_ms: int
) -> bool:
    """Claim an alias; False where it is taken."""
    stale_before = now_ms - UNCOMMITTED_CLAIM_MS
    return await conn.fetchval(INSERT_ALIAS, alias, room_nid, creator_nid, now_ms, stale_before) is not None


async def select_alias(conn: Connection, alias: RoomAlias) -> StoredAlias | None:
    """Return an alias that leads to a room that exists."""
    row = await conn.fetchrow(SELECT_ALIAS, alias)
    return StoredAlias(RoomAlias(row["alias"]), row["room_nid"], row["creator_nid"]) if row else None


async def select_aliases_of_room(conn: Connection, room_nid: int, limit: int) -> list[RoomAlias]:
    """Return the aliases of a room, oldest first."""
    return [RoomAlias(row["alias"]) for row in await conn.fetch(SELECT_ALIASES_OF_ROOM, room_nid, limit)]


async def delete_alias(conn: Connection, alias: RoomAlias, room_nid: int) -> bool:
    """Remove an alias while it leads to this room; False where it does not."""
    return await conn.fetchval(DELETE_ALIAS, alias, room_nid) is not None


async def move_aliases(conn: Connection, old_room_nid: int, new_room_nid: int) -> None:
    """Lead every alias of one room to another."""
    await conn.execute(UPDATE_ALIASES_ROOM, old_room_nid, new_room_nid)


async def update_published(conn: Connection, room_nid: int, published: bool) -> None:
    """Show a room in the published directory, or no longer."""
    await conn.execute(UPDATE_PUBLISHED, room_nid, published)


async def select_is_published(conn: Connection, room_nid: int) -> bool:
    """Tell whether a room is in the published directory."""
    return bool(await conn.fetchval(SELECT_IS_PUBLISHED, room_nid))


async def select_published_among(conn: Connection, room_nids: Sequence[int]) -> set[int]:
    """Return those of the rooms that are in the published directory."""
    return {r["room_nid"] for r in await conn.fetch(SELECT_PUBLISHED_AMONG, room_nids)}


async def select_rooms_of_network(conn: Connection, appservice_id: str, network_id: str) -> Sequence[int]:
    """Return the rooms that an application service shows in the directory of a network."""
    rows = await conn.fetch(SELECT_ROOMS_OF_NETWORK, to_text(appservice_id), to_text(network_id))
    return [row["room_nid"] for row in rows]


async def select_rooms_of_all_networks(conn: Connection) -> Sequence[int]:
    """Return every room that is published, wherever."""
    return [row["room_nid"] for row in await conn.fetch(SELECT_ROOMS_OF_ALL_NETWORKS)]


async def select_published_rooms(conn: Connection) -> Sequence[int]:
    """Return every published room, oldest first."""
    return [row["room_nid"] for row in await conn.fetch(SELECT_PUBLISHED_ROOMS)]
