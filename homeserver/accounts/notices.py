"""Telling an account's owner by mail what has happened to it, so that what was not their doing is seen."""

from homeserver.accounts.context import AccountsContext
from homeserver.mail.addresses import is_address
from homeserver.mail.send_mail import WrittenMail, write_mail
from homeserver.storage.threepids import select_contacts


async def write_notices(
    ctx: AccountsContext,
    user_nid: int,
    template: str,
    *,
    only: str | None = None,
    but: str | None = None,
    **values: object,
) -> list[WrittenMail]:
    """Write a mail to each e-mail address of an account, or to one only, or to all but one.

    The template is given the user id beside `values`. Nothing is written where this server sends no mail, nor
    to what administrators have entered and is no address.
    """
    if not ctx.mail.is_on:
        return []
    async with ctx.db.acquire() as conn:
        contacts = await select_contacts(conn, user_nid)
    return [
        write_mail(ctx.mail, address, template, {"user_id": user_id, **values})
        for user_id, address in contacts
        if address != but and only in (None, address) and is_address(address)
    ]
