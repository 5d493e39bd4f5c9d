"""Sending a mail: it is rendered and queued here, and delivered by whichever worker claims it."""

from homeserver.mail.addresses import canonical_address
from homeserver.mail.build_message import build_message
from homeserver.mail.context import MailContext
from homeserver.mail.templates import Values
from homeserver.storage.db import Connection
from homeserver.storage.mails import insert_mail


async def send_mail(
    ctx: MailContext, to: str, template: str, values: Values, *, unsubscribe_url: str | None = None
) -> None:
    """Queue a mail for one address and have it sent.

    `template` names the two files of that name in `letters/`; `values` are what they ask for, beside
    `server_name`. With `unsubscribe_url`, mail programs offer to POST there.

    Raises: InvalidAddress; MatrixError where this server sends no mail.
    """
    async with ctx.db.acquire() as conn:
        await queue_mail(ctx, conn, to, template, values, unsubscribe_url=unsubscribe_url)
    ctx.due.set()


async def queue_mail(
    ctx: MailContext,
    conn: Connection,
    to: str,
    template: str,
    values: Values,
    *,
    unsubscribe_url: str | None = None,
) -> None:
    """Queue a mail in the caller's transaction; set `ctx.due` after its commit, lest the mail wait a little.

    Raises: as `send_mail`.
    """
    ctx.require_on()
    assert ctx.smtp.sender is not None
    address, now_ms = canonical_address(to), ctx.clock.now_ms()
    letter = ctx.templates.render(template, {"server_name": ctx.server_name, **values})
    message = build_message(ctx.smtp.sender, address, letter, now_ms, unsubscribe_url=unsubscribe_url)
    await insert_mail(conn, address, message, now_ms)
