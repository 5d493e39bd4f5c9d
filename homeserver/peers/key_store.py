"""The keys of other servers in the database: `ports.keys.KeyStore`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from federation.ports.keys import KeyName, ServerKey
from federation.protocol.ids import ServerName
from homeserver.storage import server_keys
from homeserver.storage.db import Database


@dataclass(frozen=True, slots=True)
class StoredKeys:
    """Keys of other servers, for all workers. What this cannot keep in text is no key of a server."""

    db: Database

    async def load(self, names: Collection[KeyName]) -> Mapping[KeyName, ServerKey]:
        """Return the keys that are known."""
        async with self.db.acquire() as conn:
            keys = await server_keys.select_server_keys(conn, names)
        return {(key.server, key.key_id): key for key in keys}

    async def load_servers(self, servers: Collection[ServerName]) -> Sequence[ServerKey]:
        """Return every key that is known of some servers."""
        async with self.db.acquire() as conn:
            return await server_keys.select_keys_of_servers(conn, servers)

    async def store(self, keys: Sequence[ServerKey]) -> None:
        """Keep keys, in the place of what was known of the same ones."""
        async with self.db.transaction() as conn:
            await server_keys.upsert_server_keys(conn, keys)
