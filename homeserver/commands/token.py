"""parlour token."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.accounts import with_accounts
from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from datetime import timedelta

    from homeserver.accounts.context import AccountsContext


class DurationType(click.ParamType["timedelta"]):
    """A duration with its unit, such as 30d."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "timedelta":
        from homeserver.config.values import parse_duration

        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.group
def token() -> None:
    """Look after registration tokens, whether the server is running or not."""


@token.command
@click.option("--token", "text", help="The token itself; a random one if left out.")
@click.option(
    "--uses", type=click.IntRange(min=1), help="For how many accounts it is good; unlimited if left out."
)
@click.option(
    "--expires", type=DurationType(), help="For how long it is good, such as 30d; for ever if left out."
)
@click.option("--admin", is_flag=True, help="Make whoever uses it a server admin.")
@config_option
def create(
    text: str | None, uses: int | None, expires: "timedelta | None", admin: bool, config: Path | None
) -> None:
    """Make a registration token and print it."""
    from homeserver.accounts.registration_tokens import create_registration_token

    expires_ts = None if expires is None else int((time.time() + expires.total_seconds()) * 1000)

    async def work(accounts: "AccountsContext") -> str:
        return await create_registration_token(
            accounts, token=text, uses_allowed=uses, expires_ts=expires_ts, makes_admin=admin
        )

    click.echo(with_accounts(config, work))
