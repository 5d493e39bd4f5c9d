"""Upstream identities, and browsers on their way to a provider and back."""

from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text

INSERT_ATTEMPT = """
INSERT INTO sso_attempts (state_hash, browser_hash, provider_id, nonce, code_verifier, goal, expires_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
DELETE_ATTEMPT = """
DELETE FROM sso_attempts WHERE state_hash = $1 AND browser_hash = $2 AND expires_ts > $3
RETURNING provider_id, nonce, code_verifier, goal
"""
DELETE_EXPIRED_ATTEMPTS = "DELETE FROM sso_attempts WHERE expires_ts <= $1"
INSERT_ARRIVAL = """
INSERT INTO sso_arrivals (arrival_hash, browser_hash, provider_id, identity, goal, user_nid, expires_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
SELECT_ARRIVAL = """
SELECT a.provider_id, a.identity, a.goal, a.user_nid, u.user_id
FROM sso_arrivals a LEFT JOIN users u USING (user_nid)
WHERE a.arrival_hash = $1 AND a.browser_hash = $2 AND a.expires_ts > $3
"""
UPDATE_ARRIVAL = "UPDATE sso_arrivals SET user_nid = $2 WHERE arrival_hash = $1"
DELETE_ARRIVAL = "DELETE FROM sso_arrivals WHERE arrival_hash = $1 RETURNING arrival_hash"
DELETE_EXPIRED_ARRIVALS = "DELETE FROM sso_arrivals WHERE expires_ts <= $1"
INSERT_IDENTITY = """
INSERT INTO upstream_identities (issuer, subject, user_nid, created_ts) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING user_nid
"""
SELECT_IDENTITY = """
SELECT u.user_id FROM upstream_identities i JOIN users u USING (user_nid)
WHERE i.issuer = $1 AND i.subject = $2
"""
SELECT_ISSUERS = "SELECT DISTINCT issuer FROM upstream_identities WHERE user_nid = $1 ORDER BY issuer"
SELECT_DEVICES_OF_SUBJECT = """
SELECT d.user_nid, d.device_id
FROM upstream_sessions p JOIN sessions s USING (session_nid) JOIN devices d USING (device_nid)
WHERE p.issuer = $1 AND ($2::text IS NULL OR p.subject = $2)
      AND ($3::text IS NULL OR p.provider_session = $3)
"""
INSERT_LOGOUT_TOKEN = """
INSERT INTO logout_tokens_seen (issuer, token_id, expires_ts) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING RETURNING token_id
"""
DELETE_EXPIRED_LOGOUT_TOKENS = "DELETE FROM logout_tokens_seen WHERE expires_ts <= $1"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A browser that was sent to a provider; `goal` is JSON."""

    provider_id: str
    nonce: str
    code_verifier: str
    goal: bytes


@dataclass(frozen=True, slots=True)
class Arrival:
    """A browser that came back; `identity` and `goal` are JSON, the user is None without an account."""

    provider_id: str
    identity: bytes
    goal: bytes
    user_nid: int | None
    user_id: UserId | None = None


async def insert_attempt(
    conn: Connection, state_hash: bytes, browser_hash: bytes, attempt: Attempt, expires_ts: int, now_ms: int
) -> None:
    """Store an attempt, and forget those whose time is over."""
    await conn.execute(DELETE_EXPIRED_ATTEMPTS, now_ms)
    await conn.execute(
        INSERT_ATTEMPT,
        state_hash,
        browser_hash,
        attempt.provider_id,
        attempt.nonce,
        attempt.code_verifier,
        attempt.goal,
        expires_ts,
    )


async def delete_attempt(
    conn: Connection, state_hash: bytes, browser_hash: bytes, now_ms: int
) -> Attempt | None:
    """Use an attempt up; None where it is unknown, used, expired, or another browser's."""
    row = await conn.fetchrow(DELETE_ATTEMPT, state_hash, browser_hash, now_ms)
    return None if row is None else Attempt(**row)


async def insert_arrival(
    conn: Connection, arrival_hash: bytes, browser_hash: bytes, arrival: Arrival, expires_ts: int, now_ms: int
) -> None:
    """Store an arrival, and forget those whose time is over."""
    await conn.execute(DELETE_EXPIRED_ARRIVALS, now_ms)
    await conn.execute(
        INSERT_ARRIVAL,
        arrival_hash,
        browser_hash,
        arrival.provider_id,
        arrival.identity,
        arrival.goal,
        arrival.user_nid,
        expires_ts,
    )


async def select_arrival(
    conn: Connection, arrival_hash: bytes, browser_hash: bytes, now_ms: int
) -> Arrival | None:
    """Return an arrival of this browser."""
    row = await conn.fetchrow(SELECT_ARRIVAL, arrival_hash, browser_hash, now_ms)
    return None if row is None else Arrival(**row)


async def update_arrival(conn: Connection, arrival_hash: bytes, user_nid: int) -> None:
    """Note that there is an account now."""
    await conn.execute(UPDATE_ARRIVAL, arrival_hash, user_nid)


async def delete_arrival(conn: Connection, arrival_hash: bytes) -> bool:
    """Use an arrival up; False where somebody else has."""
    return await conn.fetchval(DELETE_ARRIVAL, arrival_hash) is not None


async def insert_identity(conn: Connection, issuer: str, subject: str, user_nid: int, now_ms: int) -> bool:
    """Link a provider's user to an account; False where that user is linked already."""
    return await conn.fetchval(INSERT_IDENTITY, issuer, subject, user_nid, now_ms) is not None


async def select_identity(conn: Connection, issuer: str, subject: str) -> UserId | None:
    """Return whose account a provider's user is linked to."""
    user_id: UserId | None = await conn.fetchval(SELECT_IDENTITY, issuer, subject)
    return user_id


async def select_issuers(conn: Connection, user_nid: int) -> list[str]:
    """Return the providers that know a user."""
    return [row["issuer"] for row in await conn.fetch(SELECT_ISSUERS, user_nid)]


async def select_devices_of_subject(
    conn: Connection, issuer: str, subject: str | None, provider_session: str | None
) -> list[tuple[int, str]]:
    """Return (user, device id) of what began with a provider's user, or with one session there."""
    rows = await conn.fetch(SELECT_DEVICES_OF_SUBJECT, issuer, subject, provider_session)
    return [(row["user_nid"], from_text(row["device_id"])) for row in rows]


async def insert_logout_token(
    conn: Connection, issuer: str, token_id: bytes, expires_ts: int, now_ms: int
) -> bool:
    """Remember a logout token; False where it was seen before. Those whose time is over are forgotten."""
    await conn.execute(DELETE_EXPIRED_LOGOUT_TOKENS, now_ms)
    return await conn.fetchval(INSERT_LOGOUT_TOKEN, issuer, token_id, expires_ts) is not None
