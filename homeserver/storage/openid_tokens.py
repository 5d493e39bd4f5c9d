"""Tokens by which users prove to other services who they are."""

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection

INSERT_OPENID_TOKEN = "INSERT INTO openid_tokens (token_hash, user_nid, expires_ts) VALUES ($1, $2, $3)"
SELECT_USER_OF_TOKEN = """
SELECT u.user_id FROM openid_tokens t JOIN users u USING (user_nid) JOIN accounts a USING (user_nid)
WHERE t.token_hash = $1 AND t.expires_ts > $2 AND a.deactivated_ts IS NULL AND NOT a.is_locked
"""
DELETE_EXPIRED_OPENID_TOKENS = "DELETE FROM openid_tokens WHERE expires_ts <= $1"


async def insert_openid_token(
    conn: Connection, token_hash: bytes, user_nid: int, expires_ts: int, now_ms: int
) -> None:
    """Store a token, and forget those whose time is over."""
    await conn.execute(DELETE_EXPIRED_OPENID_TOKENS, now_ms)
    await conn.execute(INSERT_OPENID_TOKEN, token_hash, user_nid, expires_ts)


async def select_user_of_token(conn: Connection, token_hash: bytes, now_ms: int) -> UserId | None:
    """Return whose token it is, None where it is unknown, expired, or its account closed."""
    user_id: UserId | None = await conn.fetchval(SELECT_USER_OF_TOKEN, token_hash, now_ms)
    return user_id
