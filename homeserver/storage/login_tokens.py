"""Tokens that log somebody in once, within moments."""

from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection

INSERT_LOGIN_TOKEN = """
INSERT INTO login_tokens (token_hash, user_nid, browser_hash, issuer, subject, provider_session, expires_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
DELETE_LOGIN_TOKEN = """
DELETE FROM login_tokens t USING users u
WHERE t.token_hash = $1 AND t.expires_ts > $2 AND t.browser_hash IS NOT DISTINCT FROM $3
      AND u.user_nid = t.user_nid
RETURNING u.user_id, t.issuer, t.subject, t.provider_session
"""
DELETE_LOGIN_TOKENS_OF_USER = "DELETE FROM login_tokens WHERE user_nid = $1"
DELETE_EXPIRED_LOGIN_TOKENS = "DELETE FROM login_tokens WHERE expires_ts <= $1"
INSERT_UPSTREAM_SESSION = """
INSERT INTO upstream_sessions (session_nid, issuer, subject, provider_session) VALUES ($1, $2, $3, $4)
"""


@dataclass(frozen=True, slots=True)
class Voucher:
    """Who vouched for a user: a provider, with its name for the user and, if it has one, its own session."""

    issuer: str
    subject: str
    provider_session: str | None = None


@dataclass(frozen=True, slots=True)
class UsedToken:
    """Whose login token it was, and which provider it came from."""

    user_id: UserId
    voucher: Voucher | None


async def insert_login_token(
    conn: Connection,
    token_hash: bytes,
    user_nid: int,
    expires_ts: int,
    now_ms: int,
    *,
    browser_hash: bytes | None = None,
    voucher: Voucher | None = None,
) -> None:
    """Store a token, and forget those whose time is over."""
    await conn.execute(DELETE_EXPIRED_LOGIN_TOKENS, now_ms)
    by = (
        (None, None, None) if voucher is None else (voucher.issuer, voucher.subject, voucher.provider_session)
    )
    await conn.execute(INSERT_LOGIN_TOKEN, token_hash, user_nid, browser_hash, *by, expires_ts)


async def delete_login_token(
    conn: Connection, token_hash: bytes, browser_hash: bytes | None, now_ms: int
) -> UsedToken | None:
    """Use a token up; None where it is unknown, used, expired, or another browser's."""
    row = await conn.fetchrow(DELETE_LOGIN_TOKEN, token_hash, now_ms, browser_hash)
    if row is None:
        return None
    voucher = None
    if row["issuer"] is not None:
        voucher = Voucher(row["issuer"], row["subject"], row["provider_session"])
    return UsedToken(row["user_id"], voucher)


async def delete_login_tokens_of_user(conn: Connection, user_nid: int) -> None:
    """Forget all tokens of a user."""
    await conn.execute(DELETE_LOGIN_TOKENS_OF_USER, user_nid)


async def insert_upstream_session(conn: Connection, session_nid: int, voucher: Voucher) -> None:
    """Note that a session lives no longer than the provider's."""
    await conn.execute(
        INSERT_UPSTREAM_SESSION, session_nid, voucher.issuer, voucher.subject, voucher.provider_session
    )
