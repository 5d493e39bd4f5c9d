"""The keys that this server signs with: the present one, a fact of the instance, and those it had before."""

from federation.transport.own_keys import RetiredKey
from homeserver.storage.db import Connection
from homeserver.storage.instance import SELECT_VALUE, SIGNING_KEY

SELECT_RETIRED_KEYS = """
SELECT key_id, public_key, expired_ms FROM retired_signing_keys ORDER BY expired_ms, key_id
"""
UPSERT_RETIRED_KEY = """
INSERT INTO retired_signing_keys (key_id, public_key, expired_ms) VALUES ($1, $2, $3)
ON CONFLICT (key_id) DO UPDATE SET public_key = excluded.public_key, expired_ms = excluded.expired_ms
"""
UPDATE_SIGNING_KEY = "UPDATE instance SET value = $2 WHERE key = $1"


async def select_signing_key(conn: Connection) -> str | None:
    """Return the public half of the key that this server signs with, as `ed25519:VERSION BASE64`."""
    key: str | None = await conn.fetchval(SELECT_VALUE, SIGNING_KEY)
    return key


async def select_retired_keys(conn: Connection) -> list[RetiredKey]:
    """Return the keys that this server signed with before."""
    return [RetiredKey(**row) for row in await conn.fetch(SELECT_RETIRED_KEYS)]


async def replace_signing_key(conn: Connection, public_key: str, retired: RetiredKey) -> None:
    """Record that this server signs with another key from now on. `public_key` as in `select_signing_key`."""
    await conn.execute(UPSERT_RETIRED_KEY, retired.key_id, retired.public_key, retired.expired_ms)
    await conn.execute(UPDATE_SIGNING_KEY, SIGNING_KEY, public_key)
