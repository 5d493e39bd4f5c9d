"""Other servers as the admin page shows them: those that fail first, then those that answered last."""

from dataclasses import dataclass

import asyncpg

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text

SELECT_DESTINATIONS_PAGE = """
WITH known AS (
    SELECT server FROM room_servers WHERE until IS NULL
    UNION SELECT server FROM destinations UNION SELECT server FROM server_contacts
)
SELECT k.server, d.failing_since_ms, d.retry_at_ms, d.failure, coalesce(d.retry_asked, false) AS retry_asked,
       d.cursor, d.behind_since_ms, c.answered_ms, c.took_ms, count(*) OVER () AS total
FROM known k LEFT JOIN destinations d USING (server) LEFT JOIN server_contacts c USING (server)
WHERE k.server <> $1 AND ($2::text IS NULL OR strpos(lower(k.server), lower($2)) > 0)
AND (NOT $3::boolean OR d.failing_since_ms IS NOT NULL OR d.cursor IS NOT NULL)
ORDER BY d.failing_since_ms NULLS LAST, d.behind_since_ms NULLS LAST, c.answered_ms DESC NULLS LAST, k.server
LIMIT $4 OFFSET $5
"""
# As `SELECT_MISSED` of storage.outgoing, counted only as far as people care.
COUNT_WAITING = """
SELECT (
    SELECT count(*) FROM (
        SELECT FROM room_servers s
        JOIN events t ON t.room_nid = s.room_nid AND t.position > $3 AND t.position >= s.since
        AND (s.until IS NULL OR t.position <= s.until)
        JOIN users u ON u.user_nid = t.sender_nid
        WHERE s.server = $1 AND (s.until IS NULL OR s.until > $3) AND (u.server = $2 OR t.relayed)
        AND u.server <> s.server LIMIT $4
    ) AS missed
) + (
    SELECT count(*) FROM (SELECT FROM edu_outbox o WHERE o.server = $1 LIMIT $4) AS kept
)
"""
MAX_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Destination:
    """Another server. What is None is well, up to date, or not known; times are those of the Unix epoch."""

    server: ServerName
    failing_since_ms: int | None
    retry_at_ms: int | None
    failure: str | None
    retry_asked: bool
    cursor: int | None
    behind_since_ms: int | None
    answered_ms: int | None
    took_ms: float | None


async def select_destinations_page(
    conn: Connection, own: ServerName, term: str | None, *, only_troubled: bool, limit: int, offset: int
) -> tuple[list[Destination], int]:
    """Return a page of the other servers, and how many there are in all."""
    rows = await conn.fetch(SELECT_DESTINATIONS_PAGE, own, term, only_troubled, limit, offset)
    return [_destination(row) for row in rows], rows[0]["total"] if rows else 0


async def count_waiting(conn: Connection, own: ServerName, server: ServerName, cursor: int) -> int:
    """Return how many events and EDUs wait for a server that is behind; at most `MAX_COUNTED` of each."""
    count: int = await conn.fetchval(COUNT_WAITING, server, own, cursor, MAX_COUNTED)
    return count


def _destination(row: asyncpg.Record) -> Destination:
    values = dict(row)
    del values["total"]
    values["failure"] = None if values["failure"] is None else from_text(values["failure"])
    return Destination(**values)
