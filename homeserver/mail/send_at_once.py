"""Handing a mail to the mail server now, past the queue, to see whether it takes mail."""

from typing import TYPE_CHECKING

from homeserver.mail.addresses import canonical_address
from homeserver.mail.build_message import build_message
from homeserver.mail.smtp_connection import smtp_connection
from homeserver.mail.templates import Templates

if TYPE_CHECKING:
    from homeserver.config.smtp import Smtp


async def send_test_mail(smtp: "Smtp", server_name: str, to: str, now_ms: int) -> None:
    """Send the mail `test` to an address, or raise what goes wrong.

    `smtp` names a mail server. Raises: InvalidAddress, aiosmtplib.SMTPException, OSError.
    """
    assert smtp.sender is not None
    address = canonical_address(to)
    message = build_message(
        smtp.sender, address, Templates().render("test", {"server_name": server_name}), now_ms
    )
    async with smtp_connection(smtp) as connection:
        await connection.hand_over(address, message)
