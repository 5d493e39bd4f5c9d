"""parlour federation destination and parlour federation retry."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from federation.protocol.ids import ServerName
    from homeserver.config import Settings


@click.command
@click.argument("name")
@config_option
def destination(name: str, config: Path | None) -> None:
    """Say how far the server NAME is behind, why, and when it is tried again."""
    from homeserver.config import load_settings

    asyncio.run(_describe(load_settings(config), _server_name(name)))


@click.command
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="All servers that fail.")
@config_option
def retry(name: str | None, every: bool, config: Path | None) -> None:
    """Have the failing server NAME tried again within seconds.

    Exit code 1: it does not fail.
    """
    from homeserver.config import load_settings

    if (name is None) != every:
        raise click.UsageError("Name one server, or give --all.")
    server = None if name is None else _server_name(name)
    asked = asyncio.run(_retry(load_settings(config), server))
    if server is not None and not asked:
        raise click.ClickException(f"{server} does not fail: it is sent everything as it comes")
    click.echo(f"{len(asked)} to be tried again, by the running server or the next one to start.")


def _server_name(name: str) -> "ServerName":
    from federation.protocol.errors import InvalidIdentifier
    from federation.protocol.ids import parse_server_name

    try:
        return parse_server_name(name)
    except InvalidIdentifier as error:
        raise click.ClickException(f"{name} is not the name of a server") from error


async def _describe(settings: "Settings", server: "ServerName") -> None:
    from homeserver.clock import SystemClock
    from homeserver.commands.database import open_database
    from homeserver.commands.federation_status import describe
    from homeserver.commands.spans import ago
    from homeserver.storage import destinations, edu_outbox, room_servers

    now_ms = SystemClock().now_ms()
    async with open_database(settings) as db, db.acquire() as conn:
        row = await destinations.select_destination(conn, server)
        rooms = await room_servers.select_rooms_of_server(conn, server)
        edus, oldest_ms = await edu_outbox.count_edus(conn, server)
    click.echo(f"state       {'well' if row is None else describe(row, now_ms) or 'well'}")
    click.echo(f"rooms       {len(rooms)}")
    since = "" if oldest_ms is None else f", the oldest of {ago(now_ms, oldest_ms)}"
    click.echo(f"EDUs        {edus} waiting{since}")
    if row is not None and row.has_in_flight:
        click.echo("in flight   a transaction whose outcome is not known; it is sent again first")


async def _retry(settings: "Settings", server: "ServerName | None") -> "list[ServerName]":
    from homeserver.commands.database import open_database
    from homeserver.storage import destinations

    async with open_database(settings) as db, db.acquire() as conn:
        return await destinations.ask_for_retry(conn, server)
