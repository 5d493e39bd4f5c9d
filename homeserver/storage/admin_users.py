"""What administrators see of accounts, page by page.

Sort keys are texts that sort like what they stand for, so that one statement serves every order.
"""

from dataclasses import dataclass

import asyncpg
import orjson

from federation.protocol.ids import RoomId, UserId
from homeserver.json_types import JsonValue
from homeserver.storage.db import Connection

SELECT_ACCOUNTS_PAGE = """
WITH described AS (
    SELECT a.user_nid, u.user_id, a.is_guest, a.is_admin, a.is_locked, a.is_suspended, a.is_erased,
           a.is_shadow_banned, a.created_ts, a.deactivated_ts,
           n.value AS name, p.value AS avatar,
           (SELECT max(d.last_seen_ts) FROM devices d WHERE d.user_nid = a.user_nid) AS last_seen_ts
    FROM accounts a JOIN users u USING (user_nid)
    LEFT JOIN profile_fields n ON n.user_nid = a.user_nid AND n.field = 'displayname'
    LEFT JOIN profile_fields p ON p.user_nid = a.user_nid AND p.field = 'avatar_url'
), chosen AS (
    SELECT *, CASE $6::text
        WHEN 'is_guest' THEN is_guest::text WHEN 'admin' THEN is_admin::text
        WHEN 'deactivated' THEN (deactivated_ts IS NOT NULL)::text WHEN 'locked' THEN is_locked::text
        WHEN 'suspended' THEN is_suspended::text WHEN 'shadow_banned' THEN is_shadow_banned::text
        WHEN 'displayname' THEN convert_from(name, 'UTF8') WHEN 'avatar_url' THEN convert_from(avatar, 'UTF8')
        WHEN 'creation_ts' THEN lpad(created_ts::text, 20, '0')
        WHEN 'last_seen_ts' THEN lpad(last_seen_ts::text, 20, '0')
        ELSE user_id END AS sort_key
    FROM described
    WHERE ($1::text IS NULL OR strpos(lower(user_id), $1) > 0
           OR ($2 AND strpos(lower(convert_from(coalesce(name, ''), 'UTF8')), $1) > 0))
    AND ($3::boolean IS NULL OR is_guest = $3)
    AND ($4::boolean IS NULL OR is_admin = $4)
    AND ($5::boolean IS NULL OR (deactivated_ts IS NOT NULL) = $5)
    AND ($10::boolean IS NULL OR is_locked = $10)
)
SELECT *, count(*) OVER () AS total FROM chosen
ORDER BY CASE WHEN NOT $7::boolean THEN sort_key END ASC NULLS FIRST,
         CASE WHEN $7 THEN sort_key END DESC NULLS LAST, user_id
LIMIT $8 OFFSET $9
"""
SELECT_ACCOUNT_DETAILS = """
SELECT a.user_nid, u.user_id, a.is_guest, a.is_admin, a.is_locked, a.is_suspended, a.is_erased,
       a.is_shadow_banned, a.created_ts, a.deactivated_ts,
       n.value AS name, p.value AS avatar,
       (SELECT max(d.last_seen_ts) FROM devices d WHERE d.user_nid = a.user_nid) AS last_seen_ts
FROM accounts a JOIN users u USING (user_nid)
LEFT JOIN profile_fields n ON n.user_nid = a.user_nid AND n.field = 'displayname'
LEFT JOIN profile_fields p ON p.user_nid = a.user_nid AND p.field = 'avatar_url'
WHERE a.user_nid = $1
"""
SELECT_MEMBERSHIPS_OF_USER = """
SELECT r.room_id, m.membership FROM memberships m JOIN rooms r USING (room_nid) WHERE m.user_nid = $1
ORDER BY r.room_id
"""
SELECT_USER_BY_IDENTITY = """
SELECT u.user_id FROM upstream_identities i JOIN users u USING (user_nid)
WHERE i.issuer = $1 AND i.subject = $2
"""
SELECT_IDENTITIES_OF_USER = """
SELECT issuer, subject FROM upstream_identities WHERE user_nid = $1 ORDER BY issuer, subject
"""
SELECT_USER_BY_THREEPID = """
SELECT u.user_id FROM threepids t JOIN users u USING (user_nid) WHERE t.medium = $1 AND t.address = $2
"""


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts are wanted; None does not restrict.

    `term` is in lower case, and searched for in user ids, with `in_names` in display names too.
    """

    term: str | None = None
    in_names: bool = False
    guests: bool | None = None
    admins: bool | None = None
    deactivated: bool | None = None
    locked: bool | None = None


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """An account, as administrators see it. Times are in milliseconds since the epoch."""

    user_nid: int
    user_id: UserId
    is_guest: bool
    is_admin: bool
    is_locked: bool
    is_suspended: bool
    is_erased: bool
    is_shadow_banned: bool
    created_ts: int
    deactivated_ts: int | None
    display_name: JsonValue
    avatar_url: JsonValue
    last_seen_ts: int | None


async def select_accounts_page(
    conn: Connection, wanted: AccountFilter, order: str, *, backwards: bool, limit: int, offset: int
) -> tuple[list[AccountDetails], int]:
    """Return a page of the accounts, and how many there are in all."""
    rows = await conn.fetch(
        SELECT_ACCOUNTS_PAGE, wanted.term, wanted.in_names, wanted.guests, wanted.admins, wanted.deactivated,
        order, backwards, limit, offset, wanted.locked,
    )  # fmt: skip
    return [_details(row) for row in rows], rows[0]["total"] if rows else 0


async def select_account_details(conn: Connection, user_nid: int) -> AccountDetails:
    """Return one account, which must exist."""
    row = await conn.fetchrow(SELECT_ACCOUNT_DETAILS, user_nid)
    assert row is not None
    return _details(row)


async def select_memberships_of_user(conn: Connection, user_nid: int) -> dict[RoomId, str]:
    """Return every room that a user has to do with, and as what."""
    rows = await conn.fetch(SELECT_MEMBERSHIPS_OF_USER, user_nid)
    return {RoomId(row["room_id"]): row["membership"] for row in rows}


async def select_user_by_identity(conn: Connection, issuer: str, subject: str) -> UserId | None:
    """Return who somebody of an upstream provider is here."""
    user_id: UserId | None = await conn.fetchval(SELECT_USER_BY_IDENTITY, issuer, subject)
    return user_id


async def select_identities_of_user(conn: Connection, user_nid: int) -> list[tuple[str, str]]:
    """Return who a user is at upstream providers: (issuer, subject)."""
    return [(r["issuer"], r["subject"]) for r in await conn.fetch(SELECT_IDENTITIES_OF_USER, user_nid)]


async def select_user_by_threepid(conn: Connection, medium: str, address: str) -> UserId | None:
    """Return whose address it is."""
    user_id: UserId | None = await conn.fetchval(SELECT_USER_BY_THREEPID, medium, address)
    return user_id


def _details(row: asyncpg.Record) -> AccountDetails:
    return AccountDetails(
        row["user_nid"], UserId(row["user_id"]), row["is_guest"], row["is_admin"], row["is_locked"],
        row["is_suspended"], row["is_erased"], row["is_shadow_banned"], row["created_ts"],
        row["deactivated_ts"], _json(row["name"]), _json(row["avatar"]), row["last_seen_ts"],
    )  # fmt: skip


def _json(raw: bytes | None) -> JsonValue:
    return None if raw is None else orjson.loads(raw)
