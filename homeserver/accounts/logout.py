"""Ending sessions.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3logout
"""

from collections.abc import Sequence

from homeserver.accounts.access_tokens import requester_of
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.requester import Requester
from homeserver.e2ee.announce import announce_devices
from homeserver.storage import browser_sessions, cross_signing, devices, login_tokens, sessions
from homeserver.storage.positions import Change, Stream


async def log_out(ctx: AccountsContext, requester: Requester) -> None:
    """End the requester's session and delete its device."""
    if requester.device_id is None:
        return
    async with ctx.positions.write() as change:
        gone = await devices.delete_devices(change.conn, requester.user_nid, [requester.device_id])
        if gone:
            await note_devices_gone(change, requester.user_nid, gone)
    ctx.tokens.forget_user(requester.user_nid)


async def log_out_everywhere(ctx: AccountsContext, user_nid: int, *, but: int | None = None) -> None:
    """End all sessions of a user and delete their devices, perhaps but one, given by number.

    Login tokens go too, one could be on its way to a device, and browsers that are signed in.
    """
    async with ctx.positions.write() as change:
        await login_tokens.delete_login_tokens_of_user(change.conn, user_nid)
        await browser_sessions.delete_browsers_of_user(change.conn, user_nid)
        gone = await devices.delete_all_devices(change.conn, user_nid, but=but)
        if gone:
            await note_devices_gone(change, user_nid, gone)
    ctx.tokens.forget_user(user_nid)


async def log_out_session(ctx: AccountsContext, session_nid: int) -> None:
    """End one session, given by number, and delete its device; nothing happens where it has ended."""
    async with ctx.db.acquire() as conn:
        session = await sessions.select_session(conn, session_nid)
    if session is not None:
        await log_out(ctx, requester_of(session))


async def end_session(ctx: AccountsContext, user_nid: int, session_nid: int) -> None:
    """End one session and keep its device, which may log in again with its keys."""
    async with ctx.positions.write() as change:
        await sessions.delete_session(change.conn, session_nid)
        change.touch(Stream.SESSIONS, users=[user_nid])
    ctx.tokens.forget_user(user_nid)


async def note_devices_gone(change: Change, user_nid: int, device_ids: Sequence[str]) -> None:
    """Say in a transaction that it takes devices, and with them their sessions and keys, from a user."""
    change.touch(Stream.SESSIONS, users=[user_nid])
    await cross_signing.delete_signatures_on(change.conn, user_nid, device_ids)
    await announce_devices(change, user_nid, device_ids)
