"""One connection to the mail server, as far as its configuration says how."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.utils import parseaddr
from typing import TYPE_CHECKING

from homeserver.config.smtp import Smtp, SmtpSecurity
from homeserver.mail.addresses import wire_address

if TYPE_CHECKING:
    from aiosmtplib import SMTP


class SmtpConnection:
    """A connection on which mails are handed over, one after the other."""

    def __init__(self, client: "SMTP", sender: str) -> None:
        self._client = client
        self._sender = parseaddr(sender)[1]

    async def greet(self) -> None:
        """See whether the mail server talks with us at all. Raises: aiosmtplib.SMTPException, OSError."""
        await self._client.ehlo()

    async def hand_over(self, recipient: str, message: bytes) -> None:
        """Have the mail server take a mail for a canonical address.

        Raises: aiosmtplib.SMTPException, OSError.
        """
        to = wire_address(recipient)
        options = [] if to.isascii() else ["SMTPUTF8"]
        await self._client.sendmail(self._sender, [to], message, mail_options=options)


@asynccontextmanager
async def smtp_connection(smtp: Smtp) -> AsyncIterator[SmtpConnection]:
    """Connect to the mail server for the length of the block, and log in where an account is configured.

    Raises: aiosmtplib.SMTPException, OSError.
    """
    from aiosmtplib import SMTP, SMTPException

    assert smtp.sender is not None
    client = SMTP(
        hostname=smtp.host,
        port=smtp.port,
        timeout=smtp.timeout.total_seconds(),
        use_tls=smtp.security is SmtpSecurity.TLS,
        start_tls=smtp.security is SmtpSecurity.STARTTLS,
        tls_context=None if smtp.security is SmtpSecurity.NONE else _tls_context(smtp),
        username=smtp.username,
        password=None if smtp.password is None else smtp.password.get_secret_value(),
    )
    try:
        await client.connect()
        yield SmtpConnection(client, smtp.sender)
        with suppress(SMTPException, OSError):  # all mails are handed over: a missing good-bye is no failure
            await client.quit()
    finally:
        client.close()


def _tls_context(smtp: Smtp) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=smtp.ca_file)
