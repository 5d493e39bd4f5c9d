"""parlour backup and parlour restore."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from homeserver.backup.make_backup import Progress, Wishes
    from homeserver.config import Settings

PARTS = 1_000
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command
@config_option
@click.option(
    "--without-media", is_flag=True, help="Leave out the uploads: their store is kept safe otherwise."
)
@click.option("--previous", type=FOLDER, help="A backup on the same disk: its uploads need no second place.")
@click.argument("folder", type=FOLDER)
def backup(config: Path | None, without_media: bool, previous: Path | None, folder: Path) -> None:
    """Back up the database, the uploads and the keys into FOLDER, while the server runs or not."""
    from homeserver.backup.errors import BackupError
    from homeserver.backup.make_backup import Wishes
    from homeserver.config import load_settings
    from homeserver.errors import Unavailable

    wishes = Wishes(with_media=not without_media, previous=previous)
    try:
        asyncio.run(_back_up(load_settings(config), folder, wishes))
    except (BackupError, Unavailable) as error:
        raise click.ClickException(str(error)) from error


@click.command
@config_option
@click.argument("folder", type=FOLDER)
def restore(config: Path | None, folder: Path) -> None:
    """Restore the backup in FOLDER into an empty database, with the server stopped."""
    from homeserver.backup.errors import BackupError
    from homeserver.config import load_settings
    from homeserver.errors import Unavailable

    try:
        asyncio.run(_restore(load_settings(config), folder))
    except (BackupError, Unavailable) as error:
        raise click.ClickException(str(error)) from error


async def _back_up(settings: "Settings", folder: Path, wishes: "Wishes") -> None:
    from homeserver.backup.make_backup import make_backup
    from homeserver.clock import SystemClock
    from homeserver.commands.database import database_in_use

    async with database_in_use(settings) as url:
        with _shown("Uploads") as tell:
            manifest = await make_backup(settings, url, folder, wishes, SystemClock(), tell)
    click.echo(f"{folder}: {manifest.server_name}, with {manifest.media_files} uploads")


async def _restore(settings: "Settings", folder: Path) -> None:
    from homeserver.backup.restore_backup import restore_backup
    from homeserver.commands.database import database_in_use

    async with database_in_use(settings) as url:
        with _shown("Uploads") as tell:
            manifest = await restore_backup(settings, url, folder, tell)
    click.echo(f"{manifest.server_name} is restored. `parlour check` proves it; `parlour run` goes on.")


@contextmanager
def _shown(label: str) -> Iterator[Callable[["Progress"], None]]:
    """Show a bar on a terminal, and nothing elsewhere."""
    with click.progressbar(length=PARTS, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(progress: "Progress") -> None:
            bar.update(PARTS * progress.done_bytes // max(progress.of_bytes, 1) - bar.pos)

        yield tell
