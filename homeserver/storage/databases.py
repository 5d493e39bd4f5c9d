"""Databases as a whole: made in a PostgreSQL that is ours."""

from typing import Literal, TypeAlias

import asyncpg

CopyStrategy: TypeAlias = Literal["wal_log", "file_copy"]

CONNECT_TIMEOUT_S = 10.0

SELECT_DATABASE = "SELECT 1 FROM pg_database WHERE datname = $1"


async def create_database(
    url: str, name: str, *, template: str = "template1", strategy: CopyStrategy = "wal_log"
) -> None:
    """Make the database, if there is none of this name, through the database that `url` leads to.

    Copying a filled template by files is the faster strategy where nothing has to be durable.
    """
    conn = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
    try:
        if await conn.fetchval(SELECT_DATABASE, name) is None:
            await conn.execute(
                f"CREATE DATABASE {_quote(name)} TEMPLATE {_quote(template)} STRATEGY {strategy}"
            )
    finally:
        await conn.close()


def _quote(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
