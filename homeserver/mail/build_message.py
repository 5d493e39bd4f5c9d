"""From what a mail says to the bytes that mail servers pass on."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from secrets import token_hex

from homeserver.mail.addresses import ascii_domain, wire_address
from homeserver.mail.templates import Letter


def build_message(
    sender: str, to: str, letter: Letter, now_ms: int, *, unsubscribe_url: str | None = None
) -> bytes:
    """Return a mail of two parts, text and HTML, to one address in canonical form.

    With `unsubscribe_url`, mail programs offer to POST there, which must need no more than that.

    Raises: ValueError for a header that would have more than one line.
    """
    recipient = wire_address(to)
    message = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    message["To"] = recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(now_ms / 1000, UTC))
    message["Message-ID"] = f"<{token_hex(16)}@{ascii_domain(address.rpartition('@')[2])}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    if unsubscribe_url is not None:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()
