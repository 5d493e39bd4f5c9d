"""Other servers, as administrators see them: those that share a room with this one, fail or are behind."""

from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection

SELECT_KNOWN_SERVERS = """
WITH known AS (
    SELECT server FROM room_servers WHERE until IS NULL UNION SELECT server FROM destinations
), chosen AS (
    SELECT k.server, d.failing_since_ms, d.retry_at_ms, d.interval_ms, d.cursor, CASE $3::text
        WHEN 'retry_last_ts' THEN lpad(coalesce(d.retry_at_ms - d.interval_ms, 0)::text, 20, '0')
        WHEN 'retry_interval' THEN lpad(coalesce(d.interval_ms, 0)::text, 20, '0')
        WHEN 'failure_ts' THEN lpad(coalesce(d.failing_since_ms, 0)::text, 20, '0')
        WHEN 'last_successful_stream_ordering' THEN lpad(coalesce(d.cursor, 0)::text, 20, '0')
        ELSE k.server END AS sort_key
    FROM known k LEFT JOIN destinations d USING (server)
    WHERE k.server <> $1 AND ($2::text IS NULL OR strpos(lower(k.server), lower($2)) > 0)
)
SELECT server, failing_since_ms, retry_at_ms, interval_ms, cursor, count(*) OVER () AS total FROM chosen
ORDER BY CASE WHEN NOT $4::boolean THEN sort_key END, CASE WHEN $4 THEN sort_key END DESC, server
LIMIT $5 OFFSET $6
"""
SELECT_KNOWN_SERVER = """
SELECT k.server, d.failing_since_ms, d.retry_at_ms, d.interval_ms, d.cursor
FROM (
    SELECT server FROM room_servers WHERE server = $1 AND until IS NULL
    UNION SELECT server FROM destinations WHERE server = $1
) AS k LEFT JOIN destinations d USING (server)
"""
ORDERS: Final = (
    "destination", "retry_last_ts", "retry_interval", "failure_ts", "last_successful_stream_ordering",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownServer:
    """Another server. What is None is well, or up to date; times are in milliseconds since the epoch."""

    server: ServerName
    failing_since_ms: int | None
    retry_at_ms: int | None
    interval_ms: int | None
    cursor: int | None


async def select_known_servers(
    conn: Connection,
    own: ServerName,
    term: str | None,
    order: str,
    *,
    backwards: bool,
    limit: int,
    offset: int,
) -> tuple[list[KnownServer], int]:
    """Return a page of the other servers, and how many there are in all."""
    rows = await conn.fetch(SELECT_KNOWN_SERVERS, own, term, order, backwards, limit, offset)
    return [KnownServer(*tuple(row)[:-1]) for row in rows], rows[0]["total"] if rows else 0


async def select_known_server(conn: Connection, server: ServerName) -> KnownServer | None:
    """Return one other server."""
    row = await conn.fetchrow(SELECT_KNOWN_SERVER, server)
    return None if row is None else KnownServer(*row)
