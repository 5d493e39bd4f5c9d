"""Clients of the OAuth 2.0 API, which register themselves, and the sessions they were granted."""

from dataclasses import dataclass

from homeserver.storage.db import Connection

UPSERT_CLIENT = """
INSERT INTO oauth_clients (client_id, metadata_hash, metadata, used_ts) VALUES ($1, $2, $3, $4)
ON CONFLICT (metadata_hash) DO UPDATE SET used_ts = excluded.used_ts RETURNING client_id
"""
SELECT_CLIENT = "SELECT client_nid, client_id, metadata FROM oauth_clients WHERE client_id = $1"
UPDATE_CLIENT_USED = "UPDATE oauth_clients SET used_ts = $2 WHERE client_nid = $1"
DELETE_IDLE_CLIENTS = """
DELETE FROM oauth_clients WHERE client_nid IN (
    SELECT client_nid FROM oauth_clients c
    WHERE used_ts <= $1 AND NOT EXISTS (SELECT FROM oauth_sessions s WHERE s.client_nid = c.client_nid)
    ORDER BY used_ts LIMIT $2 FOR UPDATE SKIP LOCKED
)
"""
COUNT_CLIENTS = "SELECT count(*) FROM (SELECT FROM oauth_clients LIMIT $1) AS clients"
INSERT_OAUTH_SESSION = "INSERT INTO oauth_sessions (session_nid, client_nid, scope) VALUES ($1, $2, $3)"
SELECT_OWNER_OF_REFRESH_TOKEN = """
SELECT c.client_id, o.scope FROM refresh_tokens t JOIN oauth_sessions o USING (session_nid)
       JOIN oauth_clients c USING (client_nid)
WHERE t.token_hash = $1
"""
SELECT_SESSION_OF_REFRESH_TOKEN = "SELECT session_nid FROM refresh_tokens WHERE token_hash = $1"
SELECT_GRANTS = """
SELECT s.device_nid, c.client_id, c.metadata, o.scope FROM devices d JOIN sessions s USING (device_nid)
       JOIN oauth_sessions o USING (session_nid) JOIN oauth_clients c USING (client_nid)
WHERE d.user_nid = $1 ORDER BY s.device_nid
"""


@dataclass(frozen=True, slots=True)
class StoredClient:
    """One row; `metadata` is JSON."""

    client_nid: int
    client_id: str
    metadata: bytes


@dataclass(frozen=True, slots=True)
class TokenOwner:
    """Which client a refresh token was given to, for what."""

    client_id: str
    scope: str


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """Which client a device was let in with; `metadata` is JSON."""

    device_nid: int
    client_id: str
    metadata: bytes
    scope: str


async def upsert_client(
    conn: Connection, client_id: str, metadata_hash: bytes, metadata: bytes, now_ms: int
) -> str:
    """Register a client; return the id of the one that has this metadata, which may be an older one."""
    known: str = await conn.fetchval(UPSERT_CLIENT, client_id, metadata_hash, metadata, now_ms)
    return known


async def select_client(conn: Connection, client_id: str) -> StoredClient | None:
    """Return a client."""
    row = await conn.fetchrow(SELECT_CLIENT, client_id)
    return None if row is None else StoredClient(**row)


async def update_client_used(conn: Connection, client_nid: int, now_ms: int) -> None:
    """Note that a client is in use."""
    await conn.execute(UPDATE_CLIENT_USED, client_nid, now_ms)


async def delete_idle_clients(conn: Connection, before_ms: int, limit: int) -> None:
    """Forget some of the clients that nobody is signed in with and that were last used before then."""
    await conn.execute(DELETE_IDLE_CLIENTS, before_ms, limit)


async def count_clients(conn: Connection, up_to: int) -> int:
    """Return how many clients there are, counting no further than `up_to`."""
    found: int = await conn.fetchval(COUNT_CLIENTS, up_to)
    return found


async def insert_oauth_session(conn: Connection, session_nid: int, client_nid: int, scope: str) -> None:
    """Note which client was granted a session."""
    await conn.execute(INSERT_OAUTH_SESSION, session_nid, client_nid, scope)


async def select_owner_of_refresh_token(conn: Connection, token_hash: bytes) -> TokenOwner | None:
    """Return whose refresh token it is; None for unknown ones and those of the legacy API."""
    row = await conn.fetchrow(SELECT_OWNER_OF_REFRESH_TOKEN, token_hash)
    return None if row is None else TokenOwner(**row)


async def select_session_of_refresh_token(conn: Connection, token_hash: bytes) -> int | None:
    """Return the session that a refresh token belongs to, or belonged to until it was spent."""
    session_nid: int | None = await conn.fetchval(SELECT_SESSION_OF_REFRESH_TOKEN, token_hash)
    return session_nid


async def select_grants(conn: Connection, user_nid: int) -> list[StoredGrant]:
    """Return what a user granted, by device."""
    return [StoredGrant(**row) for row in await conn.fetch(SELECT_GRANTS, user_nid)]
