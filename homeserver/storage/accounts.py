"""Accounts of this server's own users."""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

INSERT_ACCOUNT = """
INSERT INTO accounts (user_nid, password_hash, is_admin, is_guest, created_ts, appservice_id)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_nid) DO NOTHING RETURNING user_nid
"""
UPDATE_UPGRADED = """
UPDATE accounts SET password_hash = $2, is_admin = $3, is_guest = false
WHERE user_nid = $1 AND is_guest AND deactivated_ts IS NULL RETURNING user_nid
"""
SELECT_ACCOUNT = """
SELECT user_nid, user_id, password_hash, is_admin, is_guest, is_locked, is_suspended, deactivated_ts
FROM accounts JOIN users USING (user_nid) WHERE user_id = $1
"""
SELECT_ANY_ACCOUNT = "SELECT EXISTS (SELECT FROM accounts WHERE NOT is_guest AND appservice_id IS NULL)"
UPDATE_PASSWORD_HASH = """
UPDATE accounts SET password_hash = $2 WHERE user_nid = $1 AND deactivated_ts IS NULL RETURNING user_nid
"""
UPDATE_ADMIN = "UPDATE accounts SET is_admin = $2 WHERE user_nid = $1"
UPDATE_LOCKED = "UPDATE accounts SET is_locked = $2 WHERE user_nid = $1"
UPDATE_SUSPENDED = "UPDATE accounts SET is_suspended = $2 WHERE user_nid = $1"
UPDATE_SHADOW_BANNED = "UPDATE accounts SET is_shadow_banned = $2 WHERE user_nid = $1"
UPDATE_DEACTIVATED = """
UPDATE accounts
SET deactivated_ts = coalesce(deactivated_ts, $2), is_erased = is_erased OR $3, password_hash = NULL
WHERE user_nid = $1
"""
INSERT_ACCEPTED_TERMS = """
INSERT INTO accepted_terms (user_nid, document, version, accepted_ts)
SELECT $1, document, version, $4 FROM unnest($2::text[], $3::text[]) AS shown (document, version)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Account:
    """One row; `password_hash` is None where no password opens the account."""

    user_nid: int
    user_id: UserId
    password_hash: str | None
    is_admin: bool
    is_guest: bool
    is_locked: bool
    is_suspended: bool
    deactivated_ts: int | None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account begins with. `appservice_id`: the application service that makes it."""

    user_nid: int
    password_hash: str | None
    is_admin: bool
    is_guest: bool
    created_ts: int
    appservice_id: str | None = None


async def insert_account(conn: Connection, account: NewAccount) -> bool:
    """Make an account; False where the user has one, or had."""
    made = await conn.fetchval(
        INSERT_ACCOUNT,
        account.user_nid,
        account.password_hash,
        account.is_admin,
        account.is_guest,
        account.created_ts,
        None if account.appservice_id is None else to_text(account.appservice_id),
    )
    return made is not None


async def update_upgraded(conn: Connection, account: NewAccount) -> bool:
    """Make a guest's account a full one; False where it is none, or no longer."""
    upgraded = await conn.fetchval(UPDATE_UPGRADED, account.user_nid, account.password_hash, account.is_admin)
    return upgraded is not None


async def select_account(conn: Connection, user_id: UserId) -> Account | None:
    """Return an account, deactivated or not."""
    row = await conn.fetchrow(SELECT_ACCOUNT, user_id)
    return None if row is None else Account(**row)


async def has_accounts(conn: Connection) -> bool:
    """Tell whether anybody but guests and application services' users ever had an account."""
    return bool(await conn.fetchval(SELECT_ANY_ACCOUNT))


async def update_password_hash(conn: Connection, user_nid: int, password_hash: str) -> bool:
    """Set the password; False where there is no such account or it is deactivated."""
    return await conn.fetchval(UPDATE_PASSWORD_HASH, user_nid, password_hash) is not None


async def update_admin(conn: Connection, user_nid: int, is_admin: bool) -> None:
    """Make somebody a server admin, or no longer one."""
    await conn.execute(UPDATE_ADMIN, user_nid, is_admin)


async def update_locked(conn: Connection, user_nid: int, is_locked: bool) -> None:
    """Lock or unlock an account."""
    await conn.execute(UPDATE_LOCKED, user_nid, is_locked)


async def update_suspended(conn: Connection, user_nid: int, is_suspended: bool) -> None:
    """Suspend an account, or end that."""
    await conn.execute(UPDATE_SUSPENDED, user_nid, is_suspended)


async def update_shadow_banned(conn: Connection, user_nid: int, is_shadow_banned: bool) -> None:
    """Let what a user sends go nowhere, or end that."""
    await conn.execute(UPDATE_SHADOW_BANNED, user_nid, is_shadow_banned)


async def update_deactivated(conn: Connection, user_nid: int, now_ms: int, *, erase: bool) -> None:
    """Close an account for good; the first time of doing so stays."""
    await conn.execute(UPDATE_DEACTIVATED, user_nid, now_ms, erase)


async def insert_accepted_terms(
    conn: Connection, user_nid: int, documents: Iterable[tuple[str, str]], now_ms: int
) -> None:
    """Remember which (document, version) pairs somebody agreed to."""
    shown = list(documents)
    if shown:
        names, versions = zip(*shown, strict=True)
        await conn.execute(INSERT_ACCEPTED_TERMS, user_nid, list(names), list(versions), now_ms)
