"""parlour federation: one module per subcommand."""

import click

from homeserver.commands.federation_check import check
from homeserver.commands.federation_keys import rotate_key


@click.group
def federation() -> None:
    """Look at how this server gets on with others, and mend it."""


for command in (check, rotate_key):
    federation.add_command(command)
