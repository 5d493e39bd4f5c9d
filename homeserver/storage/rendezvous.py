"""Small notes through which two devices find each other; each has a revision that guards its writing."""

from dataclasses import dataclass

from homeserver.storage.db import Connection

INSERT_RENDEZVOUS = """
INSERT INTO rendezvous_sessions (session_id, protocol, data, changed_ts, expires_ts)
SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM rendezvous_sessions) < $6
RETURNING session_id
"""
SELECT_RENDEZVOUS = """
SELECT revision, data, changed_ts, expires_ts FROM rendezvous_sessions
WHERE session_id = $1 AND protocol = $2 AND expires_ts > $3
"""
SELECT_RENDEZVOUS_FOR_UPDATE = SELECT_RENDEZVOUS + " FOR UPDATE"
UPDATE_RENDEZVOUS = """
UPDATE rendezvous_sessions SET data = $2, changed_ts = $3, revision = revision + 1 WHERE session_id = $1
RETURNING revision, data, changed_ts, expires_ts
"""
DELETE_RENDEZVOUS = """
DELETE FROM rendezvous_sessions WHERE session_id = $1 AND protocol = $2 AND expires_ts > $3
RETURNING session_id
"""
DELETE_EXPIRED_RENDEZVOUS = "DELETE FROM rendezvous_sessions WHERE expires_ts <= $1"
SELECT_RENDEZVOUS_TRANSACTION = """
SELECT revision FROM rendezvous_transactions WHERE session_id = $1 AND txn_id = $2
"""
INSERT_RENDEZVOUS_TRANSACTION = """
INSERT INTO rendezvous_transactions (session_id, txn_id, revision) VALUES ($1, $2, $3)
"""


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """One row, which has not expired."""

    revision: int
    data: bytes
    changed_ts: int
    expires_ts: int


async def insert_rendezvous(
    conn: Connection,
    session_id: str,
    protocol: str,
    data: bytes,
    *,
    now_ms: int,
    expires_ts: int,
    capacity: int,
) -> bool:
    """Begin a session; False where there are `capacity` already. Those whose time is over are forgotten."""
    await conn.execute(DELETE_EXPIRED_RENDEZVOUS, now_ms)
    made = await conn.fetchval(INSERT_RENDEZVOUS, session_id, protocol, data, now_ms, expires_ts, capacity)
    return made is not None


async def select_rendezvous(
    conn: Connection, session_id: str, protocol: str, now_ms: int, *, lock: bool = False
) -> Rendezvous | None:
    """Return a session, with `lock` until the transaction ends."""
    statement = SELECT_RENDEZVOUS_FOR_UPDATE if lock else SELECT_RENDEZVOUS
    row = await conn.fetchrow(statement, session_id, protocol, now_ms)
    return None if row is None else Rendezvous(**row)


async def update_rendezvous(conn: Connection, session_id: str, data: bytes, now_ms: int) -> Rendezvous:
    """Write into a locked session; its revision goes up."""
    row = await conn.fetchrow(UPDATE_RENDEZVOUS, session_id, data, now_ms)
    assert row is not None
    return Rendezvous(**row)


async def delete_rendezvous(conn: Connection, session_id: str, protocol: str, now_ms: int) -> bool:
    """End a session; False where there is none."""
    return await conn.fetchval(DELETE_RENDEZVOUS, session_id, protocol, now_ms) is not None


async def select_transaction(conn: Connection, session_id: str, txn_id: str) -> int | None:
    """Return the revision that a request made, if it came before."""
    revision: int | None = await conn.fetchval(SELECT_RENDEZVOUS_TRANSACTION, session_id, txn_id)
    return revision


async def insert_transaction(conn: Connection, session_id: str, txn_id: str, revision: int) -> None:
    """Remember which revision a request made."""
    await conn.execute(INSERT_RENDEZVOUS_TRANSACTION, session_id, txn_id, revision)
