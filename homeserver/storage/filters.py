"""Filters that clients have stored to refer to by id."""

from homeserver.storage.db import Connection

INSERT_FILTER = """
INSERT INTO filters (user_nid, sha256, json) VALUES ($1, $2, $3)
ON CONFLICT (user_nid, sha256) DO NOTHING RETURNING filter_nid
"""
SELECT_FILTER_BY_HASH = "SELECT filter_nid FROM filters WHERE user_nid = $1 AND sha256 = $2"
SELECT_FILTER = "SELECT json FROM filters WHERE user_nid = $1 AND filter_nid = $2"
COUNT_FILTERS = "SELECT count(*) FROM filters WHERE user_nid = $1"


async def select_filter_by_hash(conn: Connection, user_nid: int, sha256: bytes) -> int | None:
    filter_nid: int | None = await conn.fetchval(SELECT_FILTER_BY_HASH, user_nid, sha256)
    return filter_nid


async def insert_filter(conn: Connection, user_nid: int, sha256: bytes, json: bytes) -> int | None:
    """Store a filter; None where the user has the same one already."""
    filter_nid: int | None = await conn.fetchval(INSERT_FILTER, user_nid, sha256, json)
    return filter_nid


async def select_filter(conn: Connection, user_nid: int, filter_nid: int) -> bytes | None:
    """Return the JSON of a user's own filter."""
    json: bytes | None = await conn.fetchval(SELECT_FILTER, user_nid, filter_nid)
    return json


async def count_filters(conn: Connection, user_nid: int) -> int:
    count: int = await conn.fetchval(COUNT_FILTERS, user_nid)
    return count
