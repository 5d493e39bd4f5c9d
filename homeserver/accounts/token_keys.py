"""The key set of access tokens: made once, shared by all workers, kept in the database.

Whoever can read the database can read everything the tokens guard, so the secret half is kept there too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_bytes, token_urlsafe

from homeserver.clock import Clock
from homeserver.storage import token_keys as storage
from homeserver.storage.db import Connection, Database
from homeserver.storage.token_keys import StoredKey


@dataclass(frozen=True, slots=True, repr=False)
class TokenKeys:
    """The seeds of all keys by key id: the newest signs, all of them check."""

    newest: str
    seeds: Mapping[str, bytes]


async def load_token_keys(db: Database, clock: Clock) -> TokenKeys:
    """Read the key set, making the first key where there is none."""
    async with db.acquire() as conn:
        stored = await storage.select_token_keys(conn)
    if not stored:
        async with db.transaction() as conn:
            stored = await _make_first_key(conn, clock)
    return TokenKeys(stored[0].key_id, {key.key_id: key.seed for key in stored})


async def _make_first_key(conn: Connection, clock: Clock) -> list[StoredKey]:
    await storage.lock_token_keys(conn)
    made_meanwhile = await storage.select_token_keys(conn)
    if made_meanwhile:
        return made_meanwhile
    key = StoredKey(token_urlsafe(8), token_bytes(32))
    await storage.insert_token_key(conn, key, clock.now_ms())
    return [key]
