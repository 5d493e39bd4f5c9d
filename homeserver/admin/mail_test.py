"""Hand a mail to the mail server because an administrator wants to see whether it arrives."""

import asyncio
from typing import Final

from homeserver.admin.context import AdminContext
from homeserver.errors import InvalidParam, MatrixError
from homeserver.mail.addresses import InvalidAddress
from homeserver.mail.send_at_once import send_test_mail

WITHIN_S: Final = 20.0


async def try_mail(ctx: AdminContext, address: str) -> None:
    """Send a test mail, past the queue.

    Raises: InvalidParam for what is no address; MatrixError M_THREEPID_MEDIUM_NOT_SUPPORTED where no mail
    server is configured; MatrixError 502 with what the mail server says where it does not take the mail.
    """
    from aiosmtplib import SMTPException, SMTPRecipientsRefused  # on first use: many servers send no mail

    mail = ctx.accounts.mail
    mail.require_on()
    try:
        async with asyncio.timeout(WITHIN_S):
            await send_test_mail(mail.smtp, mail.server_name, address, mail.clock.now_ms())
    except InvalidAddress as error:
        raise InvalidParam(str(error)) from error
    except SMTPRecipientsRefused as error:
        refused = error.recipients[0]
        words = f"The mail server refuses the address: {refused.code} {refused.message}"
        raise MatrixError("M_UNKNOWN", 502, words) from error
    except (SMTPException, OSError) as error:
        words = f"The mail server takes no mail: {str(error) or type(error).__name__}"
        raise MatrixError("M_UNKNOWN", 502, words) from error
