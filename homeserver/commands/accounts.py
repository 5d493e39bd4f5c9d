"""What the commands about accounts work with: the accounts service, on the server's database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from homeserver.commands.database import open_database

if TYPE_CHECKING:
    from homeserver.accounts.context import AccountsContext
    from homeserver.config import Settings

Result = TypeVar("Result")


def with_accounts(config: Path | None, work: "Callable[[AccountsContext], Awaitable[Result]]") -> Result:
    """Load the configuration, open the accounts and do the work.

    A server that is running notices through the position log, as it notices other workers.
    """
    from homeserver.config import load_settings

    async def do() -> Result:
        async with _open(load_settings(config)) as accounts:
            return await work(accounts)

    return asyncio.run(do())


@asynccontextmanager
async def _open(settings: "Settings") -> "AsyncIterator[AccountsContext]":
    from federation.protocol.ids import parse_server_name
    from homeserver.accounts.open_accounts import open_accounts
    from homeserver.clock import SystemClock
    from homeserver.storage.instance import record_server_name
    from homeserver.storage.migrate import migrate
    from homeserver.storage.positions import Positions

    async with open_database(settings) as db:
        await migrate(db)
        async with db.acquire() as conn:
            await record_server_name(conn, settings.server_name)
        positions = Positions(db, publish=lambda entry: None)
        server_name = parse_server_name(settings.server_name)
        async with open_accounts(settings, server_name, SystemClock(), db, positions) as accounts:
            yield accounts
