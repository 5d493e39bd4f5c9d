"""Operations that wait for user-interactive authentication."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.storage.db import Connection

INSERT_UIA_SESSION = """
INSERT INTO uia_sessions (session_id, user_nid, operation, completed, reg_token, expires_ts)
VALUES ($1, $2, $3, $4, $5, $6)
"""
SELECT_UIA_SESSION = """
SELECT session_id, user_nid, operation, completed, reg_token FROM uia_sessions
WHERE session_id = $1 AND expires_ts > $2 FOR UPDATE
"""
UPDATE_UIA_SESSION = "UPDATE uia_sessions SET completed = $2, reg_token = $3 WHERE session_id = $1"
DELETE_UIA_SESSION = """
DELETE FROM uia_sessions WHERE session_id = $1 AND operation = $2 AND expires_ts > $3 RETURNING session_id
"""
DELETE_EXPIRED_UIA_SESSIONS = """
DELETE FROM uia_sessions WHERE session_id IN (
    SELECT session_id FROM uia_sessions WHERE expires_ts <= $1
    ORDER BY expires_ts LIMIT $2 FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True, slots=True)
class UiaSession:
    """One row; `user_nid` is None where nobody was logged in, `completed` is in the order of completion."""

    session_id: str
    user_nid: int | None
    operation: str
    completed: tuple[str, ...] = ()
    reg_token: str | None = None


async def insert_uia_session(conn: Connection, session: UiaSession, expires_ts: int) -> None:
    """Begin a session."""
    await conn.execute(
        INSERT_UIA_SESSION,
        session.session_id,
        session.user_nid,
        session.operation,
        list(session.completed),
        session.reg_token,
        expires_ts,
    )


async def select_uia_session(conn: Connection, session_id: str, now_ms: int) -> UiaSession | None:
    """Return a session that has not expired, and lock its row until the transaction ends."""
    row = await conn.fetchrow(SELECT_UIA_SESSION, session_id, now_ms)
    return None if row is None else UiaSession(**{**row, "completed": tuple(row["completed"])})


async def update_uia_session(
    conn: Connection, session_id: str, completed: Sequence[str], reg_token: str | None
) -> None:
    """Note which stages are completed."""
    await conn.execute(UPDATE_UIA_SESSION, session_id, list(completed), reg_token)


async def delete_uia_session(conn: Connection, session_id: str, operation: str, now_ms: int) -> bool:
    """Use a session up; False where it does not exist, has expired or belongs to another operation."""
    return await conn.fetchval(DELETE_UIA_SESSION, session_id, operation, now_ms) is not None


async def delete_expired_uia_sessions(conn: Connection, now_ms: int, limit: int) -> None:
    """Clear away some of what has expired."""
    await conn.execute(DELETE_EXPIRED_UIA_SESSIONS, now_ms, limit)
