"""The command `parlour`."""

import click

from homeserver.commands.appservice import appservice
from homeserver.commands.backup import backup, restore
from homeserver.commands.config import config
from homeserver.commands.database import check, migrate
from homeserver.commands.federation import federation
from homeserver.commands.health import health
from homeserver.commands.keys import keys
from homeserver.commands.mail import mail
from homeserver.commands.options import ErrorReportingGroup
from homeserver.commands.run import run, worker
from homeserver.commands.token import token
from homeserver.commands.upgrade_postgresql import upgrade_postgresql
from homeserver.commands.user import user
from homeserver.commands.version import version


@click.group(cls=ErrorReportingGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Parlour, a Matrix homeserver."""


COMMANDS = (
    appservice, backup, check, config, federation, health, keys, mail, migrate, restore, run, token, user,
    upgrade_postgresql, version, worker,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)
