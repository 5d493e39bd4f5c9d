"""Events that are to be sent later, and for a while what became of them.

Their time comes by the database's clock: the worker that sends one is seldom the one that took it in.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import asyncpg
import orjson

from federation.protocol.ids import EventId, RoomId, UserId
from homeserver.json_types import JsonObject
from homeserver.storage.db import Connection
from homeserver.storage.shares import EVERY_SHARE
from homeserver.storage.text import from_text, to_text

COLUMNS = """d.delay_id, d.user_nid, u.user_id, d.room_id, d.type, d.state_key, d.content,
d.origin_server_ts, d.delay_ms, d.running_since_ms, d.outcome, d.by_action, d.finalised_ms, d.event_id,
d.error"""
NOW_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
INSERT_DELAYED = f"""
INSERT INTO delayed_events (delay_id, user_nid, txn_scope, txn_id, room_id, type, state_key, content,
                            origin_server_ts, delay_ms, running_since_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, {NOW_MS})
ON CONFLICT (txn_scope, txn_id, room_id, type) WHERE txn_id IS NOT NULL DO NOTHING RETURNING delay_id
"""
SELECT_BY_TXN = """
SELECT delay_id FROM delayed_events WHERE txn_scope = $1 AND txn_id = $2 AND room_id = $3 AND type = $4
"""
SELECT_SCHEDULED_USE = f"""
SELECT count(*) AS events, min(send_at_ms) - {NOW_MS} AS next_in_ms FROM delayed_events
WHERE user_nid = $1 AND outcome IS NULL
"""
SELECT_DELAYED = f"""
SELECT {COLUMNS} FROM delayed_events d JOIN users u ON u.user_nid = d.user_nid WHERE d.delay_id = $1
"""
SELECT_DELAYED_OF_USER = f"""
SELECT {COLUMNS} FROM delayed_events d JOIN users u ON u.user_nid = d.user_nid
WHERE d.user_nid = $1 AND (d.send_at_ms, d.delay_id) > ($2, $3)
  AND ($4::boolean IS NULL OR $4 = (d.outcome IS NOT NULL))
  AND ($5::text[] IS NULL OR d.delay_id = ANY ($5))
  AND ($6::text IS NULL OR d.room_id = $6) AND ($7::text IS NULL OR d.type = $7)
ORDER BY d.send_at_ms, d.delay_id LIMIT $8
"""
SELECT_NEXT_DUE = f"""
SELECT min(send_at_ms) - {NOW_MS} FROM delayed_events
WHERE outcome IS NULL AND user_nid % 64 = ANY ($1::smallint[])
"""
UPDATE_CLAIMED = f"""
UPDATE delayed_events SET claimed_until = now() + $1 * interval '1 second'
WHERE delay_id IN (
    SELECT delay_id FROM delayed_events
    WHERE outcome IS NULL AND send_at_ms <= (SELECT {NOW_MS}) AND claimed_until < now()
    AND user_nid % 64 = ANY ($3::smallint[])
    ORDER BY send_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING delay_id
"""
UPDATE_CLAIMED_ONE = """
UPDATE delayed_events SET claimed_until = now() + $2 * interval '1 second'
WHERE delay_id = $1 AND outcome IS NULL AND claimed_until < now() RETURNING delay_id
"""
UPDATE_CLAIMS_VOID = """
UPDATE delayed_events SET claimed_until = '-infinity'
WHERE claimed_until > now() AND user_nid % 64 = ANY ($1::smallint[])
"""
UPDATE_RELEASED = "UPDATE delayed_events SET claimed_until = '-infinity' WHERE delay_id = $1"
UPDATE_RESTARTED = f"""
UPDATE delayed_events SET running_since_ms = {NOW_MS}
WHERE delay_id = $1 AND outcome IS NULL AND claimed_until < now() RETURNING delay_id
"""
UPDATE_CANCELLED = """
UPDATE delayed_events SET outcome = 'cancel', by_action = true, finalised_ms = $2
WHERE delay_id = $1 AND outcome IS NULL AND claimed_until < now() RETURNING delay_id
"""
UPDATE_FINALISED = """
UPDATE delayed_events SET outcome = $2, by_action = $3, finalised_ms = $4, event_id = $5, error = $6
WHERE delay_id = $1 AND outcome IS NULL
"""
DELETE_FINALISED = "DELETE FROM delayed_events WHERE outcome IS NOT NULL AND finalised_ms < $1"


class Outcome(StrEnum):
    """What became of a delayed event."""

    SEND = "send"
    CANCEL = "cancel"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class NewDelayedEvent:
    """An event to be sent `delay_ms` from now."""

    delay_id: str
    user_nid: int
    txn_scope: int
    txn_id: str | None
    room_id: RoomId
    type: str
    state_key: str | None
    content: JsonObject
    origin_server_ts: int | None
    delay_ms: int


@dataclass(frozen=True, slots=True)
class DelayedEvent:
    """A delayed event as stored; `outcome` is None until it is sent or given up."""

    delay_id: str
    user_nid: int
    user_id: UserId
    room_id: RoomId
    type: str
    state_key: str | None
    content: JsonObject
    origin_server_ts: int | None
    delay_ms: int
    running_since_ms: int
    outcome: Outcome | None
    by_action: bool | None
    finalised_ms: int | None
    event_id: EventId | None
    error: JsonObject | None

    @property
    def send_at_ms(self) -> int:
        return self.running_since_ms + self.delay_ms


@dataclass(frozen=True, slots=True)
class DelayedFilter:
    """Which delayed events of a user are wanted."""

    is_finalised: bool | None = None
    delay_ids: Sequence[str] | None = None
    room_id: str | None = None
    type: str | None = None


async def insert_delayed(conn: Connection, event: NewDelayedEvent) -> str:
    """Keep an event to be sent; return its id, or that of the same transaction before."""
    txn_id, type_ = event.txn_id, to_text(event.type)
    state_key = None if event.state_key is None else to_text(event.state_key)
    made: str | None = await conn.fetchval(
        INSERT_DELAYED, event.delay_id, event.user_nid, event.txn_scope, txn_id, event.room_id, type_,
        state_key, orjson.dumps(event.content), event.origin_server_ts, event.delay_ms,
    )  # fmt: skip
    if made is not None:
        return made
    before: str = await conn.fetchval(SELECT_BY_TXN, event.txn_scope, txn_id, event.room_id, type_)
    return before


async def select_scheduled_use(conn: Connection, user_nid: int) -> tuple[int, int | None]:
    """Return how many events a user has waiting, and in how many milliseconds the next is sent."""
    row = await conn.fetchrow(SELECT_SCHEDULED_USE, user_nid)
    assert row is not None
    return row["events"], row["next_in_ms"]


async def select_delayed(conn: Connection, delay_id: str) -> DelayedEvent | None:
    row = await conn.fetchrow(SELECT_DELAYED, to_text(delay_id))
    return None if row is None else _delayed(row)


async def select_delayed_of_user(
    conn: Connection, user_nid: int, after: tuple[int, str], wanted: DelayedFilter, limit: int
) -> list[DelayedEvent]:
    """Return a user's events in the order in which they are or were to be sent, from a (time, id) on."""
    rows = await conn.fetch(
        SELECT_DELAYED_OF_USER, user_nid, *after, wanted.is_finalised, wanted.delay_ids, wanted.room_id,
        None if wanted.type is None else to_text(wanted.type), limit,
    )  # fmt: skip
    return [_delayed(row) for row in rows]


async def select_next_due(conn: Connection, shares: Collection[int] = EVERY_SHARE) -> int | None:
    """Return in how many milliseconds the next event of shares is to be sent; less than 0: it is late."""
    next_in_ms: int | None = await conn.fetchval(SELECT_NEXT_DUE, list(shares))
    return next_in_ms


async def claim_due(
    conn: Connection, seconds: float, limit: int, shares: Collection[int] = EVERY_SHARE
) -> list[str]:
    """Take events of shares that are due and that nobody is sending; the claims end by themselves."""
    rows = await conn.fetch(UPDATE_CLAIMED, seconds, limit, list(shares))
    return [row["delay_id"] for row in rows]


async def void_claims(conn: Connection, shares: Collection[int]) -> None:
    """Give back what a worker that died had claimed."""
    await conn.execute(UPDATE_CLAIMS_VOID, list(shares))


async def claim_delayed(conn: Connection, delay_id: str, seconds: float) -> bool:
    """Take one event, due or not; False where it is finalised or somebody is sending it."""
    return await conn.fetchval(UPDATE_CLAIMED_ONE, delay_id, seconds) is not None


async def release_delayed(conn: Connection, delay_id: str) -> None:
    """Give a claim back."""
    await conn.execute(UPDATE_RELEASED, delay_id)


async def restart_delayed(conn: Connection, delay_id: str) -> bool:
    """Begin the delay anew; False where it is too late."""
    return await conn.fetchval(UPDATE_RESTARTED, delay_id) is not None


async def cancel_delayed(conn: Connection, delay_id: str, now_ms: int) -> bool:
    """Give an event up as its user wants; False where it is too late."""
    return await conn.fetchval(UPDATE_CANCELLED, delay_id, now_ms) is not None


async def finalise_delayed(
    conn: Connection,
    delay_id: str,
    outcome: Outcome,
    now_ms: int,
    *,
    by_action: bool,
    event_id: EventId | None = None,
    error: JsonObject | None = None,
) -> None:
    """Note what became of an event."""
    raw = None if error is None else orjson.dumps(error)
    await conn.execute(UPDATE_FINALISED, delay_id, outcome, by_action, now_ms, event_id, raw)


async def delete_finalised(conn: Connection, before_ms: int) -> None:
    """Forget what became of events before a time."""
    await conn.execute(DELETE_FINALISED, before_ms)


def _delayed(row: asyncpg.Record) -> DelayedEvent:
    values = dict(row)
    values["type"] = from_text(values["type"])
    values["state_key"] = None if values["state_key"] is None else from_text(values["state_key"])
    values["content"] = orjson.loads(values["content"])
    values["outcome"] = None if values["outcome"] is None else Outcome(values["outcome"])
    values["error"] = None if values["error"] is None else orjson.loads(values["error"])
    return DelayedEvent(**values)
