"""Auth chains: what authorised events, directly or not, and whom an event helped to authorise.

Chains are walked down from the few events in question, and up only as far as the answer asks; nothing here
walks the chains of all members of a room.
"""

from collections.abc import Collection, Iterable, Mapping

from homeserver.storage.db import Connection

MAX_CHAIN = 100_000
MAX_CITING = 20_000
"""How many events are visited on the way up."""

SELECT_AUTH_GRAPH = """
WITH RECURSIVE chain AS (
    SELECT a.event_nid, a.auth_nid FROM unnest($1::bigint[]) AS w(event_nid)
    CROSS JOIN LATERAL (SELECT * FROM auth_edges e WHERE e.event_nid = w.event_nid LIMIT 20) AS a
    UNION
    SELECT a.event_nid, a.auth_nid FROM chain c
    CROSS JOIN LATERAL (SELECT * FROM auth_edges e WHERE e.event_nid = c.auth_nid LIMIT 20) AS a
)
SELECT event_nid, auth_nid FROM chain LIMIT $2
"""
# No event has 20 auth events; the limits say so to the planner, who would expect chains of millions, and have
# the whole table read for each step and room for the millions made beforehand.
SELECT_REJECTED = "SELECT event_nid FROM events WHERE event_nid = ANY ($1::bigint[]) AND status = 2"
SELECT_AUTH_HEIGHTS = """
SELECT event_nid, auth_height FROM events WHERE event_nid = ANY ($1::bigint[]) AND auth_height IS NOT NULL
"""
SELECT_CITED_BY_STATE = """
SELECT w.event_nid FROM unnest($1::bigint[]) AS w(event_nid)
WHERE EXISTS (
    SELECT 1 FROM auth_edges a JOIN events e ON e.event_nid = a.event_nid
    WHERE a.auth_nid = w.event_nid AND e.key_nid <> ALL ($4::bigint[]) AND a.event_nid = (
        SELECT c.new_event_nid FROM state_changes c
        WHERE c.room_nid = $2 AND c.key_nid = e.key_nid AND c.position <= $3
        ORDER BY c.position DESC LIMIT 1))
"""
SELECT_CITING = "SELECT auth_nid, event_nid FROM auth_edges WHERE auth_nid = ANY ($1::bigint[]) LIMIT $2"

AuthGraph = Mapping[int, Collection[int]]
"""Event -> what it names as its auth events, by number; those without any are left out."""


class AuthChainTooLong(Exception):
    """The auth chains in question have more events than are looked at."""


async def select_auth_graph(conn: Connection, event_nids: Collection[int]) -> dict[int, set[int]]:
    """Return the auth events of these events, those of them, and so on.

    Raises: AuthChainTooLong.
    """
    rows = await conn.fetch(SELECT_AUTH_GRAPH, list(event_nids), 4 * MAX_CHAIN + 1)
    graph: dict[int, set[int]] = {}
    for row in rows:
        graph.setdefault(row["event_nid"], set()).add(row["auth_nid"])
    if len(rows) > 4 * MAX_CHAIN or len(graph) > MAX_CHAIN:
        raise AuthChainTooLong
    return graph


async def select_auth_chain(conn: Connection, event_nids: Collection[int]) -> set[int]:
    """Return all that authorised these events, directly or not.

    Raises: AuthChainTooLong.
    """
    graph = await select_auth_graph(conn, event_nids)
    return set().union(*graph.values())


def reachable(graph: AuthGraph, start: Iterable[int]) -> set[int]:
    """Return these events and their auth chains."""
    found: set[int] = set()
    to_visit = list(start)
    while to_visit:
        event_nid = to_visit.pop()
        if event_nid not in found:
            found.add(event_nid)
            to_visit.extend(graph.get(event_nid, ()))
    return found


async def select_in_chain_of_state(
    conn: Connection, room_nid: int, position: int, without_keys: Collection[int], event_nids: Collection[int]
) -> set[int]:
    """Return those events that are in the auth chain of the main line's state after a position.

    The entries of some keys do not count. The walk goes up from the events, to where it meets the state.

    Raises: AuthChainTooLong.
    """
    citing: dict[int, set[int]] = {}
    found: set[int] = set()
    seen, frontier = set(event_nids), list(event_nids)
    while frontier:
        rows = await conn.fetch(SELECT_CITED_BY_STATE, frontier, room_nid, position, list(without_keys))
        met = {row["event_nid"] for row in rows}
        found |= met
        rows = await conn.fetch(SELECT_CITING, [nid for nid in frontier if nid not in met], MAX_CITING)
        for row in rows:
            citing.setdefault(row["event_nid"], set()).add(row["auth_nid"])
        frontier = [nid for nid in {row["event_nid"] for row in rows} if nid not in seen]
        seen.update(frontier)
        if len(seen) > MAX_CITING or len(rows) == MAX_CITING:
            raise AuthChainTooLong
    return reachable(citing, found) & set(event_nids)


async def select_rejected(conn: Connection, event_nids: Collection[int]) -> set[int]:
    """Return which of these events were rejected."""
    return {row["event_nid"] for row in await conn.fetch(SELECT_REJECTED, list(event_nids))}


async def select_auth_heights(conn: Connection, event_nids: Collection[int]) -> dict[int, int]:
    """Return how high these state events stand in the auth chain."""
    rows = await conn.fetch(SELECT_AUTH_HEIGHTS, list(event_nids))
    return {row["event_nid"]: row["auth_height"] for row in rows}
