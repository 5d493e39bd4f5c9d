"""parlour federation rotate-key."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from homeserver.config import Settings

RESTART_WITHIN_MINUTES = 10


@click.command("rotate-key")
@click.option("--at-once", is_flag=True, help="The old key ends now: for a key that somebody else may know.")
@config_option
def rotate_key(at_once: bool, config: Path | None) -> None:
    """Sign with a new key from the next start on, and publish the old one as expired.

    A key that was put into the signing key file by hand is taken up; where the file still holds the old one,
    it is replaced by a new key. All workers must be restarted then.
    """
    from homeserver.config import load_settings

    asyncio.run(_rotate(load_settings(config), 0 if at_once else RESTART_WITHIN_MINUTES))


async def _rotate(settings: "Settings", minutes: int) -> None:
    from homeserver.clock import SystemClock
    from homeserver.commands.database import open_database
    from homeserver.peers.rotate_key import NothingToRotate, rotate_signing_key
    from homeserver.storage.migrate import migrate

    expired_ms = SystemClock().now_ms() + minutes * 60_000
    async with open_database(settings) as db:
        await migrate(db)
        try:
            old_id, new_id = await rotate_signing_key(db, settings, expired_ms)
        except NothingToRotate as error:
            raise click.ClickException("this server has not signed with any key yet") from error
    click.echo(f"This server signs with {new_id} from its next start on; {old_id} is published as expired.")
    if minutes:
        click.echo(f"Restart all workers within {minutes} minutes: the old key counts until then.")
    else:
        click.echo("Restart all workers now: what they sign until then does not count.")
