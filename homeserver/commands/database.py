"""parlour migrate and parlour check; and the database that other commands work on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from homeserver.config import Settings
    from homeserver.storage.db import Database

FEW_CONNECTIONS = 2


@click.command
@config_option
def migrate(config: Path | None) -> None:
    """Bring the database's schema up to date; `run` does so by itself."""
    from homeserver.config import load_settings

    asyncio.run(_migrate(load_settings(config)))


@click.command
@config_option
@click.option(
    "--rows", default=10, show_default=True, type=click.IntRange(1, 10_000), help="Shown per finding."
)
def check(config: Path | None, rows: int) -> None:
    """Prove that all references inside the database hold. Exit code 1: some do not."""
    from homeserver.config import load_settings

    if not asyncio.run(_check(load_settings(config), rows)):
        raise click.exceptions.Exit(1)


@asynccontextmanager
async def database_in_use(settings: "Settings") -> AsyncIterator[str]:
    """Give the URL of the server's database, whether the server is running or not."""
    from homeserver.embedded_postgres import postgres_in_use

    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    async with postgres_in_use(settings.data_dir) as url:
        yield url


@asynccontextmanager
async def open_database(settings: "Settings") -> AsyncIterator["Database"]:
    """Connect to the server's database, whether the server is running or not; nothing is migrated yet."""
    from homeserver.storage.db import Database

    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database_in_use(settings))
        db = await Database.connect(url, max_connections=FEW_CONNECTIONS)
        stack.push_async_callback(db.close)
        yield db


async def _migrate(settings: "Settings") -> None:
    from homeserver.storage.migrate import migrate as migrate_schema

    async with open_database(settings) as db:
        for migration in await migrate_schema(db):
            click.echo(f"applied {migration.version:04} {migration.name}")
    click.echo("The schema is up to date.")


async def _check(settings: "Settings", rows: int) -> bool:
    from homeserver.storage.checks import run_checks
    from homeserver.storage.migrate import check_is_current

    sound = True
    async with open_database(settings) as db:
        async with db.acquire() as conn:
            await check_is_current(conn)
        for finding in await run_checks(db, rows):
            click.echo(f"{'BROKEN' if finding.rows else 'ok':<7}{finding.check.claim}")
            for row in finding.rows:
                click.echo(f"       {row}")
            sound = sound and not finding.rows
    return sound
