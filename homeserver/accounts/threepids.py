"""The addresses of an account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#adding-account-administrative-contact-information
"""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.errors import ThreepidInUse, ThreepidNotValidated
from homeserver.accounts.notices import write_notices
from homeserver.accounts.requester import Requester
from homeserver.accounts.threepid_validations import EMAIL_MEDIUM, is_validated
from homeserver.mail.addresses import InvalidAddress, canonical_address
from homeserver.mail.send_mail import queue_mails
from homeserver.storage import threepids
from homeserver.storage.db import Connection
from homeserver.storage.threepid_validations import Purpose, use_up_validation
from homeserver.storage.threepids import Owner, Threepid


async def list_threepids(ctx: AccountsContext, user_nid: int) -> list[Threepid]:
    """Return the addresses of an account."""
    async with ctx.db.acquire() as conn:
        return await threepids.select_threepids(conn, user_nid)


async def find_owner(ctx: AccountsContext, medium: str, address: str) -> Owner | None:
    """Return whose an address is, written in whatever case."""
    known = canonical(medium, address)
    if known is None:
        return None
    async with ctx.db.acquire() as conn:
        return await threepids.select_owner(conn, medium, known)


async def add_threepid(ctx: AccountsContext, requester: Requester, sid: str, client_secret: str) -> None:
    """Give an account the address that a validation has shown to be its owner's; the owner is told by mail.

    Raises: ThreepidNotValidated, ThreepidInUse.
    """
    if not await is_validated(ctx, Purpose.ADD, sid, client_secret):
        raise ThreepidNotValidated()
    async with ctx.db.transaction() as conn:
        address = await take_validated(ctx, conn, requester.user_nid, sid, Purpose.ADD)
    notices = await write_notices(ctx, requester.user_nid, "address_added", but=address, address=address)
    async with ctx.db.acquire() as conn:
        await queue_mails(ctx.mail, conn, notices)
    ctx.mail.due.ask()


async def delete_threepid(ctx: AccountsContext, requester: Requester, medium: str, address: str) -> None:
    """Take an address from an account, and tell its reader; nothing happens where the account has it not."""
    known = canonical(medium, address) or address
    notices = await write_notices(ctx, requester.user_nid, "address_removed", only=known)
    async with ctx.db.transaction() as conn:
        if await threepids.delete_threepid(conn, requester.user_nid, medium, known):
            await queue_mails(ctx.mail, conn, notices)
    ctx.mail.due.ask()


async def take_validated(
    ctx: AccountsContext, conn: Connection, user_nid: int, sid: str, purpose: Purpose
) -> str:
    """Use a completed validation up and give its address to an account, in the caller's transaction.

    Raises: ThreepidNotValidated; ThreepidInUse where another account has come first.
    """
    now_ms = ctx.clock.now_ms()
    validated = await use_up_validation(conn, sid, purpose, now_ms)
    if validated is None or validated.validated_ts is None:
        raise ThreepidNotValidated()
    threepid = Threepid(validated.medium, validated.address, validated.validated_ts, now_ms)
    if await threepids.insert_threepid(conn, user_nid, threepid) is None:
        raise ThreepidInUse()
    return validated.address


def canonical(medium: str, address: str) -> str | None:
    """Return the form in which an address is stored; None for what cannot be one."""
    if medium != EMAIL_MEDIUM:
        return address if address.isascii() and address.isdigit() and len(address) <= 32 else None
    try:
        return canonical_address(address)
    except InvalidAddress:
        return None
