"""Browsers that somebody has signed in with, to the server's own pages."""

from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection
from homeserver.storage.login_tokens import Voucher

INSERT_BROWSER = """
INSERT INTO browser_sessions (secret_hash, user_nid, proved_ts, expires_ts, issuer, subject, provider_session)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
SELECT_BROWSER = """
SELECT b.browser_nid, b.user_nid, u.user_id, b.proved_ts, a.is_suspended,
       a.password_hash IS NOT NULL AS has_password
FROM browser_sessions b JOIN accounts a USING (user_nid) JOIN users u USING (user_nid)
WHERE b.secret_hash = $1 AND b.expires_ts > $2 AND a.deactivated_ts IS NULL AND NOT a.is_locked
"""
SELECT_BROWSER_OF_GRANT = """
SELECT u.user_id, b.issuer, b.subject, b.provider_session
FROM browser_sessions b JOIN users u USING (user_nid) WHERE b.browser_nid = $1
"""
DELETE_BROWSER = "DELETE FROM browser_sessions WHERE secret_hash = $1"
DELETE_BROWSERS_OF_USER = "DELETE FROM browser_sessions WHERE user_nid = $1"
DELETE_OLD_BROWSERS = """
DELETE FROM browser_sessions WHERE browser_nid IN (
    SELECT browser_nid FROM browser_sessions WHERE expires_ts <= $2
    UNION ALL
    (SELECT browser_nid FROM browser_sessions WHERE user_nid = $1 ORDER BY browser_nid DESC OFFSET $3)
    LIMIT 100
)
"""
DELETE_BROWSERS_OF_PROVIDER_SESSION = """
DELETE FROM browser_sessions
WHERE issuer = $1 AND ($2::text IS NULL OR subject = $2) AND ($3::text IS NULL OR provider_session = $3)
"""


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A browser that is signed in, to an account that is open. Times are in milliseconds since the epoch."""

    browser_nid: int
    user_nid: int
    user_id: UserId
    proved_ts: int
    is_suspended: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class Granter:
    """Who granted something, and the upstream provider that had vouched for them."""

    user_id: UserId
    voucher: Voucher | None


async def insert_browser(
    conn: Connection,
    secret_hash: bytes,
    user_nid: int,
    *,
    now_ms: int,
    expires_ts: int,
    voucher: Voucher | None,
    keep: int,
) -> None:
    """Sign a browser in; forget those whose time is over, and the user's oldest but `keep`."""
    by = (
        (None, None, None) if voucher is None else (voucher.issuer, voucher.subject, voucher.provider_session)
    )
    await conn.execute(INSERT_BROWSER, secret_hash, user_nid, now_ms, expires_ts, *by)
    await conn.execute(DELETE_OLD_BROWSERS, user_nid, now_ms, keep)


async def select_browser(conn: Connection, secret_hash: bytes, now_ms: int) -> BrowserSession | None:
    """Return who is signed in with a browser; nobody where the account is locked or deactivated."""
    row = await conn.fetchrow(SELECT_BROWSER, secret_hash, now_ms)
    return None if row is None else BrowserSession(**row)


async def select_granter(conn: Connection, browser_nid: int) -> Granter | None:
    """Return who signed a browser in, and by whose word."""
    row = await conn.fetchrow(SELECT_BROWSER_OF_GRANT, browser_nid)
    if row is None:
        return None
    voucher = None
    if row["issuer"] is not None:
        voucher = Voucher(row["issuer"], row["subject"], row["provider_session"])
    return Granter(row["user_id"], voucher)


async def delete_browser(conn: Connection, secret_hash: bytes) -> None:
    """Sign a browser out."""
    await conn.execute(DELETE_BROWSER, secret_hash)


async def delete_browsers_of_user(conn: Connection, user_nid: int) -> None:
    """Sign all browsers of a user out; what was granted through them and not taken up yet is void."""
    await conn.execute(DELETE_BROWSERS_OF_USER, user_nid)


async def delete_browsers_of_provider_session(
    conn: Connection, issuer: str, subject: str | None, provider_session: str | None
) -> None:
    """Sign the browsers out that a provider vouched for, of one user or in one session of its own."""
    await conn.execute(DELETE_BROWSERS_OF_PROVIDER_SESSION, issuer, subject, provider_session)
