"""Events that were redacted long enough ago for their content to leave the database."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.storage.db import Connection

SELECT_REDACTED_BEFORE = """
SELECT r.redaction_nid, r.target_id, t.event_nid, t.room_nid, t.json
FROM redactions r
JOIN events x ON x.event_nid = r.redaction_nid
JOIN events t ON t.event_id = r.target_id AND t.redacted_by = r.redaction_nid
WHERE NOT r.erased AND r.redaction_nid > $1 AND x.origin_server_ts < $2
ORDER BY r.redaction_nid LIMIT $3
"""
UPDATE_JSON = """
UPDATE events e SET json = w.json FROM unnest($1::bigint[], $2::bytea[]) AS w(event_nid, json)
WHERE e.event_nid = w.event_nid AND e.redacted_by IS NOT NULL
"""
UPDATE_ERASED = """
UPDATE redactions r SET erased = true FROM unnest($1::bigint[], $2::text[]) AS w(redaction_nid, target_id)
WHERE r.redaction_nid = w.redaction_nid AND r.target_id = w.target_id
"""


@dataclass(frozen=True, slots=True)
class RedactedEvent:
    """An event whose content is hidden, but not gone."""

    redaction_nid: int
    target_id: str
    event_nid: int
    room_nid: int
    json: bytes


async def select_redacted_before(
    conn: Connection, after: int, before_ms: int, limit: int
) -> list[RedactedEvent]:
    """Return events redacted before a time, from the redaction with a number on."""
    rows = await conn.fetch(SELECT_REDACTED_BEFORE, after, before_ms, limit)
    return [RedactedEvent(**row) for row in rows]


async def replace_redacted(conn: Connection, events: Sequence[tuple[RedactedEvent, bytes]]) -> None:
    """Store other bytes for redacted events, and that nothing is left to be erased."""
    await conn.execute(UPDATE_JSON, [e.event_nid for e, _ in events], [json for _, json in events])
    await conn.execute(UPDATE_ERASED, [e.redaction_nid for e, _ in events], [e.target_id for e, _ in events])
