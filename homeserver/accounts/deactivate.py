"""Closing an account for good.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountdeactivate
"""

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.logout import note_devices_gone
from homeserver.storage import accounts, devices, profiles
from homeserver.storage.positions import Stream


async def deactivate_account(
    ctx: AccountsContext, user_id: UserId, user_nid: int, *, erase: bool = False
) -> None:
    """Take every way to log in from an account, then tell those who keep something for it.

    Doing it again tells them again, so that what a crash cut short can be completed. With `erase`, the
    profile goes too, and what the account wrote is hidden from who comes later.
    """
    async with ctx.positions.write() as change:
        await accounts.update_deactivated(change.conn, user_nid, ctx.clock.now_ms(), erase=erase)
        gone = await devices.delete_all_devices(change.conn, user_nid)
        await note_devices_gone(change, user_nid, gone)
        if erase:
            await profiles.delete_profile(change.conn, user_nid)
            change.touch(Stream.PROFILES, users=[user_nid])
    ctx.tokens.forget_user(user_nid)
    for listener in ctx.hooks.on_deactivated:
        await listener(user_id, user_nid)
