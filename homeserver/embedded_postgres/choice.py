"""Which PostgreSQL it is: the one that the settings name, or else the embedded one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from homeserver.config import Settings
from homeserver.embedded_postgres.running import postgres_in_use, running_postgres
from homeserver.storage.db import MAX_CONNECTIONS

CONNECTIONS_FOR_TOOLS: Final = 20
FEWEST_CONNECTIONS: Final = 60


@asynccontextmanager
async def server_database_url(settings: Settings) -> AsyncIterator[str]:
    """Give a server the URL of its database for the length of the block; the embedded one runs as long.

    Raises: EmbeddedPostgresError, also where another server runs on the same data folder.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    needed = settings.workers * MAX_CONNECTIONS + CONNECTIONS_FOR_TOOLS
    connections = max(needed, FEWEST_CONNECTIONS)
    async with running_postgres(settings.data_dir, max_connections=connections) as url:
        yield url


@asynccontextmanager
async def command_database_url(settings: Settings) -> AsyncIterator[str]:
    """Give a command the URL of the server's database, whether the server is running or not.

    Raises: EmbeddedPostgresError.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    async with postgres_in_use(settings.data_dir) as url:
        yield url
