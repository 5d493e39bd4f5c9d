"""Setting an account's password.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountpassword
"""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.errors import ThreepidNotValidated
from homeserver.accounts.logout import note_devices_gone
from homeserver.accounts.notices import write_notices
from homeserver.errors import NotFound
from homeserver.mail.send_mail import queue_mails
from homeserver.storage import browser_sessions, devices, threepids
from homeserver.storage.accounts import update_password_hash
from homeserver.storage.threepid_validations import Purpose, delete_resets, use_up_validation


async def change_password(
    ctx: AccountsContext,
    user_nid: int,
    new_password: str,
    *,
    log_out: bool = True,
    but_device_nid: int | None = None,
) -> None:
    """Set the password, and tell the account's owner by mail.

    Browsers that are signed in are so no longer. With `log_out`, all sessions are ended and their devices
    deleted, but `but_device_nid`.

    Raises: WeakPassword, InvalidParam; NotFound where there is no such account, or no longer.
    """
    password_hash = await ctx.passwords.hash(new_password)
    await _set(ctx, user_nid, password_hash, log_out=log_out, but_device_nid=but_device_nid)


async def reset_password(ctx: AccountsContext, sid: str, new_password: str, *, log_out: bool = True) -> None:
    """Set the password of the account whose e-mail address a validation has shown to be the requester's.

    Raises: WeakPassword, InvalidParam; ThreepidNotValidated where the address belongs to no account any more.
    """
    password_hash = await ctx.passwords.hash(new_password)
    async with ctx.db.transaction() as conn:
        validated = await use_up_validation(conn, sid, Purpose.RESET, ctx.clock.now_ms())
        if validated is None:
            raise ThreepidNotValidated()
        owner = await threepids.select_owner(conn, validated.medium, validated.address)
    if owner is None:
        raise ThreepidNotValidated()
    await _set(ctx, owner.user_nid, password_hash, log_out=log_out, but_device_nid=None)


async def _set(
    ctx: AccountsContext, user_nid: int, password_hash: str, *, log_out: bool, but_device_nid: int | None
) -> None:
    notices = await write_notices(ctx, user_nid, "password_changed")
    async with ctx.db.acquire() as conn:
        await delete_resets(conn, user_nid)
    async with ctx.positions.write() as change:
        if not await update_password_hash(change.conn, user_nid, password_hash):
            raise NotFound("There is no such account")
        await browser_sessions.delete_browsers_of_user(change.conn, user_nid)
        if log_out:
            gone = await devices.delete_all_devices(change.conn, user_nid, but=but_device_nid)
            if gone:
                await note_devices_gone(change, user_nid, gone)
        await queue_mails(ctx.mail, change.conn, notices)
    ctx.mail.due.ask()
    ctx.tokens.forget_user(user_nid)
