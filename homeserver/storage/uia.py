"""Operations that wait for user-interactive authentication."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import orjson

from homeserver.storage.db import Connection

INSERT_UIA_SESSION = """
INSERT INTO uia_sessions (session_id, user_nid, operation, completed, proofs, expires_ts)
VALUES ($1, $2, $3, $4, $5, $6)
"""
SELECT_UIA_SESSION = """
SELECT session_id, user_nid, operation, completed, proofs FROM uia_sessions
WHERE session_id = $1 AND expires_ts > $2
"""
SELECT_WAITING = """
SELECT session_id FROM uia_sessions WHERE user_nid = $1 AND operation = $2 AND expires_ts > $3
ORDER BY cardinality(completed) DESC, expires_ts DESC LIMIT 1
"""
UPDATE_PASSED = """
UPDATE uia_sessions SET completed = completed || ARRAY[$2], proofs = proofs || $3::jsonb
WHERE session_id = $1 AND expires_ts > $4 AND NOT $2 = ANY (completed) RETURNING session_id
"""
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
    """One row; `user_nid` is None where nobody was logged in, `completed` is in the order of completion.

    `proofs` holds what the stages have shown, by stage, where the operation must know it.
    """

    session_id: str
    user_nid: int | None
    operation: str
    completed: tuple[str, ...] = ()
    proofs: Mapping[str, str] = field(default_factory=dict)

    def having_passed(self, stage: str, proof: str | None) -> Self:
        """Return the session with one more stage completed."""
        return replace(
            self, completed=(*self.completed, stage), proofs={**self.proofs, **_proof(stage, proof)}
        )


async def insert_uia_session(conn: Connection, session: UiaSession, expires_ts: int) -> None:
    """Begin a session."""
    await conn.execute(
        INSERT_UIA_SESSION,
        session.session_id,
        session.user_nid,
        session.operation,
        list(session.completed),
        orjson.dumps(session.proofs).decode(),
        expires_ts,
    )


async def select_uia_session(conn: Connection, session_id: str, now_ms: int) -> UiaSession | None:
    """Return a session that has not expired."""
    row = await conn.fetchrow(SELECT_UIA_SESSION, session_id, now_ms)
    if row is None:
        return None
    completed, proofs = tuple(row["completed"]), orjson.loads(row["proofs"])
    return UiaSession(row["session_id"], row["user_nid"], row["operation"], completed, proofs)


async def select_waiting(conn: Connection, user_nid: int, operation: str, now_ms: int) -> str | None:
    """Return the session in which a user waits for an operation, the one that has come furthest."""
    session_id: str | None = await conn.fetchval(SELECT_WAITING, user_nid, operation, now_ms)
    return session_id


async def update_passed(
    conn: Connection, session_id: str, stage: str, proof: str | None, now_ms: int
) -> bool:
    """Note that a stage is completed; False where it was already, or there is no such session."""
    shown = orjson.dumps(_proof(stage, proof)).decode()
    return await conn.fetchval(UPDATE_PASSED, session_id, stage, shown, now_ms) is not None


async def delete_uia_session(conn: Connection, session_id: str, operation: str, now_ms: int) -> bool:
    """Use a session up; False where it does not exist, has expired or belongs to another operation."""
    return await conn.fetchval(DELETE_UIA_SESSION, session_id, operation, now_ms) is not None


async def delete_expired_uia_sessions(conn: Connection, now_ms: int, limit: int) -> None:
    """Clear away some of what has expired."""
    await conn.execute(DELETE_EXPIRED_UIA_SESSIONS, now_ms, limit)


def _proof(stage: str, proof: str | None) -> dict[str, str]:
    return {} if proof is None else {stage: proof}
