"""Delivering what is queued: one round of a worker.

A mail that the mail server takes is struck out; one that it refuses for good is given up; all others are
tried again, after `FIRST_RETRY_MS` and then after twice as long each time, until they are `GIVE_UP_MS` old.
A worker that dies between handing over and striking out leaves a mail that is sent a second time. One that
has lost a mail's share, as when it stood still for seconds, leaves that mail and those after it to others.
"""

from typing import Final

import structlog

from homeserver.mail.context import MailContext
from homeserver.mail.smtp_connection import SmtpConnection, smtp_connection
from homeserver.storage import mails
from homeserver.storage.mails import OutgoingMail

log = structlog.get_logger(__name__)

AT_ONCE: Final = 20
CLAIM_S: Final = 15 * 60.0
FIRST_RETRY_MS: Final = 30_000
LONGEST_RETRY_MS: Final = 60 * 60_000
GIVE_UP_MS: Final = 24 * 60 * 60_000


async def deliver_due(ctx: MailContext) -> bool:
    """Send mails that are due, over one connection; False where there was none."""
    async with ctx.db.acquire() as conn:
        claimed = await mails.claim_mails(conn, CLAIM_S, ctx.clock.now_ms(), AT_ONCE, ctx.shares.held)
    if not claimed:
        return False
    waiting = list(claimed)
    try:
        await _deliver(ctx, waiting)
    finally:
        if waiting:
            async with ctx.db.acquire() as conn:
                await mails.release_mails(conn, waiting)
    return True


async def _deliver(ctx: MailContext, waiting: list[OutgoingMail]) -> None:
    """Send mails, taking each from the list as it is dealt with.

    Where no connection can be had, all are put off. Where one breaks, only the mail in hand is: it may be
    what broke it, and the others must not wait for it for ever.
    """
    from aiosmtplib import SMTPException

    in_hand: OutgoingMail | None = None
    try:
        async with smtp_connection(ctx.smtp) as connection:
            while waiting and ctx.shares.holds(waiting[0].mail_nid):
                in_hand = waiting[0]
                await _hand_over(ctx, connection, in_hand)
                del waiting[0]
    except (SMTPException, OSError) as error:
        log.warning("mail_server_fails", waiting=len(waiting), reason=_reason(error))
        for mail in list(waiting) if in_hand is None else [in_hand]:
            await _try_later(ctx, mail)
            waiting.remove(mail)


async def _hand_over(ctx: MailContext, connection: SmtpConnection, mail: OutgoingMail) -> None:
    """Hand over one mail. Raises SMTPException, OSError where the connection is of no more use."""
    from aiosmtplib import SMTPNotSupported, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused

    try:
        await connection.hand_over(mail.recipient, mail.message)
    except SMTPRecipientsRefused as error:
        await _refused(ctx, mail, error.recipients[0].code)
    except SMTPSenderRefused:
        raise  # a matter of configuration, not of this mail
    except SMTPNotSupported:
        await _give_up(ctx, mail, "the mail server does not take such addresses")
    except SMTPResponseException as error:
        await _refused(ctx, mail, error.code)
    else:
        await _strike_out(ctx, mail)


async def _refused(ctx: MailContext, mail: OutgoingMail, code: int) -> None:
    if 500 <= code <= 599:
        await _give_up(ctx, mail, f"the mail server refuses it with status {code}")
    else:
        await _try_later(ctx, mail)


async def _try_later(ctx: MailContext, mail: OutgoingMail) -> None:
    now_ms = ctx.clock.now_ms()
    next_try_ts = now_ms + min(FIRST_RETRY_MS << min(mail.attempts, 16), LONGEST_RETRY_MS)
    if next_try_ts - mail.created_ts > GIVE_UP_MS:
        await _give_up(ctx, mail, "it could not be sent for a day")
        return
    async with ctx.db.acquire() as conn:
        await mails.postpone_mail(conn, mail, next_try_ts)


async def _give_up(ctx: MailContext, mail: OutgoingMail, reason: str) -> None:
    log.warning("mail_given_up", mail=mail.mail_nid, attempts=mail.attempts + 1, reason=reason)
    await _strike_out(ctx, mail)


async def _strike_out(ctx: MailContext, mail: OutgoingMail) -> None:
    async with ctx.db.acquire() as conn:
        await mails.delete_mail(conn, mail.mail_nid)


def _reason(error: Exception) -> str:
    """Say what went wrong without a mail server's own words, which may repeat addresses and passwords."""
    code = getattr(error, "code", None)
    return type(error).__name__ if code is None else f"{type(error).__name__} {code}"
