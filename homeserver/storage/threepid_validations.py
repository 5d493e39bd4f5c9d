"""Addresses whose owner was sent a mail, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

import asyncpg

from homeserver.storage.db import Connection

TOKENS_KEPT = 5

INSERT_VALIDATION = """
INSERT INTO threepid_validations
    (sid, purpose, medium, address, client_secret_hash, send_attempt, next_link, expires_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (client_secret_hash, purpose, medium, address) DO NOTHING
RETURNING sid
"""
UPDATE_SENT_AGAIN = """
UPDATE threepid_validations SET send_attempt = $5, next_link = $6
WHERE purpose = $1 AND medium = $2 AND address = $3 AND client_secret_hash = $4 AND send_attempt < $5
    AND validated_ts IS NULL
RETURNING sid
"""
SELECT_SID = """
SELECT sid FROM threepid_validations
WHERE purpose = $1 AND medium = $2 AND address = $3 AND client_secret_hash = $4
"""
UPDATE_TOKEN_SENT = """
UPDATE threepid_validations SET token_hashes = (ARRAY[$2::bytea] || token_hashes)[1:$3] WHERE sid = $1
"""
SELECT_BY_TOKEN = """
SELECT sid, purpose, medium, address, next_link, validated_ts FROM threepid_validations
WHERE sid = $1 AND $2 = ANY (token_hashes) AND expires_ts > $3
"""
SELECT_BY_SECRET = """
SELECT sid, purpose, medium, address, next_link, validated_ts FROM threepid_validations
WHERE sid = $1 AND client_secret_hash = $2 AND purpose = $3 AND expires_ts > $4
"""
UPDATE_VALIDATED = """
UPDATE threepid_validations SET validated_ts = $2, expires_ts = $3 WHERE sid = $1 AND validated_ts IS NULL
"""
DELETE_VALIDATED = """
DELETE FROM threepid_validations
WHERE sid = $1 AND purpose = $2 AND validated_ts IS NOT NULL AND expires_ts > $3
RETURNING sid, purpose, medium, address, next_link, validated_ts
"""
DELETE_RESETS = """
DELETE FROM threepid_validations v USING threepids t
WHERE t.user_nid = $1 AND v.medium = t.medium AND v.address = t.address AND v.purpose = 'reset'
"""
DELETE_EXPIRED_VALIDATIONS = """
DELETE FROM threepid_validations WHERE sid IN (
    SELECT sid FROM threepid_validations WHERE expires_ts <= $1
    ORDER BY expires_ts LIMIT $2 FOR UPDATE SKIP LOCKED
)
"""
DELETE_EXPIRED_VALIDATION = """
DELETE FROM threepid_validations
WHERE purpose = $1 AND medium = $2 AND address = $3 AND client_secret_hash = $4 AND expires_ts <= $5
"""


class Purpose(StrEnum):
    """What the owner of an address agrees to."""

    REGISTER = "register"
    RESET = "reset"
    ADD = "add"


@dataclass(frozen=True, slots=True)
class NewValidation:
    """What a client asks for."""

    purpose: Purpose
    medium: str
    address: str
    client_secret_hash: bytes
    send_attempt: int
    next_link: str | None
    expires_ts: int


@dataclass(frozen=True, slots=True)
class Validation:
    """One row; `validated_ts` is None until the owner has agreed."""

    sid: str
    purpose: Purpose
    medium: str
    address: str
    next_link: str | None
    validated_ts: int | None


async def begin_validation(conn: Connection, sid: str, new: NewValidation, now_ms: int) -> tuple[str, bool]:
    """Begin a validation, or go on with that of the same secret; return its id, and whether to send a mail.

    No mail is due for an attempt that was seen before, nor once the address is validated. `sid` is the id of
    a new one.
    """
    key = (new.purpose, new.medium, new.address, new.client_secret_hash)
    await conn.execute(DELETE_EXPIRED_VALIDATION, *key, now_ms)
    begun = await conn.fetchval(
        INSERT_VALIDATION, sid, *key, new.send_attempt, new.next_link, new.expires_ts
    ) or await conn.fetchval(UPDATE_SENT_AGAIN, *key, new.send_attempt, new.next_link)
    if begun is not None:
        return begun, True
    return await conn.fetchval(SELECT_SID, *key), False


async def note_token_sent(conn: Connection, sid: str, token_hash: bytes) -> None:
    """Note the token of one more mail; those of the last few mails are good."""
    await conn.execute(UPDATE_TOKEN_SENT, sid, token_hash, TOKENS_KEPT)


async def select_by_token(conn: Connection, sid: str, token_hash: bytes, now_ms: int) -> Validation | None:
    """Return the validation that the link in a mail belongs to."""
    return _validation(await conn.fetchrow(SELECT_BY_TOKEN, sid, token_hash, now_ms))


async def select_by_secret(
    conn: Connection, sid: str, client_secret_hash: bytes, purpose: Purpose, now_ms: int
) -> Validation | None:
    """Return the validation that a client began, for the purpose that it began it for."""
    return _validation(await conn.fetchrow(SELECT_BY_SECRET, sid, client_secret_hash, purpose, now_ms))


async def update_validated(conn: Connection, sid: str, now_ms: int, expires_ts: int) -> None:
    """Note that the owner has agreed, now unless before."""
    await conn.execute(UPDATE_VALIDATED, sid, now_ms, expires_ts)


async def use_up_validation(conn: Connection, sid: str, purpose: Purpose, now_ms: int) -> Validation | None:
    """Take a completed validation away, so that it is used once; None where there is none such."""
    return _validation(await conn.fetchrow(DELETE_VALIDATED, sid, purpose, now_ms))


async def delete_resets(conn: Connection, user_nid: int) -> None:
    """Forget what owners of an account's addresses have agreed to, or were asked, about its password."""
    await conn.execute(DELETE_RESETS, user_nid)


async def delete_expired_validations(conn: Connection, now_ms: int, limit: int) -> None:
    """Clear away some of what has expired."""
    await conn.execute(DELETE_EXPIRED_VALIDATIONS, now_ms, limit)


def _validation(row: asyncpg.Record | None) -> Validation | None:
    return None if row is None else Validation(**{**row, "purpose": Purpose(row["purpose"])})
