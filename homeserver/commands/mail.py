"""parlour mail."""

import asyncio
import time
from pathlib import Path

import click

from homeserver.commands.options import config_option


@click.group
def mail() -> None:
    """Look after mail."""


@mail.command
@click.argument("address")
@config_option
def test(address: str, config: Path | None) -> None:
    """Send a mail to ADDRESS now, and say what the mail server says to it.

    Exit code 1: it does not take it.
    """
    from aiosmtplib import SMTPException, SMTPRecipientsRefused

    from homeserver.config import load_settings
    from homeserver.mail.addresses import InvalidAddress
    from homeserver.mail.send_at_once import send_test_mail

    settings = load_settings(config)
    if settings.smtp.host is None:
        raise click.ClickException("no mail server is configured: set smtp.host")
    try:
        asyncio.run(send_test_mail(settings.smtp, settings.server_name, address, int(time.time() * 1000)))
    except InvalidAddress as error:
        raise click.ClickException(str(error)) from error
    except SMTPRecipientsRefused as error:
        refused = error.recipients[0]
        raise click.ClickException(
            f"the mail server refuses the address: {refused.code} {refused.message}"
        ) from error
    except (SMTPException, OSError) as error:
        where = f"{settings.smtp.host}:{settings.smtp.port}"
        raise click.ClickException(f"{where} takes no mail: {type(error).__name__}: {error}") from error
    click.echo(f"{settings.smtp.host} has taken the mail for {address}")
