"""Account data: what a user's clients keep on the server, for the account or for one room of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

GLOBAL = 0
"""Stands for the account itself where a room's number is expected."""

UPSERT_ACCOUNT_DATA = """
INSERT INTO account_data (user_nid, room_nid, type, position, content) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_nid, room_nid, type) DO UPDATE SET position = excluded.position, content = excluded.content
"""
UPSERT_MANY_ACCOUNT_DATA = """
INSERT INTO account_data (user_nid, room_nid, type, position, content)
SELECT u, r, $1, $2, c FROM unnest($3::bigint[], $4::bigint[], $5::bytea[]) AS w(u, r, c)
ON CONFLICT (user_nid, room_nid, type) DO UPDATE SET position = excluded.position, content = excluded.content
"""
SELECT_CONTENT = "SELECT content FROM account_data WHERE user_nid = $1 AND room_nid = $2 AND type = $3"
SELECT_TYPES = "SELECT type FROM account_data WHERE user_nid = $1 AND room_nid = $2"
SELECT_ACCOUNT_DATA = """
SELECT room_nid, type, content FROM account_data
WHERE user_nid = $1 AND position > $2 AND position <= $3 ORDER BY position, type
"""
SELECT_ACCOUNT_DATA_OF_ROOMS = """
SELECT room_nid, type, content FROM account_data
WHERE user_nid = $1 AND room_nid = ANY ($2::bigint[]) AND position <= $3 ORDER BY position, type
"""
DELETE_ACCOUNT_DATA_OF_ROOM = "DELETE FROM account_data WHERE user_nid = $1 AND room_nid = $2"


@dataclass(frozen=True, slots=True)
class AccountData:
    """One piece of account data; `content` is a JSON object, `room_nid` is GLOBAL outside rooms."""

    room_nid: int
    type: str
    content: bytes


async def upsert_account_data(
    conn: Connection, position: int, user_nid: int, room_nid: int, type_: str, content: bytes
) -> None:
    await conn.execute(UPSERT_ACCOUNT_DATA, user_nid, room_nid, to_text(type_), position, content)


async def upsert_many_account_data(
    conn: Connection, position: int, type_: str, rows: Sequence[tuple[int, int, bytes]]
) -> None:
    """Set one type for several (user, room, content), each pair of user and room at most once."""
    users, rooms, contents = ([row[i] for row in rows] for i in range(3))
    await conn.execute(UPSERT_MANY_ACCOUNT_DATA, to_text(type_), position, users, rooms, contents)


async def select_content(conn: Connection, user_nid: int, room_nid: int, type_: str) -> bytes | None:
    """Return the JSON of one piece of account data."""
    content: bytes | None = await conn.fetchval(SELECT_CONTENT, user_nid, room_nid, to_text(type_))
    return content


async def select_types(conn: Connection, user_nid: int, room_nid: int) -> set[str]:
    """Return the types that a user has data of, for the account or one room."""
    return {from_text(r["type"]) for r in await conn.fetch(SELECT_TYPES, user_nid, room_nid)}


async def select_account_data(
    conn: Connection, user_nid: int, since: int, upto: int
) -> dict[int, list[AccountData]]:
    """Return what changed in a span of positions, by room; that of the account stands under GLOBAL.

    `since=0` gives everything.
    """
    return _by_room(await conn.fetch(SELECT_ACCOUNT_DATA, user_nid, since, upto))


async def select_account_data_of_rooms(
    conn: Connection, user_nid: int, room_nids: Sequence[int], upto: int
) -> dict[int, list[AccountData]]:
    """Return all that a user keeps for some rooms: for rooms that a sync shows from the beginning."""
    return _by_room(await conn.fetch(SELECT_ACCOUNT_DATA_OF_ROOMS, user_nid, room_nids, upto))


async def delete_account_data_of_room(conn: Connection, user_nid: int, room_nid: int) -> None:
    """Drop what a user kept for a room: for rooms that are forgotten."""
    await conn.execute(DELETE_ACCOUNT_DATA_OF_ROOM, user_nid, room_nid)


def _by_room(rows: Sequence[asyncpg.Record]) -> dict[int, list[AccountData]]:
    rooms: dict[int, list[AccountData]] = {}
    for row in rows:
        found = AccountData(row["room_nid"], from_text(row["type"]), row["content"])
        rooms.setdefault(found.room_nid, []).append(found)
    return rooms
