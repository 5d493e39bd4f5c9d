"""The signing keys of other servers."""

from collections.abc import Collection, Sequence

from federation.ports.keys import KeyName, ServerKey
from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection

SELECT_SERVER_KEYS = """
SELECT server, key_id, public_key, valid_until_ms, published_until_ms, fetched_ms, response
FROM server_keys JOIN unnest($1::text[], $2::text[]) AS wanted (server, key_id) USING (server, key_id)
"""
SELECT_KEYS_OF_SERVERS = """
SELECT server, key_id, public_key, valid_until_ms, published_until_ms, fetched_ms, response
FROM server_keys WHERE server = ANY ($1::text[]) ORDER BY server, key_id
"""
UPSERT_SERVER_KEYS = """
INSERT INTO server_keys
    (server, key_id, public_key, valid_until_ms, published_until_ms, fetched_ms, response)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bytea[]
)
ON CONFLICT (server, key_id) DO UPDATE SET
    public_key = excluded.public_key,
    valid_until_ms = excluded.valid_until_ms,
    published_until_ms = excluded.published_until_ms,
    fetched_ms = excluded.fetched_ms,
    response = excluded.response
"""


async def select_server_keys(conn: Connection, names: Collection[KeyName]) -> list[ServerKey]:
    """Return those of the keys that are known."""
    servers, key_ids = [server for server, _ in names], [key_id for _, key_id in names]
    return [ServerKey(**row) for row in await conn.fetch(SELECT_SERVER_KEYS, servers, key_ids)]


async def select_keys_of_servers(conn: Connection, servers: Collection[ServerName]) -> list[ServerKey]:
    """Return every key that is known of some servers."""
    return [ServerKey(**row) for row in await conn.fetch(SELECT_KEYS_OF_SERVERS, list(servers))]


async def upsert_server_keys(conn: Connection, keys: Sequence[ServerKey]) -> None:
    """Keep keys, in the place of what was known of the same ones."""
    # In one order always, so that two workers cannot wait for each other.
    ordered = sorted(keys, key=lambda key: (key.server, key.key_id))
    await conn.execute(
        UPSERT_SERVER_KEYS,
        [key.server for key in ordered],
        [key.key_id for key in ordered],
        [key.public_key for key in ordered],
        [key.valid_until_ms for key in ordered],
        [key.published_until_ms for key in ordered],
        [key.fetched_ms for key in ordered],
        [key.response for key in ordered],
    )
