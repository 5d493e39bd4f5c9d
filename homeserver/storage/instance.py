"""Facts about this deployment that are made once and never change: server name, epoch, public key."""

import secrets
from typing import Final

from homeserver.storage.db import Connection

SERVER_NAME: Final = "server_name"
EPOCH: Final = "epoch"
SIGNING_KEY: Final = "signing_key"

INSERT_VALUE = "INSERT INTO instance (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING"
SELECT_VALUE = "SELECT value FROM instance WHERE key = $1"


class InstanceMismatch(Exception):
    """The configuration contradicts what the database was made with."""


async def record_server_name(conn: Connection, server_name: str) -> None:
    """Keep the server name on first start, and hold later starts to it.

    Raises: InstanceMismatch for another name; every user id and event in the database contains the first.
    """
    kept = await record_once(conn, SERVER_NAME, server_name)
    if kept != server_name:
        raise InstanceMismatch(
            f"server_name is {server_name}, but this database belongs to {kept}: "
            "each server has a database of its own, and a name that can never change"
        )


async def record_signing_key(conn: Connection, public_key: str) -> None:
    """Keep the public half of the federation signing key, as `ed25519:VERSION BASE64`.

    Raises: InstanceMismatch where another worker, or an earlier start, signed with another key.
    """
    kept = await record_once(conn, SIGNING_KEY, public_key)
    if kept != public_key:
        raise InstanceMismatch(
            f"the signing key file holds {public_key}, but this server signs with {kept}; "
            "`parlour federation rotate-key` changes that"
        )


async def load_epoch(conn: Connection) -> str:
    """Return the random name of this database's life; sync tokens carry it, so foreign ones are known."""
    return await record_once(conn, EPOCH, secrets.token_hex(4))


async def record_once(conn: Connection, key: str, value: str) -> str:
    """Keep the value unless there is one already; return the one that stands, whoever was first."""
    await conn.execute(INSERT_VALUE, key, value)
    kept: str = await conn.fetchval(SELECT_VALUE, key)
    return kept
