"""What registrations are about while their stages are passed, and whom they made."""

from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection

INSERT_WAITING = """
INSERT INTO waiting_registrations (session_id, request, password_hash, expires_ts) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING
"""
SELECT_WAITING = """
SELECT request, password_hash, made_user_id FROM waiting_registrations
WHERE session_id = $1 AND expires_ts > $2
"""
UPDATE_MADE = "UPDATE waiting_registrations SET made_user_id = $2, password_hash = NULL WHERE session_id = $1"
DELETE_EXPIRED = """
DELETE FROM waiting_registrations WHERE session_id IN (
    SELECT session_id FROM waiting_registrations WHERE expires_ts <= $1
    ORDER BY expires_ts LIMIT $2 FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True, slots=True, repr=False)
class WaitingRegistration:
    """One row: `request` is JSON, `made_user_id` None until the account is made."""

    request: bytes
    password_hash: str | None
    made_user_id: UserId | None


async def insert_waiting(
    conn: Connection, session_id: str, request: bytes, password_hash: str | None, expires_ts: int
) -> None:
    """Note what a registration is about, once."""
    await conn.execute(INSERT_WAITING, session_id, request, password_hash, expires_ts)


async def select_waiting(conn: Connection, session_id: str, now_ms: int) -> WaitingRegistration | None:
    """Return what a registration is about that has not expired."""
    row = await conn.fetchrow(SELECT_WAITING, session_id, now_ms)
    return None if row is None else WaitingRegistration(*row)


async def update_made(conn: Connection, session_id: str, user_id: UserId) -> None:
    """Note whom a registration made."""
    await conn.execute(UPDATE_MADE, session_id, user_id)


async def delete_expired(conn: Connection, now_ms: int, limit: int) -> None:
    """Clear away some of what has expired."""
    await conn.execute(DELETE_EXPIRED, now_ms, limit)
