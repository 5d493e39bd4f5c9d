"""The keys that access tokens are signed with. All workers share them."""

from dataclasses import dataclass

from homeserver.storage.db import Connection

LOCK_TOKEN_KEYS = "LOCK TABLE token_keys IN SHARE ROW EXCLUSIVE MODE"
SELECT_TOKEN_KEYS = "SELECT key_id, seed FROM token_keys ORDER BY created_ts DESC, key_id"
INSERT_TOKEN_KEY = "INSERT INTO token_keys (key_id, seed, created_ts) VALUES ($1, $2, $3)"


@dataclass(frozen=True, slots=True, repr=False)
class StoredKey:
    """An Ed25519 key: `seed` is its 32 secret bytes."""

    key_id: str
    seed: bytes


async def lock_token_keys(conn: Connection) -> None:
    """Keep other workers from making keys until the transaction ends; reading goes on."""
    await conn.execute(LOCK_TOKEN_KEYS)


async def select_token_keys(conn: Connection) -> list[StoredKey]:
    """Return the keys, newest first."""
    return [StoredKey(**row) for row in await conn.fetch(SELECT_TOKEN_KEYS)]


async def insert_token_key(conn: Connection, key: StoredKey, now_ms: int) -> None:
    """Add a key, which becomes the one to sign with."""
    await conn.execute(INSERT_TOKEN_KEY, key.key_id, key.seed, now_ms)
