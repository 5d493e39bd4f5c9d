"""parlour federation: one module per subcommand."""

import click

from homeserver.commands.federation_check import check
from homeserver.commands.federation_destination import destination, retry
from homeserver.commands.federation_keys import rotate_key
from homeserver.commands.federation_status import status


@click.group
def federation() -> None:
    """Look at how this server gets on with others, and mend it."""


for command in (check, destination, retry, rotate_key, status):
    federation.add_command(command)
