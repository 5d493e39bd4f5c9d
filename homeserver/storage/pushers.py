"""Pushers: where users want to be notified. What waits for them is in `push_queue`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

PUSHER_COLUMNS = """p.pusher_nid, p.user_nid, u.user_id, p.kind, p.app_id, p.pushkey, p.described, p.data,
p.enabled, p.set_ts, p.activated, p.ack_token, p.ack_expires_ts, p.failing_since_ts, p.failures, p.last_due,
p.last_badge, p.claimed_until, d.device_id"""
FROM_PUSHERS = """pushers p JOIN users u ON u.user_nid = p.user_nid
LEFT JOIN sessions s ON s.session_nid = p.session_nid LEFT JOIN devices d ON d.device_nid = s.device_nid"""

SELECT_OF_USER = f"SELECT {PUSHER_COLUMNS} FROM {FROM_PUSHERS} WHERE p.user_nid = $1 ORDER BY p.pusher_nid"
SELECT_BY_NID = f"SELECT {PUSHER_COLUMNS} FROM {FROM_PUSHERS} WHERE p.pusher_nid = ANY ($1::bigint[])"
# Nobody can read with a locked account, so nobody is to read its messages in notifications.
PUSHING = """pushers p JOIN accounts a ON a.user_nid = p.user_nid
WHERE p.enabled AND p.activated AND NOT a.is_locked AND a.deactivated_ts IS NULL"""
SELECT_PUSHING_USERS = f"SELECT DISTINCT p.user_nid FROM {PUSHING}"
SELECT_WHO_IS_PUSHING = f"SELECT DISTINCT p.user_nid FROM {PUSHING} AND p.user_nid = ANY ($1::bigint[])"
# A pusher that is set again begins anew where it failed, and remembers what it has told. It stays with its
# log-in, for it may be another device that turns it off or on.
UPSERT_PUSHER = """
INSERT INTO pushers (user_nid, session_nid, kind, app_id, pushkey, described, data, enabled, set_ts, since,
                     last_due, activated, ack_token, ack_expires_ts, due_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, CASE WHEN NOT $11 THEN $9::bigint END)
ON CONFLICT (user_nid, app_id, pushkey) DO UPDATE
SET kind = excluded.kind, described = excluded.described, data = excluded.data,
    enabled = excluded.enabled, set_ts = excluded.set_ts,
    activated = excluded.activated, ack_token = excluded.ack_token,
    ack_expires_ts = excluded.ack_expires_ts, failing_since_ts = NULL,
    failures = 0, due_ts = CASE WHEN pushers.due_ts IS NOT NULL OR NOT $11 THEN excluded.set_ts END
"""
DELETE_PUSHER = "DELETE FROM pushers WHERE user_nid = $1 AND app_id = $2 AND pushkey = $3"
DELETE_OF_OTHERS = """
DELETE FROM pushers WHERE app_id = $1 AND pushkey = $2 AND user_nid <> $3 RETURNING user_nid
"""
DELETE_OF_USER = "DELETE FROM pushers WHERE user_nid = $1"
DELETE_BY_NID = "DELETE FROM pushers WHERE pusher_nid = $1"
UPDATE_ACTIVATED = """
UPDATE pushers SET activated = true, ack_token = NULL, ack_expires_ts = NULL, since = $2, last_due = $2
WHERE pusher_nid = $1
"""
SELECT_OWNS_ADDRESS = """
SELECT EXISTS (SELECT 1 FROM threepids t JOIN accounts a ON a.user_nid = t.user_nid
               WHERE t.medium = 'email' AND t.address = $1 AND t.user_nid = $2 AND a.deactivated_ts IS NULL)
"""
COUNT_BY_KIND = "SELECT kind, count(*) FROM pushers GROUP BY kind"


@dataclass(frozen=True, slots=True)
class PusherRow:
    """A pusher as it is stored. `described` and `data` are JSON; times are milliseconds since the epoch.

    `claimed_until` is the database's time, and names the claim of a worker.
    """

    pusher_nid: int
    user_nid: int
    user_id: UserId
    kind: str
    app_id: str
    pushkey: str
    described: bytes
    data: bytes
    enabled: bool
    set_ts: int
    activated: bool
    ack_token: str | None
    ack_expires_ts: int | None
    failing_since_ts: int | None
    failures: int
    last_due: int
    last_badge: int | None
    claimed_until: datetime
    device_id: str | None


@dataclass(frozen=True, slots=True)
class NewPusher:
    """A pusher about to be stored; `ack_token` and `ack_expires_ts` where it still has to be activated."""

    user_nid: int
    session_nid: int | None
    kind: str
    app_id: str
    pushkey: str
    described: bytes
    data: bytes
    enabled: bool
    set_ts: int
    activated: bool = True
    ack_token: str | None = None
    ack_expires_ts: int | None = None


async def select_pushers(conn: Connection, user_nid: int) -> list[PusherRow]:
    """Return a user's pushers, the oldest first."""
    return [pusher_from_row(row) for row in await conn.fetch(SELECT_OF_USER, user_nid)]


async def select_by_nid(conn: Connection, pusher_nids: Sequence[int]) -> list[PusherRow]:
    return [pusher_from_row(row) for row in await conn.fetch(SELECT_BY_NID, pusher_nids)]


async def select_pushing_users(conn: Connection, among: Sequence[int] | None = None) -> set[int]:
    """Return the users who have a pusher in use: all of them, or those among some."""
    if among is None:
        rows = await conn.fetch(SELECT_PUSHING_USERS)
    else:
        rows = await conn.fetch(SELECT_WHO_IS_PUSHING, among)
    return {row["user_nid"] for row in rows}


async def upsert_pusher(conn: Connection, new: NewPusher, position: int) -> None:
    """Store a pusher; a new one is told of what comes after `position`."""
    await conn.execute(
        UPSERT_PUSHER, new.user_nid, new.session_nid, new.kind, to_text(new.app_id), to_text(new.pushkey),
        new.described, new.data, new.enabled, new.set_ts, position, new.activated, new.ack_token,
        new.ack_expires_ts,
    )  # fmt: skip


async def delete_pusher(conn: Connection, user_nid: int, app_id: str, pushkey: str) -> bool:
    """Delete a pusher; say whether there was one."""
    deleted: str = await conn.execute(DELETE_PUSHER, user_nid, to_text(app_id), to_text(pushkey))
    return not deleted.endswith(" 0")


async def delete_of_others(conn: Connection, user_nid: int, app_id: str, pushkey: str) -> list[int]:
    """Delete the pushers of this key that other users have; return these users."""
    rows = await conn.fetch(DELETE_OF_OTHERS, to_text(app_id), to_text(pushkey), user_nid)
    return [row["user_nid"] for row in rows]


async def delete_of_user(conn: Connection, user_nid: int) -> None:
    """Delete all pushers of a user."""
    await conn.execute(DELETE_OF_USER, user_nid)


async def delete_by_nid(conn: Connection, pusher_nid: int) -> None:
    await conn.execute(DELETE_BY_NID, pusher_nid)


async def update_activated(conn: Connection, pusher_nid: int, position: int) -> None:
    """Use a pusher from `position` on."""
    await conn.execute(UPDATE_ACTIVATED, pusher_nid, position)


async def owns_address(conn: Connection, user_nid: int, address: str) -> bool:
    """Tell whether a canonical e-mail address is one of an open account's."""
    owns: bool = await conn.fetchval(SELECT_OWNS_ADDRESS, address, user_nid)
    return owns


async def count_by_kind(conn: Connection) -> dict[str, int]:
    return {row["kind"]: row["count"] for row in await conn.fetch(COUNT_BY_KIND)}


def pusher_from_row(row: asyncpg.Record) -> PusherRow:
    """Return the pusher in a row of PUSHER_COLUMNS."""
    values = dict(row)
    for name in ("app_id", "pushkey", "device_id"):
        if values[name] is not None:
            values[name] = from_text(values[name])
    return PusherRow(**values)
