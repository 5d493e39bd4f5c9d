"""What people granted to clients that have not taken it up yet: authorisation codes and device codes."""

from dataclasses import dataclass

from homeserver.storage.db import Connection

INSERT_CODE = """
INSERT INTO oauth_codes (code_hash, client_nid, browser_nid, redirect_uri, scope, code_challenge, created_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
SELECT_CODE = """
SELECT o.client_nid, c.client_id, o.browser_nid, o.redirect_uri, o.scope, o.code_challenge, o.used_ts,
       o.session_nid, o.created_ts
FROM oauth_codes o JOIN oauth_clients c USING (client_nid) WHERE o.code_hash = $1
"""
UPDATE_CODE_USED = """
UPDATE oauth_codes SET used_ts = $2 WHERE code_hash = $1 AND used_ts IS NULL RETURNING browser_nid
"""
UPDATE_CODE_SESSION = "UPDATE oauth_codes SET session_nid = $2 WHERE code_hash = $1"
DELETE_OLD_CODES = """
DELETE FROM oauth_codes WHERE code_hash IN (
    SELECT code_hash FROM oauth_codes WHERE created_ts <= $1
    ORDER BY created_ts LIMIT $2 FOR UPDATE SKIP LOCKED
)
"""
INSERT_DEVICE_GRANT = """
INSERT INTO oauth_device_grants (device_code_hash, user_code, client_nid, scope, interval_ms, expires_ts)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_code) DO NOTHING RETURNING user_code
"""
SELECT_DEVICE_GRANT = """
SELECT c.client_id, g.client_nid, g.scope, g.browser_nid, g.is_denied, g.interval_ms, g.polled_ts,
       g.expires_ts
FROM oauth_device_grants g JOIN oauth_clients c USING (client_nid) WHERE g.device_code_hash = $1
"""
SELECT_WAITING_GRANT = """
SELECT c.client_id, g.scope FROM oauth_device_grants g JOIN oauth_clients c USING (client_nid)
WHERE g.user_code = $1 AND g.expires_ts > $2 AND g.browser_nid IS NULL AND NOT g.is_denied
"""
UPDATE_GRANT_POLLED = """
UPDATE oauth_device_grants SET polled_ts = $2, interval_ms = $3 WHERE device_code_hash = $1
"""
UPDATE_GRANT_DECIDED = """
UPDATE oauth_device_grants SET browser_nid = $2, is_denied = ($2::bigint IS NULL)
WHERE user_code = $1 AND expires_ts > $3 AND browser_nid IS NULL AND NOT is_denied RETURNING user_code
"""
DELETE_DEVICE_GRANT = """
DELETE FROM oauth_device_grants WHERE device_code_hash = $1 AND browser_nid IS NOT NULL AND expires_ts > $2
RETURNING browser_nid
"""
DELETE_EXPIRED_GRANTS = """
DELETE FROM oauth_device_grants WHERE device_code_hash IN (
    SELECT device_code_hash FROM oauth_device_grants WHERE expires_ts <= $1
    ORDER BY expires_ts LIMIT $2 FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code; `session_nid` is what it gave, while that lasts."""

    client_nid: int
    client_id: str
    browser_nid: int
    redirect_uri: str
    scope: str
    code_challenge: str
    used_ts: int | None
    session_nid: int | None
    created_ts: int


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be."""

    code_hash: bytes
    client_nid: int
    browser_nid: int
    redirect_uri: str
    scope: str
    code_challenge: str


@dataclass(frozen=True, slots=True)
class DeviceGrant:
    """What a device waits for. `browser_nid`: with which somebody agreed."""

    client_id: str
    client_nid: int
    scope: str
    browser_nid: int | None
    is_denied: bool
    interval_ms: int
    polled_ts: int | None
    expires_ts: int


@dataclass(frozen=True, slots=True)
class NewDeviceGrant:
    """A grant to be, that nobody has decided on."""

    device_code_hash: bytes
    user_code: str
    client_nid: int
    scope: str
    interval_ms: int
    expires_ts: int


@dataclass(frozen=True, slots=True)
class WaitingGrant:
    """What somebody is asked to decide on."""

    client_id: str
    scope: str


async def insert_code(conn: Connection, new: NewCode, now_ms: int) -> None:
    """Store a code."""
    await conn.execute(
        INSERT_CODE,
        new.code_hash,
        new.client_nid,
        new.browser_nid,
        new.redirect_uri,
        new.scope,
        new.code_challenge,
        now_ms,
    )


async def select_code(conn: Connection, code_hash: bytes) -> Code | None:
    """Return a code, used or not, expired or not."""
    row = await conn.fetchrow(SELECT_CODE, code_hash)
    return None if row is None else Code(**row)


async def use_up_code(conn: Connection, code_hash: bytes, now_ms: int) -> int | None:
    """Use a code up and return the browser it was granted with; None where it was used before."""
    browser_nid: int | None = await conn.fetchval(UPDATE_CODE_USED, code_hash, now_ms)
    return browser_nid


async def update_code_session(conn: Connection, code_hash: bytes, session_nid: int) -> None:
    """Note which session a code gave."""
    await conn.execute(UPDATE_CODE_SESSION, code_hash, session_nid)


async def delete_old_codes(conn: Connection, before_ms: int, limit: int) -> None:
    """Forget some of the codes made before then."""
    await conn.execute(DELETE_OLD_CODES, before_ms, limit)


async def insert_device_grant(conn: Connection, new: NewDeviceGrant) -> bool:
    """Store what a device waits for; False where its user code is taken."""
    made = await conn.fetchval(
        INSERT_DEVICE_GRANT,
        new.device_code_hash,
        new.user_code,
        new.client_nid,
        new.scope,
        new.interval_ms,
        new.expires_ts,
    )
    return made is not None


async def select_device_grant(conn: Connection, device_code_hash: bytes) -> DeviceGrant | None:
    """Return what a device waits for, expired or not."""
    row = await conn.fetchrow(SELECT_DEVICE_GRANT, device_code_hash)
    return None if row is None else DeviceGrant(**row)


async def select_waiting_grant(conn: Connection, user_code: str, now_ms: int) -> WaitingGrant | None:
    """Return what a user code stands for, while nobody has decided on it."""
    row = await conn.fetchrow(SELECT_WAITING_GRANT, user_code, now_ms)
    return None if row is None else WaitingGrant(**row)


async def update_polled(conn: Connection, device_code_hash: bytes, now_ms: int, interval_ms: int) -> None:
    """Note when a device last asked, and how long it must wait until it asks again."""
    await conn.execute(UPDATE_GRANT_POLLED, device_code_hash, now_ms, interval_ms)


async def decide(conn: Connection, user_code: str, browser_nid: int | None, now_ms: int) -> bool:
    """Note somebody's decision, None: no. False where there is nothing (any more) to decide."""
    return await conn.fetchval(UPDATE_GRANT_DECIDED, user_code, browser_nid, now_ms) is not None


async def use_up_device_grant(conn: Connection, device_code_hash: bytes, now_ms: int) -> int | None:
    """Use a grant up and return the browser it was agreed to with; None where there is none."""
    browser_nid: int | None = await conn.fetchval(DELETE_DEVICE_GRANT, device_code_hash, now_ms)
    return browser_nid


async def delete_expired_grants(conn: Connection, now_ms: int, limit: int) -> None:
    """Forget some of what no device waits for any longer."""
    await conn.execute(DELETE_EXPIRED_GRANTS, now_ms, limit)
