"""parlour config."""

from pathlib import Path

import click

from homeserver.commands.options import config_option


@click.group
def config() -> None:
    """Look after the configuration."""


@config.command
@config_option
def check(config: Path | None) -> None:
    """Say everything that is wrong with the configuration, or that nothing is."""
    from federation.protocol.ids import parse_server_name
    from homeserver.appservices.read_registrations import read_registrations
    from homeserver.config import load_settings
    from homeserver.http.tls import Certificate

    settings = load_settings(config)
    for listener in settings.listeners:
        if listener.tls_certificate and listener.tls_key:
            Certificate(listener.tls_certificate, listener.tls_key)
    read_registrations(settings.appservices, parse_server_name(settings.server_name))
    click.echo(f"The configuration of {settings.server_name} is fine.")


@config.command
def example() -> None:
    """Print a configuration file that documents every key with its default."""
    from homeserver.config.example import render_example

    click.echo(render_example(), nl=False)
