"""Other servers that fail or are behind; and the checkpoints up to which all others were told everything.

Times are milliseconds since the epoch.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

SELECT_FAILING = """
SELECT server, failing_since_ms, retry_at_ms, interval_ms FROM destinations
WHERE failing_since_ms IS NOT NULL
"""
UPSERT_FAILING = """
INSERT INTO destinations (server, failing_since_ms, retry_at_ms, interval_ms, failure)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (server) DO UPDATE SET failing_since_ms = excluded.failing_since_ms,
    retry_at_ms = excluded.retry_at_ms, interval_ms = excluded.interval_ms, failure = excluded.failure
"""
UPDATE_WELL = """
UPDATE destinations SET failing_since_ms = NULL, retry_at_ms = NULL, interval_ms = NULL, failure = NULL
WHERE server = $1
"""
UPDATE_RETRY_ASKED = """
UPDATE destinations SET retry_asked = true
WHERE failing_since_ms IS NOT NULL AND ($1::text IS NULL OR server = $1) RETURNING server
"""
SELECT_RETRY_ASKED = "SELECT server FROM destinations WHERE retry_asked"
UPDATE_RETRY_HEARD = """
UPDATE destinations SET retry_asked = false WHERE retry_asked AND server = ANY ($1::text[]) RETURNING server
"""
SELECT_LAGGARDS = """
SELECT server, cursor, behind_since_ms, txn_id IS NOT NULL AS in_flight FROM destinations
WHERE cursor IS NOT NULL
"""
SELECT_IN_FLIGHT = """
SELECT txn_id, txn_body, txn_upto, txn_edus FROM destinations WHERE server = $1 AND txn_id IS NOT NULL
"""
UPSERT_LAGGARD = """
INSERT INTO destinations (server, cursor, behind_since_ms, txn_id, txn_body, txn_upto, txn_edus)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (server) DO UPDATE SET cursor = excluded.cursor, behind_since_ms = excluded.behind_since_ms,
    txn_id = excluded.txn_id, txn_body = excluded.txn_body, txn_upto = excluded.txn_upto,
    txn_edus = excluded.txn_edus
"""
UPDATE_CAUGHT_UP = """
UPDATE destinations SET cursor = NULL, behind_since_ms = NULL, txn_id = NULL, txn_body = NULL,
    txn_upto = NULL, txn_edus = NULL
WHERE server = ANY ($1::text[])
"""
DELETE_WELL = "DELETE FROM destinations WHERE failing_since_ms IS NULL AND cursor IS NULL"
SELECT_DESTINATION = """
SELECT server, failing_since_ms, retry_at_ms, failure, retry_asked, cursor, behind_since_ms,
       txn_id IS NOT NULL AS in_flight
FROM destinations WHERE server = $1
"""
SELECT_DESTINATIONS = """
SELECT server, failing_since_ms, retry_at_ms, failure, retry_asked, cursor, behind_since_ms,
       txn_id IS NOT NULL AS in_flight
FROM destinations WHERE failing_since_ms IS NOT NULL OR cursor IS NOT NULL
ORDER BY coalesce(behind_since_ms, failing_since_ms), server LIMIT $1
"""
COUNT_DESTINATIONS = """
SELECT count(*) FILTER (WHERE failing_since_ms IS NOT NULL) AS failing,
       count(*) FILTER (WHERE cursor IS NOT NULL) AS behind FROM destinations
"""
SELECT_CHECKPOINTS = """
SELECT share, position, saved_ms FROM outbound_checkpoints WHERE share = ANY ($1::smallint[])
"""
UPSERT_CHECKPOINTS = """
INSERT INTO outbound_checkpoints (share, position, saved_ms)
SELECT share, position, $3 FROM unnest($1::smallint[], $2::bigint[]) AS n(share, position)
ON CONFLICT (share) DO UPDATE SET position = excluded.position, saved_ms = excluded.saved_ms
"""
SELECT_OLDEST_CHECKPOINT = """
SELECT position, saved_ms FROM outbound_checkpoints ORDER BY position LIMIT 1
"""
SELECT_TOLD_UPTO = """
SELECT least((SELECT min(position) FROM outbound_checkpoints), (SELECT min(cursor) FROM destinations))
"""


@dataclass(frozen=True, slots=True)
class FailingRow:
    """A server that fails, and when it is to be tried again."""

    server: ServerName
    failing_since_ms: int
    retry_at_ms: int
    interval_ms: int


@dataclass(frozen=True, slots=True)
class InFlightRow:
    """A transaction whose outcome is not known."""

    txn_id: str
    body: bytes
    upto: int
    edu_nids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LaggardRow:
    """A server that was told everything up to `cursor` only."""

    server: ServerName
    cursor: int
    behind_since_ms: int
    has_in_flight: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Up to where the servers of a share were told everything, and when that was noted."""

    position: int
    saved_ms: int


@dataclass(frozen=True, slots=True)
class DestinationRow:
    """All that an operator may want to know of a server that fails or is behind."""

    server: ServerName
    failing_since_ms: int | None
    retry_at_ms: int | None
    failure: str | None
    retry_asked: bool
    cursor: int | None
    behind_since_ms: int | None
    has_in_flight: bool


async def select_failing(conn: Connection) -> list[FailingRow]:
    return [FailingRow(*row) for row in await conn.fetch(SELECT_FAILING)]


async def upsert_failing(conn: Connection, row: FailingRow, failure: str) -> None:
    """Remember that a server fails; `failure` is for people."""
    values = (row.server, row.failing_since_ms, row.retry_at_ms, row.interval_ms, to_text(failure))
    await conn.execute(UPSERT_FAILING, *values)


async def update_well(conn: Connection, server: ServerName) -> None:
    """Remember that a server answers again."""
    await conn.execute(UPDATE_WELL, server)


async def ask_for_retry(conn: Connection, server: ServerName | None) -> list[ServerName]:
    """Have the running server try a failing server again within seconds, or all of them; return which."""
    return [ServerName(row["server"]) for row in await conn.fetch(UPDATE_RETRY_ASKED, server)]


async def take_retries(conn: Connection, is_ours: Callable[[ServerName], bool]) -> list[ServerName]:
    """Return those servers of ours that somebody wants tried again, once."""
    asked = [ServerName(row["server"]) for row in await conn.fetch(SELECT_RETRY_ASKED)]
    ours = [server for server in asked if is_ours(server)]
    if not ours:
        return []
    return [ServerName(row["server"]) for row in await conn.fetch(UPDATE_RETRY_HEARD, ours)]


async def select_laggards(conn: Connection) -> list[LaggardRow]:
    return [LaggardRow(*row) for row in await conn.fetch(SELECT_LAGGARDS)]


async def select_in_flight(conn: Connection, server: ServerName) -> InFlightRow | None:
    """Return the transaction that a server has to be sent again."""
    row = await conn.fetchrow(SELECT_IN_FLIGHT, server)
    if row is None:
        return None
    return InFlightRow(row["txn_id"], row["txn_body"], row["txn_upto"], tuple(row["txn_edus"]))


async def upsert_laggards(
    conn: Connection, laggards: Sequence[tuple[LaggardRow, InFlightRow | None]]
) -> None:
    """Remember servers that are behind, each with its transaction of unknown outcome."""
    rows = [
        (r.server, r.cursor, r.behind_since_ms, txn.txn_id, txn.body, txn.upto, txn.edu_nids)
        if txn is not None
        else (r.server, r.cursor, r.behind_since_ms, None, None, None, None)
        for r, txn in laggards
    ]
    await conn.executemany(UPSERT_LAGGARD, rows)


async def update_caught_up(conn: Connection, servers: Sequence[ServerName]) -> None:
    """Forget the cursors of servers that are behind no longer, and the rows of those that are well."""
    await conn.execute(UPDATE_CAUGHT_UP, servers)


async def delete_well(conn: Connection) -> None:
    """Drop the rows of servers that neither fail nor are behind."""
    await conn.execute(DELETE_WELL)


async def select_destination(conn: Connection, server: ServerName) -> DestinationRow | None:
    """Return one server; None: it is well, or nothing was ever sent to it."""
    row = await conn.fetchrow(SELECT_DESTINATION, server)
    return None if row is None else _destination(row)


async def select_destinations(conn: Connection, limit: int) -> list[DestinationRow]:
    """Return servers that fail or are behind, the worst first."""
    return [_destination(row) for row in await conn.fetch(SELECT_DESTINATIONS, limit)]


async def count_destinations(conn: Connection) -> tuple[int, int]:
    """Return how many servers fail, and how many are behind."""
    row = await conn.fetchrow(COUNT_DESTINATIONS)
    assert row is not None, "an aggregate without groups has one row"
    return row["failing"], row["behind"]


async def select_checkpoints(conn: Connection, shares: Collection[int]) -> dict[int, Checkpoint]:
    """Return the checkpoints of shares; none where there was none yet."""
    rows = await conn.fetch(SELECT_CHECKPOINTS, list(shares))
    return {row["share"]: Checkpoint(row["position"], row["saved_ms"]) for row in rows}


async def select_oldest_checkpoint(conn: Connection) -> Checkpoint | None:
    """Return the checkpoint of the share that is least far; None before the first."""
    row = await conn.fetchrow(SELECT_OLDEST_CHECKPOINT)
    return None if row is None else Checkpoint(*row)


async def upsert_checkpoints(conn: Connection, reached: Mapping[int, int], now_ms: int) -> None:
    await conn.execute(UPSERT_CHECKPOINTS, list(reached), list(reached.values()), now_ms)


async def select_told_upto(conn: Connection) -> int | None:
    """Return up to where every server was told everything, by whomever; None before the first checkpoint."""
    told: int | None = await conn.fetchval(SELECT_TOLD_UPTO)
    return told


def _destination(row: asyncpg.Record) -> DestinationRow:
    return DestinationRow(*row)
