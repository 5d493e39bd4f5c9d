"""parlour run."""

from pathlib import Path

import click

from homeserver.commands.options import config_option


@click.command
@config_option
def run(config: Path | None) -> None:
    """Run the homeserver until SIGTERM or SIGINT.

    The first line on standard output says `ready` and the base URL, once clients can connect.
    """
    from homeserver.app import run as run_server
    from homeserver.config import load_settings
    from homeserver.logging import configure_logging

    settings = load_settings(config)
    configure_logging(settings.log_level.value, settings.log_format.value)
    run_server(settings)
