"""Sessions: who is logged in on which device, and with which pair of tokens."""

from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text

INSERT_SESSION = """
INSERT INTO sessions (user_nid, device_nid, created_ts) VALUES ($1, $2, $3) RETURNING session_nid
"""
SELECT_SESSION = """
SELECT s.session_nid, s.user_nid, u.user_id, s.device_nid, d.device_id, s.generation, s.offered,
       a.is_admin, a.is_guest, a.is_locked, a.is_suspended, o.session_nid IS NOT NULL AS is_oauth,
       a.is_shadow_banned, r.per_second AS own_rate, r.burst AS own_burst
FROM sessions s LEFT JOIN oauth_sessions o USING (session_nid) JOIN devices d USING (device_nid)
     JOIN accounts a ON a.user_nid = s.user_nid JOIN users u ON u.user_nid = s.user_nid
     LEFT JOIN rate_overrides r ON r.user_nid = s.user_nid
WHERE s.session_nid = $1 AND a.deactivated_ts IS NULL
"""
SELECT_REFRESH_TOKEN = """
SELECT t.session_nid, t.generation FROM refresh_tokens t JOIN sessions s USING (session_nid)
WHERE t.token_hash = $1 FOR UPDATE OF s
"""
UPDATE_TAKEN_UP = """
UPDATE sessions SET generation = offered, offered = NULL WHERE session_nid = $1 AND offered = $2
"""
UPDATE_OFFERED = "UPDATE sessions SET offered = $2 WHERE session_nid = $1"
INSERT_REFRESH_TOKEN = "INSERT INTO refresh_tokens (token_hash, session_nid, generation) VALUES ($1, $2, $3)"
DELETE_REFRESH_TOKENS = """
DELETE FROM refresh_tokens WHERE session_nid = $1 AND (generation > $2 OR generation < $3)
"""
DELETE_SESSION = "DELETE FROM sessions WHERE session_nid = $1"
DELETE_DEVICE_SESSIONS = "DELETE FROM sessions WHERE device_nid = $1 RETURNING session_nid"


@dataclass(frozen=True, slots=True)
class Session:
    """A session with its device and the state of its account, which is not deactivated.

    `is_oauth`: a client was granted it, by the OAuth 2.0 API.
    """

    session_nid: int
    user_nid: int
    user_id: UserId
    device_nid: int
    device_id: str
    generation: int
    offered: int | None
    is_admin: bool
    is_guest: bool
    is_locked: bool
    is_suspended: bool
    is_oauth: bool
    is_shadow_banned: bool
    own_rate: float | None
    own_burst: int | None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """Whose refresh token it is, and of which pair."""

    session_nid: int
    generation: int


async def insert_session(conn: Connection, user_nid: int, device_nid: int, now_ms: int) -> int:
    """Begin a session and return its number."""
    session_nid: int = await conn.fetchval(INSERT_SESSION, user_nid, device_nid, now_ms)
    return session_nid


async def select_session(conn: Connection, session_nid: int) -> Session | None:
    """Return a session that was not ended."""
    row = await conn.fetchrow(SELECT_SESSION, session_nid)
    if row is None:
        return None
    return Session(**{**row, "device_id": from_text(row["device_id"])})


async def select_refresh_token(conn: Connection, token_hash: bytes) -> RefreshToken | None:
    """Find a refresh token, spent ones included, and lock its session's row until the transaction ends."""
    row = await conn.fetchrow(SELECT_REFRESH_TOKEN, token_hash)
    return None if row is None else RefreshToken(**row)


async def take_up(conn: Connection, session_nid: int, generation: int) -> None:
    """Note that the client has received an offered pair: from now on the older ones are spent."""
    await conn.execute(UPDATE_TAKEN_UP, session_nid, generation)


async def update_offered(conn: Connection, session_nid: int, generation: int) -> None:
    """Note which pair was made last."""
    await conn.execute(UPDATE_OFFERED, session_nid, generation)


async def insert_refresh_token(
    conn: Connection, token_hash: bytes, session_nid: int, generation: int
) -> None:
    """Store a refresh token's hash."""
    await conn.execute(INSERT_REFRESH_TOKEN, token_hash, session_nid, generation)


async def delete_refresh_tokens(conn: Connection, session_nid: int, *, above: int, below: int) -> None:
    """Forget a session's refresh tokens of pairs above or below these."""
    await conn.execute(DELETE_REFRESH_TOKENS, session_nid, above, below)


async def delete_session(conn: Connection, session_nid: int) -> None:
    """End one session."""
    await conn.execute(DELETE_SESSION, session_nid)


async def delete_device_sessions(conn: Connection, device_nid: int) -> list[int]:
    """End the sessions of a device; return their numbers."""
    return [row["session_nid"] for row in await conn.fetch(DELETE_DEVICE_SESSIONS, device_nid)]
