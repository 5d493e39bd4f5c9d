"""Events of other servers that wait for their room's processor, and the transactions that brought them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId, ServerName
from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

SELECT_NEXT_NIDS = """
SELECT nextval(pg_get_serial_sequence('staged_pdus', 'staged_nid')) AS nid FROM generate_series(1, $1)
"""
INSERT_STAGED = """
INSERT INTO staged_pdus (staged_nid, room_nid, event_id, origin, received_ms, json)
SELECT w.nid, w.room, w.event, $1, $2, w.json
FROM unnest($3::bigint[], $4::text[], $5::bytea[], $6::bigint[]) AS w(room, event, json, nid)
ON CONFLICT (room_nid, event_id) DO NOTHING
"""
COUNT_STAGED_OF_ORIGIN = "SELECT count(*) FROM staged_pdus WHERE origin = $1"
SELECT_DUE = """
WITH RECURSIVE oldest AS (
    SELECT staged_nid FROM staged_pdus WHERE room_nid = $1 AND has_gap = $2 AND retry_at_ms <= $3
    ORDER BY staged_nid LIMIT $4
), origins AS (
    (SELECT origin FROM staged_pdus WHERE room_nid = $1 AND has_gap = $2 ORDER BY origin LIMIT 1)
    UNION ALL
    SELECT (SELECT s.origin FROM staged_pdus s
            WHERE s.room_nid = $1 AND s.has_gap = $2 AND s.origin > o.origin ORDER BY s.origin LIMIT 1)
    FROM origins o WHERE o.origin IS NOT NULL
), fair AS (
    SELECT due.staged_nid
    FROM origins o CROSS JOIN LATERAL (
        SELECT staged_nid, row_number() OVER (ORDER BY staged_nid) AS turn FROM staged_pdus s
        WHERE s.room_nid = $1 AND s.has_gap = $2 AND s.origin = o.origin AND s.retry_at_ms <= $3
        AND s.staged_nid > (SELECT max(staged_nid) FROM oldest)
        ORDER BY staged_nid LIMIT $5
    ) AS due
    WHERE o.origin IS NOT NULL ORDER BY due.turn, due.staged_nid LIMIT $5
)
SELECT staged_nid, origin, event_id, received_ms, failures, json FROM staged_pdus
WHERE staged_nid IN (SELECT staged_nid FROM oldest UNION ALL SELECT staged_nid FROM fair) ORDER BY staged_nid
"""
SELECT_DUE_FROM = """
SELECT staged_nid, origin, event_id, received_ms, failures, json FROM staged_pdus
WHERE room_nid = $1 AND origin = $2 AND has_gap AND retry_at_ms <= $3 ORDER BY staged_nid LIMIT $4
"""
SELECT_DUE_ROOMS = """
SELECT DISTINCT room_nid, origin, has_gap FROM staged_pdus
WHERE retry_at_ms <= $1 AND room_nid % 64 = ANY ($2::smallint[])
"""
SELECT_WAITING_IDS = "SELECT event_id FROM staged_pdus WHERE room_nid = $1 AND event_id = ANY ($2::text[])"
SELECT_BACKLOG = "SELECT count(*) AS pdus, coalesce(min(received_ms), 0) AS oldest_ms FROM staged_pdus"
UPDATE_GAPS = "UPDATE staged_pdus SET has_gap = true WHERE staged_nid = ANY ($1::bigint[])"
UPDATE_POSTPONED = "UPDATE staged_pdus SET failures = failures + 1, retry_at_ms = $2 WHERE staged_nid = $1"
DELETE_STAGED = "DELETE FROM staged_pdus WHERE staged_nid = ANY ($1::bigint[])"
DELETE_STAGED_BEFORE = "DELETE FROM staged_pdus WHERE received_ms < $1"
SELECT_ANSWER = "SELECT answer FROM received_transactions WHERE origin = $1 AND txn_id = $2"
INSERT_ANSWER = """
INSERT INTO received_transactions (origin, txn_id, received_ms, answer) VALUES ($1, $2, $3, $4)
ON CONFLICT (origin, txn_id) DO NOTHING
"""
DELETE_ANSWERS_BEFORE = "DELETE FROM received_transactions WHERE received_ms < $1"


@dataclass(frozen=True, slots=True)
class StagedRow:
    """A waiting event as stored; `json` are its canonical bytes."""

    staged_nid: int
    origin: ServerName
    event_id: EventId
    received_ms: int
    failures: int
    json: bytes


async def insert_staged(
    conn: Connection, origin: ServerName, now_ms: int, pdus: Sequence[tuple[int, EventId, bytes]]
) -> None:
    """Keep (room, event id, canonical bytes), in this order; what waits already is left as it is."""
    nids = [row["nid"] for row in await conn.fetch(SELECT_NEXT_NIDS, len(pdus))]
    numbered = [(*pdu, nid) for pdu, nid in zip(pdus, sorted(nids), strict=True)]
    # Written sorted, so that two transactions with the same events never wait for each other.
    columns = zip(*sorted(numbered), strict=True)
    await conn.execute(INSERT_STAGED, origin, now_ms, *map(list, columns))


async def count_staged_of_origin(conn: Connection, origin: ServerName) -> int:
    count: int = await conn.fetchval(COUNT_STAGED_OF_ORIGIN, origin)
    return count


async def select_due(
    conn: Connection, room_nid: int, now_ms: int, limit: int, *, has_gap: bool
) -> list[StagedRow]:
    """Return events of a room that may be tried now, in the order in which they came.

    Half of them are the oldest, which the others may come after; half are each origin's next in turn, so that
    nobody waits for all that another server sent.
    """
    oldest = (limit + 1) // 2
    rows = await conn.fetch(SELECT_DUE, room_nid, has_gap, now_ms, oldest, limit - oldest)
    return [StagedRow(*row) for row in rows]


async def select_due_from(
    conn: Connection, room_nid: int, origin: ServerName, now_ms: int, limit: int
) -> list[StagedRow]:
    """Return events of a room and an origin that need something fetched and may be tried now."""
    return [StagedRow(*row) for row in await conn.fetch(SELECT_DUE_FROM, room_nid, origin, now_ms, limit)]


async def select_due_rooms(
    conn: Connection, now_ms: int, shares: Collection[int]
) -> list[tuple[int, ServerName, bool]]:
    """Return every (room, origin, has_gap) of which something may be tried now."""
    rows = await conn.fetch(SELECT_DUE_ROOMS, now_ms, list(shares))
    return [(row["room_nid"], ServerName(row["origin"]), row["has_gap"]) for row in rows]


async def select_waiting_ids(conn: Connection, room_nid: int, event_ids: Collection[EventId]) -> set[EventId]:
    """Return those of the events that wait."""
    rows = await conn.fetch(SELECT_WAITING_IDS, room_nid, list(event_ids))
    return {EventId(row["event_id"]) for row in rows}


async def select_backlog(conn: Connection) -> tuple[int, int]:
    """Return how many events wait, and when the oldest came; 0 where none does."""
    row = await conn.fetchrow(SELECT_BACKLOG)
    assert row is not None
    return row["pdus"], row["oldest_ms"]


async def update_gaps(conn: Connection, staged_nids: Collection[int]) -> None:
    await conn.execute(UPDATE_GAPS, list(staged_nids))


async def update_postponed(conn: Connection, staged_nid: int, retry_at_ms: int) -> None:
    """Count a failure and leave the event alone until a time."""
    await conn.execute(UPDATE_POSTPONED, staged_nid, retry_at_ms)


async def delete_staged(conn: Connection, staged_nids: Collection[int]) -> None:
    await conn.execute(DELETE_STAGED, list(staged_nids))


async def delete_staged_before(conn: Connection, received_ms: int) -> None:
    await conn.execute(DELETE_STAGED_BEFORE, received_ms)


async def select_answer(conn: Connection, origin: ServerName, txn_id: str) -> bytes | None:
    answer: bytes | None = await conn.fetchval(SELECT_ANSWER, origin, to_text(txn_id))
    return answer


async def insert_answer(
    conn: Connection, origin: ServerName, txn_id: str, now_ms: int, answer: bytes
) -> None:
    """Keep what a transaction was answered; the first answer stays."""
    await conn.execute(INSERT_ANSWER, origin, to_text(txn_id), now_ms, answer)


async def delete_answers_before(conn: Connection, received_ms: int) -> None:
    await conn.execute(DELETE_ANSWERS_BEFORE, received_ms)
