"""parlour version."""

import click


@click.command
def version() -> None:
    """Print the version."""
    from homeserver import __version__

    click.echo(f"parlour {__version__}")
