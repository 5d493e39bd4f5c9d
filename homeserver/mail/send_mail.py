"""Sending a mail: it is rendered and queued here, and delivered by whichever worker claims it."""

from collections.abc import Iterable
from dataclasses import dataclass

from homeserver.mail.addresses import canonical_address
from homeserver.mail.build_message import build_message
from homeserver.mail.context import MailContext
from homeserver.mail.templates import Values
from homeserver.storage.db import Connection
from homeserver.storage.mails import insert_mail


@dataclass(frozen=True, slots=True, repr=False)
class WrittenMail:
    """A mail as it goes over the wire, to an address in canonical form."""

    recipient: str
    message: bytes


async def send_mail(
    ctx: MailContext, to: str, template: str, values: Values, *, unsubscribe_url: str | None = None
) -> None:
    """Queue a mail for one address and have it sent.

    `template` names the two files of that name in `letters/`; `values` are what they ask for, beside
    `server_name`. With `unsubscribe_url`, mail programs offer to POST there.

    Raises: InvalidAddress; MatrixError where this server sends no mail.
    """
    mail = write_mail(ctx, to, template, values, unsubscribe_url=unsubscribe_url)
    async with ctx.db.acquire() as conn:
        await queue_mails(ctx, conn, [mail])
    ctx.due.ask()


def write_mail(
    ctx: MailContext, to: str, template: str, values: Values, *, unsubscribe_url: str | None = None
) -> WrittenMail:
    """Write a mail, for `queue_mails` in a transaction of the caller's.

    Raises: as `send_mail`.
    """
    ctx.require_on()
    assert ctx.smtp.sender is not None
    address = canonical_address(to)
    letter = ctx.templates.render(template, {"server_name": ctx.server_name, **values})
    now_ms = ctx.clock.now_ms()
    message = build_message(ctx.smtp.sender, address, letter, now_ms, unsubscribe_url=unsubscribe_url)
    return WrittenMail(address, message)


async def queue_mails(ctx: MailContext, conn: Connection, mails: Iterable[WrittenMail]) -> None:
    """Queue mails in the caller's transaction. Set `ctx.due` after its commit, lest they wait a little."""
    for mail in mails:
        await insert_mail(conn, mail.recipient, mail.message, ctx.clock.now_ms())
