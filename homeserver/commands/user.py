"""parlour user."""

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from homeserver.commands.accounts import with_accounts
from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from homeserver.accounts.context import AccountsContext

password_option = click.option(
    "--password-file",
    type=click.File("r"),
    help="Read the password from the first line of this file (- for standard input) instead of asking.",
)


@click.group
def user() -> None:
    """Make and look after accounts, whether the server is running or not."""


@user.command
@click.argument("name")
@click.option("--admin", is_flag=True, help="Make a server admin.")
@password_option
@config_option
def create(name: str, admin: bool, password_file: TextIO | None, config: Path | None) -> None:
    """Make the account NAME, the part of the user id between @ and the colon."""
    from homeserver.accounts.register import Registration, register_account
    from homeserver.accounts.usernames import new_user_id

    password = _read_password(password_file)

    async def work(accounts: "AccountsContext") -> str:
        user_id = new_user_id(name, accounts.server_name)
        await register_account(accounts, Registration(user_id, password, is_admin=admin))
        return user_id

    click.echo(f"Made {with_accounts(config, work)}.")


@user.command
@click.argument("name")
@click.option("--keep-sessions", is_flag=True, help="Leave devices logged in.")
@password_option
@config_option
def password(name: str, keep_sessions: bool, password_file: TextIO | None, config: Path | None) -> None:
    """Set the password of NAME and log all devices out."""
    from homeserver.accounts.change_password import change_password
    from homeserver.accounts.find import find_account

    new_password = _read_password(password_file)

    async def work(accounts: "AccountsContext") -> str:
        account = await find_account(accounts, name)
        await change_password(accounts, account.user_nid, new_password, log_out=not keep_sessions)
        return account.user_id

    click.echo(f"Set the password of {with_accounts(config, work)}.")


@user.command
@click.argument("name")
@click.option("--revoke", is_flag=True, help="Take it away again.")
@config_option
def admin(name: str, revoke: bool, config: Path | None) -> None:
    """Make NAME a server admin."""
    from homeserver.accounts.find import find_account
    from homeserver.accounts.moderate import set_admin

    async def work(accounts: "AccountsContext") -> str:
        account = await find_account(accounts, name)
        await set_admin(accounts, account.user_nid, not revoke)
        return account.user_id

    user_id = with_accounts(config, work)
    click.echo(f"{user_id} is {'no longer' if revoke else 'now'} a server admin.")


@user.command
@click.argument("name")
@click.option("--erase", is_flag=True, help="Also hide what the user wrote from everybody who joins later.")
@click.confirmation_option(prompt="This cannot be undone. Deactivate the account?")
@config_option
def deactivate(name: str, erase: bool, config: Path | None) -> None:
    """Close the account of NAME for good: no login, no devices, and nobody can take the name again.

    It leaves its rooms while the server runs: at once, or when it is started.
    """
    from homeserver.accounts.deactivate import deactivate_account
    from homeserver.accounts.find import find_account

    async def work(accounts: "AccountsContext") -> str:
        account = await find_account(accounts, name)
        await deactivate_account(accounts, account.user_nid, erase=erase)
        return account.user_id

    click.echo(f"Deactivated {with_accounts(config, work)}.")


def _read_password(file: TextIO | None) -> str:
    if file is not None:
        return file.readline().rstrip("\r\n")
    text: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return text
