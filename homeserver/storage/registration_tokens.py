"""Tokens that let somebody make an account."""

from dataclasses import dataclass

from homeserver.storage.db import Connection

INSERT_REGISTRATION_TOKEN = """
INSERT INTO registration_tokens (token, uses_allowed, expires_ts, makes_admin, created_ts)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (token) DO NOTHING RETURNING token
"""
SELECT_VALID_TOKEN = """
SELECT makes_admin FROM registration_tokens
WHERE token = $1 AND (uses_allowed IS NULL OR uses < uses_allowed) AND (expires_ts IS NULL OR expires_ts > $2)
"""
UPDATE_TOKEN_USED = """
UPDATE registration_tokens SET uses = uses + 1
WHERE token = $1 AND (uses_allowed IS NULL OR uses < uses_allowed) AND (expires_ts IS NULL OR expires_ts > $2)
RETURNING makes_admin
"""
SELECT_UNUSED_ADMIN_TOKEN = "SELECT token FROM registration_tokens WHERE makes_admin AND uses = 0 LIMIT 1"
LOCK_REGISTRATION_TOKENS = "LOCK TABLE registration_tokens IN SHARE ROW EXCLUSIVE MODE"


@dataclass(frozen=True, slots=True, repr=False)
class NewRegistrationToken:
    """A token to be; None means without end."""

    token: str
    uses_allowed: int | None
    expires_ts: int | None
    makes_admin: bool


async def insert_registration_token(conn: Connection, new: NewRegistrationToken, now_ms: int) -> bool:
    """Add a token; False where it exists already."""
    made = await conn.fetchval(
        INSERT_REGISTRATION_TOKEN, new.token, new.uses_allowed, new.expires_ts, new.makes_admin, now_ms
    )
    return made is not None


async def makes_admin(conn: Connection, token: str, now_ms: int) -> bool | None:
    """Tell whether a token makes its user an admin; None where it is not valid."""
    found: bool | None = await conn.fetchval(SELECT_VALID_TOKEN, token, now_ms)
    return found


async def use_up(conn: Connection, token: str, now_ms: int) -> bool | None:
    """Take one use of a token, and tell whether it makes its user an admin; None where it is not valid."""
    used: bool | None = await conn.fetchval(UPDATE_TOKEN_USED, token, now_ms)
    return used


async def select_unused_admin_token(conn: Connection) -> str | None:
    """Return the token that waits for the first admin."""
    token: str | None = await conn.fetchval(SELECT_UNUSED_ADMIN_TOKEN)
    return token


async def lock_registration_tokens(conn: Connection) -> None:
    """Keep other workers from adding tokens until the transaction ends."""
    await conn.execute(LOCK_REGISTRATION_TOKENS)
