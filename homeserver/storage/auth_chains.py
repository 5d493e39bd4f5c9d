"""Auth chains, walked by the database: one recursive query per set of events, with a budget."""

from collections.abc import Collection

from homeserver.storage.db import Connection

MAX_CHAIN = 100_000

SELECT_AUTH_CHAIN = """
WITH RECURSIVE chain AS (
    SELECT DISTINCT auth_nid FROM auth_edges WHERE event_nid = ANY ($1::bigint[])
    UNION
    SELECT a.auth_nid FROM chain c JOIN auth_edges a ON a.event_nid = c.auth_nid
)
SELECT auth_nid FROM chain LIMIT $2
"""
SELECT_REJECTED = "SELECT event_nid FROM events WHERE event_nid = ANY ($1::bigint[]) AND status = 2"


class AuthChainTooLong(Exception):
    """The auth chain of a set of events has more than MAX_CHAIN events."""


async def select_auth_chain(conn: Connection, event_nids: Collection[int]) -> set[int]:
    """Return all that authorised these events, directly or not.

    Raises: AuthChainTooLong.
    """
    rows = await conn.fetch(SELECT_AUTH_CHAIN, list(event_nids), MAX_CHAIN + 1)
    if len(rows) > MAX_CHAIN:
        raise AuthChainTooLong
    return {row["auth_nid"] for row in rows}


async def select_rejected(conn: Connection, event_nids: Collection[int]) -> set[int]:
    """Return which of these events were rejected."""
    return {row["event_nid"] for row in await conn.fetch(SELECT_REJECTED, list(event_nids))}
