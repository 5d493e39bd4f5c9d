"""Registration tokens, as administrators see them."""

from dataclasses import dataclass

from homeserver.storage.db import Connection

SELECT_TOKENS = """
SELECT token, uses_allowed, uses, expires_ts, makes_admin FROM registration_tokens
WHERE $1::boolean IS NULL
OR ((uses_allowed IS NULL OR uses < uses_allowed) AND (expires_ts IS NULL OR expires_ts > $2)) = $1
ORDER BY created_ts, token
"""
SELECT_TOKEN = """
SELECT token, uses_allowed, uses, expires_ts, makes_admin FROM registration_tokens WHERE token = $1
"""
UPDATE_TOKEN = """
UPDATE registration_tokens
SET uses_allowed = CASE WHEN $2 THEN $3 ELSE uses_allowed END,
    expires_ts = CASE WHEN $4 THEN $5 ELSE expires_ts END
WHERE token = $1 RETURNING token, uses_allowed, uses, expires_ts, makes_admin
"""
DELETE_TOKEN = "DELETE FROM registration_tokens WHERE token = $1 RETURNING token"


@dataclass(frozen=True, slots=True, repr=False)
class TokenRow:
    """A token; None means without end."""

    token: str
    uses_allowed: int | None
    uses: int
    expires_ts: int | None
    makes_admin: bool


async def select_tokens(conn: Connection, valid: bool | None, now_ms: int) -> list[TokenRow]:
    """Return all tokens, or those that are valid, or those that are not."""
    return [TokenRow(*row) for row in await conn.fetch(SELECT_TOKENS, valid, now_ms)]


async def select_token(conn: Connection, token: str) -> TokenRow | None:
    """Return one token."""
    row = await conn.fetchrow(SELECT_TOKEN, token)
    return None if row is None else TokenRow(*row)


async def update_token(
    conn: Connection,
    token: str,
    *,
    uses_allowed: tuple[int | None] | None,
    expires_ts: tuple[int | None] | None,
) -> TokenRow | None:
    """Change what is given, each wrapped in a tuple since None means without end; None: no such token."""
    row = await conn.fetchrow(
        UPDATE_TOKEN, token, uses_allowed is not None, (uses_allowed or (None,))[0],
        expires_ts is not None, (expires_ts or (None,))[0],
    )  # fmt: skip
    return None if row is None else TokenRow(*row)


async def delete_token(conn: Connection, token: str) -> bool:
    """Delete a token; False where there is none."""
    return await conn.fetchval(DELETE_TOKEN, token) is not None
