"""Registrations in several requests: the last one need not repeat what the first said, and may be repeated.

A session is known to whoever began it alone. Of a password the hash is kept, until the account is made.
"""

import msgspec

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.interactive_auth import CLEARED_AT_ONCE, LIFETIME_MS
from homeserver.accounts.login import check_password, log_in_account
from homeserver.accounts.sessions import DeviceRequest, Login
from homeserver.storage import waiting_registrations
from homeserver.storage.waiting_registrations import WaitingRegistration


class Wishes(msgspec.Struct, frozen=True):
    """What a registration says of the account and its first device, but the password."""

    username: str | None = None
    device_id: str | None = None
    initial_device_display_name: str | None = None
    inhibit_login: bool = False
    refresh_token: bool = False


async def remember(ctx: AccountsContext, session_id: str, wishes: Wishes, password: str | None) -> None:
    """Keep what a request said with which a session began.

    Raises: WeakPassword, InvalidParam.
    """
    if password is None and wishes == Wishes():
        return
    password_hash = None if password is None else await ctx.passwords.hash(password)
    now_ms = ctx.clock.now_ms()
    async with ctx.db.acquire() as conn:
        await waiting_registrations.delete_expired(conn, now_ms, CLEARED_AT_ONCE)
        await waiting_registrations.insert_waiting(
            conn, session_id, msgspec.json.encode(wishes), password_hash, now_ms + LIFETIME_MS
        )


async def recall(ctx: AccountsContext, session_id: str) -> WaitingRegistration | None:
    """Return what was said when a session began; None where nothing was, or it has expired."""
    if not session_id.isascii() or not session_id.isprintable():
        return None
    async with ctx.db.acquire() as conn:
        return await waiting_registrations.select_waiting(conn, session_id, ctx.clock.now_ms())


async def note_made(ctx: AccountsContext, session_id: str, user_id: UserId) -> None:
    """Note whom a registration made, for a repetition of its last request."""
    async with ctx.db.acquire() as conn:
        await waiting_registrations.update_made(conn, session_id, user_id)


def wishes_of(waiting: WaitingRegistration) -> Wishes:
    """Return what a registration said when it began."""
    return msgspec.json.decode(waiting.request, type=Wishes)


async def repeat(
    ctx: AccountsContext, user_id: UserId, password: str, device: DeviceRequest | None
) -> Login | None:
    """Answer the repetition of a registration as it was answered: log the device in, if that is asked for.

    Raises: WrongPassword, UserDeactivated, UserLocked, InvalidParam.
    """
    account = await check_password(ctx, user_id, password)
    return None if device is None else await log_in_account(ctx, account, device)
