"""The key set of access tokens: made once, shared by all workers, kept in the database.

Whoever can read the database can read everything the tokens guard, so the secret half is kept there too.
"""

from dataclasses import dataclass
from secrets import token_bytes, token_urlsafe

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from homeserver.clock import Clock
from homeserver.storage import token_keys as storage
from homeserver.storage.db import Connection, Database
from homeserver.storage.token_keys import StoredKey


@dataclass(frozen=True, slots=True, repr=False)
class TokenKeys:
    """The key to sign with, and all keys to check with."""

    key_id: str
    signing_key: Ed25519PrivateKey
    public_keys: dict[str, Ed25519PublicKey]


async def load_token_keys(db: Database, clock: Clock) -> TokenKeys:
    """Read the key set, making the first key where there is none."""
    async with db.acquire() as conn:
        stored = await storage.select_token_keys(conn)
    if not stored:
        async with db.transaction() as conn:
            stored = await _make_first_key(conn, clock)
    keys = {key.key_id: Ed25519PrivateKey.from_private_bytes(key.seed) for key in stored}
    newest = stored[0].key_id
    return TokenKeys(newest, keys[newest], {key_id: key.public_key() for key_id, key in keys.items()})


async def _make_first_key(conn: Connection, clock: Clock) -> list[StoredKey]:
    await storage.lock_token_keys(conn)
    made_meanwhile = await storage.select_token_keys(conn)
    if made_meanwhile:
        return made_meanwhile
    key = StoredKey(token_urlsafe(8), token_bytes(32))
    await storage.insert_token_key(conn, key, clock.now_ms())
    return [key]
