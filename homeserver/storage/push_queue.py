"""What waits to be pushed, who works at it, and up to where the position log was looked through for it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from federation.protocol.ids import EventId
from homeserver.storage.db import Connection
from homeserver.storage.pushers import (
    FROM_PUSHERS,
    PUSHER_COLUMNS,
    PUSHING,
    PusherRow,
    pusher_from_row,
)
from homeserver.storage.shares import EVERY_SHARE

TAKE_FEED = """
UPDATE push_feed SET owner = $1 RETURNING position
"""
ADVANCE_FEED = "UPDATE push_feed SET position = $2 WHERE owner = $1"
SELECT_FIRST_SINCE = "SELECT coalesce(min(since), 0) FROM pushers WHERE enabled AND activated"
SELECT_ROOMS_WITH_NEWS = """
SELECT DISTINCT m.room_nid FROM (SELECT DISTINCT user_nid FROM pushers WHERE enabled AND activated) AS p
JOIN memberships m ON m.user_nid = p.user_nid AND m.membership IN ('join', 'invite')
WHERE EXISTS (SELECT 1 FROM events e WHERE e.room_nid = m.room_nid AND e.position > $1)
"""
SELECT_PUSHING_MEMBERS = f"""
SELECT m.room_nid, m.user_nid FROM memberships m
WHERE m.room_nid = ANY ($1::bigint[]) AND m.membership IN ('join', 'invite')
AND m.user_nid IN (SELECT p.user_nid FROM {PUSHING})
"""
SELECT_INVITES_ELSEWHERE = """
SELECT o.user_nid, o.room_nid, o.position, o.sender_nid, o.event_id, o.json
FROM out_of_band_memberships o
JOIN memberships m ON m.user_nid = o.user_nid AND m.room_nid = o.room_nid AND m.event_nid = o.position
WHERE o.user_nid = ANY ($1::bigint[]) AND m.membership = 'invite' AND o.position > $2 AND o.position <= $3
"""
# The pushers' rows are changed before the queue's, so that who finishes with one waits, and sees what came.
UPDATE_DUE = """
UPDATE pushers p SET last_due = greatest(p.last_due, w.position), due_ts = coalesce(p.due_ts, $3)
FROM (SELECT user_nid, max(position) AS position
      FROM unnest($1::bigint[], $2::bigint[]) AS n(user_nid, position) GROUP BY user_nid) AS w
WHERE p.user_nid = w.user_nid AND p.enabled AND p.activated AND w.position > p.since
AND (NOT $4 OR p.kind <> 'email')
"""
INSERT_QUEUED = """
INSERT INTO push_queue (pusher_nid, position, room_nid, event_nid, actions, queued_ts)
SELECT p.pusher_nid, n.position, n.room_nid, n.event_nid, n.actions, $6
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[])
    AS n(user_nid, position, room_nid, event_nid, actions)
JOIN pushers p ON p.user_nid = n.user_nid AND p.enabled AND p.activated AND n.position > p.since
ON CONFLICT (pusher_nid, position) DO NOTHING
"""
CLAIM_DUE = f"""
WITH due AS (
    SELECT q.pusher_nid FROM pushers q
    WHERE q.due_ts <= $1 AND q.claimed_until < now() AND q.pusher_nid <> ALL ($4::bigint[])
      AND ($5 OR q.failures = 0) AND q.user_nid % 64 = ANY ($6::smallint[])
    ORDER BY q.due_ts LIMIT $2 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE pushers q SET claimed_until = now() + $3::bigint * interval '1 millisecond'
    FROM due WHERE q.pusher_nid = due.pusher_nid RETURNING q.*
)
SELECT {PUSHER_COLUMNS} FROM {FROM_PUSHERS.replace("pushers p", "claimed p")}
"""
SELECT_QUEUED = """
SELECT position, room_nid, event_nid, actions, queued_ts FROM push_queue
WHERE pusher_nid = $1 ORDER BY position LIMIT $2
"""
DELETE_QUEUED = "DELETE FROM push_queue WHERE pusher_nid = $1 AND position = ANY ($2::bigint[])"
DELETE_QUEUED_BEFORE = "DELETE FROM push_queue WHERE pusher_nid = $1 AND queued_ts < $2"
DELETE_ALL_BUT_NEWEST = """
DELETE FROM push_queue WHERE pusher_nid = $1 AND position <= (
    SELECT n.position FROM push_queue n WHERE n.pusher_nid = $1 ORDER BY n.position DESC OFFSET $2 LIMIT 1)
"""
UPDATE_FINISHED = """
UPDATE pushers SET claimed_until = '-infinity', failing_since_ts = NULL, failures = 0, last_badge = $4,
    due_ts = CASE WHEN last_due > $2 THEN $3::bigint ELSE $5::bigint END
WHERE pusher_nid = $1 AND claimed_until = $6
"""
UPDATE_FAILED = """
UPDATE pushers SET claimed_until = '-infinity', failing_since_ts = coalesce(failing_since_ts, $2),
    failures = failures + 1,
    due_ts = CASE WHEN NOT $4 OR EXISTS (SELECT 1 FROM push_queue q WHERE q.pusher_nid = $1)
             THEN $3::bigint END
WHERE pusher_nid = $1 AND claimed_until = $5
"""
UPDATE_RELEASED = """
UPDATE pushers SET claimed_until = '-infinity' WHERE pusher_nid = $1 AND claimed_until = $2
"""
UPDATE_CLAIMS_VOID = """
UPDATE pushers SET claimed_until = '-infinity'
WHERE claimed_until > now() AND user_nid % 64 = ANY ($1::smallint[])
"""
SELECT_NEXT_DUE = """
SELECT min(due_ts) FROM pushers
WHERE due_ts IS NOT NULL AND claimed_until < now() AND user_nid % 64 = ANY ($1::smallint[])
"""
SELECT_BACKLOG = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM push_queue LIMIT $1) AS q) AS waiting,
    (SELECT count(*) FROM pushers WHERE failing_since_ts IS NOT NULL) AS failing,
    (SELECT count(*) FROM pushers) AS pushers
"""
SELECT_MAILS = "SELECT room_nid, sent_ts, pause_ms FROM push_mails WHERE pusher_nid = $1"
UPSERT_MAIL = """
INSERT INTO push_mails (pusher_nid, room_nid, sent_ts, pause_ms)
SELECT $1, w.room_nid, $2, w.pause_ms FROM unnest($3::bigint[], $4::bigint[]) AS w(room_nid, pause_ms)
ON CONFLICT (pusher_nid, room_nid) DO UPDATE SET sent_ts = excluded.sent_ts, pause_ms = excluded.pause_ms
"""

MAX_COUNTED: Final = 100_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's claim on a pusher: what it writes of the pusher is left out once another has the claim."""

    pusher_nid: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """An event that a pusher has to tell of. `actions` are the rule's, in JSON; no `event_nid`: an invite."""

    position: int
    room_nid: int
    event_nid: int | None
    actions: bytes
    queued_ts: int


@dataclass(frozen=True, slots=True)
class Notified:
    """That an event notifies a user: what the queue is filled with."""

    user_nid: int
    position: int
    room_nid: int
    event_nid: int | None
    actions: bytes


@dataclass(frozen=True, slots=True)
class InviteElsewhere:
    """An invite to a room that this server is not in. `json` is the event."""

    user_nid: int
    room_nid: int
    position: int
    sender_nid: int
    event_id: EventId
    json: bytes


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits, at most `MAX_COUNTED`; how many pushers fail; how many there are."""

    waiting: int = 0
    failing: int = 0
    pushers: int = 0


async def take_feed(conn: Connection, owner: str) -> int:
    """Become the worker that follows the log, whoever it was before; return from where on."""
    position: int = await conn.fetchval(TAKE_FEED, owner)
    return position


async def advance_feed(conn: Connection, owner: str, position: int) -> bool:
    """Note up to where the log was looked through; say whether it is still this worker's to do."""
    return bool((await conn.execute(ADVANCE_FEED, owner, position)).endswith("1"))


async def select_first_since(conn: Connection) -> int:
    """Return the position up to which nothing is any pusher's business."""
    since: int = await conn.fetchval(SELECT_FIRST_SINCE)
    return since


async def select_rooms_with_news(conn: Connection, since: int) -> set[int]:
    """Return the rooms of users with pushers in which something came after a position."""
    return {row["room_nid"] for row in await conn.fetch(SELECT_ROOMS_WITH_NEWS, since)}


async def select_pushing_members(conn: Connection, room_nids: Sequence[int]) -> dict[int, list[int]]:
    """Return, by room, the members and invited who have a pusher in use."""
    found: dict[int, list[int]] = {room_nid: [] for room_nid in room_nids}
    for row in await conn.fetch(SELECT_PUSHING_MEMBERS, room_nids):
        found[row["room_nid"]].append(row["user_nid"])
    return found


async def select_invites_elsewhere(
    conn: Connection, user_nids: Sequence[int], since: int, upto: int
) -> list[InviteElsewhere]:
    """Return the invites of users to rooms of other servers that came in a span of positions."""
    rows = await conn.fetch(SELECT_INVITES_ELSEWHERE, user_nids, since, upto)
    return [InviteElsewhere(*row) for row in rows]


async def enqueue(conn: Connection, notified: Sequence[Notified], now_ms: int) -> None:
    """Have the pushers of users tell of events."""
    if notified:
        columns = _columns(notified)
        await conn.execute(UPDATE_DUE, columns[0], columns[1], now_ms, False)
        await conn.execute(INSERT_QUEUED, *columns, now_ms)


async def note_read(conn: Connection, read: Sequence[tuple[int, int]], now_ms: int) -> None:
    """Have the pushers of users, each with the position of a receipt, tell that there is less to read."""
    if read:
        columns = [list(column) for column in zip(*read, strict=True)]
        await conn.execute(UPDATE_DUE, *columns, now_ms, True)


async def claim_due(
    conn: Connection,
    now_ms: int,
    limit: int,
    claim_ms: int,
    *,
    but: Iterable[int] = (),
    failing: bool = True,
    shares: Collection[int] = EVERY_SHARE,
) -> list[PusherRow]:
    """Take pushers of shares that have something to do, for so long, from those whom nobody is at.

    `failing`: also those that failed the last time.
    """
    rows = await conn.fetch(CLAIM_DUE, now_ms, limit, claim_ms, list(but), failing, list(shares))
    return [pusher_from_row(row) for row in rows]


async def void_claims(conn: Connection, shares: Collection[int]) -> None:
    """Give back what a worker that died had claimed."""
    await conn.execute(UPDATE_CLAIMS_VOID, list(shares))


async def select_queued(conn: Connection, pusher_nid: int, limit: int) -> list[Queued]:
    """Return what a pusher has to tell, the oldest first."""
    return [Queued(*row) for row in await conn.fetch(SELECT_QUEUED, pusher_nid, limit)]


async def delete_queued(conn: Connection, pusher_nid: int, positions: Sequence[int]) -> None:
    if positions:
        await conn.execute(DELETE_QUEUED, pusher_nid, positions)


async def delete_queued_before(conn: Connection, pusher_nid: int, ts: int) -> None:
    """Forget what was queued before a time."""
    await conn.execute(DELETE_QUEUED_BEFORE, pusher_nid, ts)


async def delete_all_but_newest(conn: Connection, pusher_nid: int, kept: int) -> None:
    """Bound what waits for a pusher."""
    await conn.execute(DELETE_ALL_BUT_NEWEST, pusher_nid, kept)


async def finish(
    conn: Connection, claim: Claim, upto: int, now_ms: int, badge: int | None, again_ms: int | None = None
) -> None:
    """Let go of a pusher that has told all up to a position; what came meanwhile is due at once.

    `again_ms`: when something is to be done even if nothing comes.
    """
    await conn.execute(UPDATE_FINISHED, claim.pusher_nid, upto, now_ms, badge, again_ms, claim.until)


async def fail(
    conn: Connection, claim: Claim, now_ms: int, again_ms: int, *, unless_empty: bool = False
) -> None:
    """Let go of a pusher that could not be told, until `again_ms`; with `unless_empty`, until news comes."""
    await conn.execute(UPDATE_FAILED, claim.pusher_nid, now_ms, again_ms, unless_empty, claim.until)


async def release(conn: Connection, claim: Claim) -> None:
    """Let go of a pusher about which nothing was found out."""
    await conn.execute(UPDATE_RELEASED, claim.pusher_nid, claim.until)


async def select_next_due(conn: Connection, shares: Collection[int] = EVERY_SHARE) -> int | None:
    """Return when the next pusher of shares has something to do."""
    due_ts: int | None = await conn.fetchval(SELECT_NEXT_DUE, list(shares))
    return due_ts


async def select_backlog(conn: Connection) -> Backlog:
    row = await conn.fetchrow(SELECT_BACKLOG, MAX_COUNTED)
    return Backlog() if row is None else Backlog(*row)


async def select_mails(conn: Connection, pusher_nid: int) -> dict[int, tuple[int, int]]:
    """Return, by room, when a pusher last wrote of it and how long it pauses since, in milliseconds."""
    rows = await conn.fetch(SELECT_MAILS, pusher_nid)
    return {row["room_nid"]: (row["sent_ts"], row["pause_ms"]) for row in rows}


async def upsert_mails(conn: Connection, pusher_nid: int, now_ms: int, pauses: dict[int, int]) -> None:
    """Note that a pusher has written of rooms, and how long it now pauses for each."""
    await conn.execute(UPSERT_MAIL, pusher_nid, now_ms, list(pauses), list(pauses.values()))


def _columns(notified: Sequence[Notified]) -> tuple[list[object], ...]:
    return (
        [n.user_nid for n in notified],
        [n.position for n in notified],
        [n.room_nid for n in notified],
        [n.event_nid for n in notified],
        [n.actions for n in notified],
    )
