"""parlour federation status."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from homeserver.config import Settings
    from homeserver.storage.destinations import DestinationRow


@click.command
@click.option(
    "--rows", default=20, show_default=True, type=click.IntRange(1, 10_000), help="Servers to be listed."
)
@config_option
def status(rows: int, config: Path | None) -> None:
    """Say how far other servers are behind with what this one tells them, and it with what they tell."""
    from homeserver.config import load_settings

    asyncio.run(_status(load_settings(config), rows))


async def _status(settings: "Settings", rows: int) -> None:
    from homeserver.clock import SystemClock
    from homeserver.commands.database import open_database
    from homeserver.commands.spans import ago
    from homeserver.storage import destinations, edu_outbox, positions, staged_pdus

    now_ms = SystemClock().now_ms()
    async with open_database(settings) as db, db.acquire() as conn:
        checkpoint = await destinations.select_oldest_checkpoint(conn)
        newest = await positions.select_last_position(conn)
        failing, behind = await destinations.count_destinations(conn)
        with_edus = await edu_outbox.select_servers_with_edus(conn)
        worst = await destinations.select_destinations(conn, rows)
        staged, oldest_ms = await staged_pdus.select_backlog(conn)
    if checkpoint is None:
        click.echo("checkpoint  none yet: this server has not federated so far")
    else:
        lag = max(0, newest - checkpoint.position)
        click.echo(f"checkpoint  {lag} positions behind the newest, as of {ago(now_ms, checkpoint.saved_ms)}")
    click.echo(f"failing     {failing} servers")
    click.echo(f"behind      {behind} servers")
    click.echo(f"with EDUs   {len(with_edus)} servers")
    since = f", the oldest of {ago(now_ms, oldest_ms)}" if staged else ""
    click.echo(f"received    {staged} events wait to be worked on{since}")
    for row in worst:
        click.echo(f"{row.server}  {describe(row, now_ms)}")


def describe(row: "DestinationRow", now_ms: int) -> str:
    """Return what is the matter with a server, in a few words."""
    from homeserver.commands.spans import ago, ahead

    words = []
    if row.failing_since_ms is not None and row.retry_at_ms is not None:
        words.append(f"failing since {ago(now_ms, row.failing_since_ms)}")
        words.append(
            "next try asked for" if row.retry_asked else f"next try {ahead(now_ms, row.retry_at_ms)}"
        )
    if row.behind_since_ms is not None:
        words.append(f"behind since {ago(now_ms, row.behind_since_ms)}")
    if row.failure:
        words.append(row.failure)
    return ", ".join(words)
