"""parlour federation check."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from federation.protocol.ids import ServerName
    from homeserver.config import Settings

WORDS = {True: "ok", False: "FAILS", None: "note"}


@click.command
@click.argument("server")
@config_option
def check(server: str, config: Path | None) -> None:
    """Say which step of discovery, TLS, keys or signing works with SERVER, and which fails and why.

    Exit code 1: one fails.
    """
    from federation.protocol.errors import InvalidIdentifier
    from federation.protocol.ids import parse_server_name
    from homeserver.config import load_settings

    try:
        name = parse_server_name(server)
    except InvalidIdentifier as error:
        raise click.ClickException(f"{server} is not the name of a server") from error
    if not asyncio.run(run_check(load_settings(config), name)):
        raise click.exceptions.Exit(1)


async def run_check(settings: "Settings", server: "ServerName") -> bool:
    """Print what each step comes to; return whether all work."""
    from federation.protocol.ids import parse_server_name
    from federation.transport.check_server import check_server
    from federation.transport.open_transport import Identity, open_transport
    from homeserver.clock import SystemClock
    from homeserver.peers.transport_options import transport_options
    from homeserver.peers.without_database import ForgottenKeys, NoBackOff
    from homeserver.signing_key_file import find_signing_key, new_signing_key

    clock = SystemClock()
    own_key = find_signing_key(settings)
    identity = Identity(parse_server_name(settings.server_name), own_key or new_signing_key())
    works = True
    async with open_transport(
        identity, transport_options(settings), clock.now_ms, key_store=ForgottenKeys(), back_off=NoBackOff()
    ) as transport:
        async for finding in check_server(transport, server, clock.now_ms, sign=own_key is not None):
            click.echo(f"{WORDS[finding.works]:<7}{finding.step:<12}{finding.words}")
            works = works and finding.works is not False
    if own_key is None:
        click.echo("note   signing     not tried: this server has no signing key yet")
    return works
