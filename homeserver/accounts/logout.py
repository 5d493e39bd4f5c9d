"""Ending sessions.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3logout
"""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.requester import Requester
from homeserver.accounts.sessions import touch_device_list
from homeserver.storage import devices, sessions
from homeserver.storage.positions import Change, Stream


async def log_out(ctx: AccountsContext, requester: Requester) -> None:
    """End the requester's session and delete its device."""
    if requester.device_id is None:
        return
    async with ctx.positions.write() as change:
        gone = await devices.delete_devices(change.conn, requester.user_nid, [requester.device_id])
        if gone:
            await note_devices_gone(change, requester.user_nid)
    ctx.tokens.forget_user(requester.user_nid)


async def log_out_everywhere(ctx: AccountsContext, user_nid: int, *, but: int | None = None) -> None:
    """End all sessions of a user and delete their devices, perhaps but one, given by number."""
    async with ctx.positions.write() as change:
        if await devices.delete_all_devices(change.conn, user_nid, but=but):
            await note_devices_gone(change, user_nid)
    ctx.tokens.forget_user(user_nid)


async def end_session(ctx: AccountsContext, user_nid: int, session_nid: int) -> None:
    """End one session and keep its device, which may log in again with its keys."""
    async with ctx.positions.write() as change:
        await sessions.delete_session(change.conn, session_nid)
        change.touch(Stream.SESSIONS, users=[user_nid])
    ctx.tokens.forget_user(user_nid)


async def note_devices_gone(change: Change, user_nid: int) -> None:
    """Say in a transaction that it takes devices, and their sessions, from a user."""
    change.touch(Stream.SESSIONS, users=[user_nid])
    await touch_device_list(change, user_nid)
