"""Closing an account for good.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountdeactivate
"""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.logout import note_devices_gone
from homeserver.storage import accounts, devices, profiles, pushers, threepids
from homeserver.storage.account_work import Kind, upsert_work
from homeserver.storage.positions import Stream


async def deactivate_account(ctx: AccountsContext, user_nid: int, *, erase: bool = False) -> None:
    """Take every way to log in from an account; in the background it leaves its rooms, and its data go.

    With `erase`, the profile goes too, and what the account wrote is hidden from who comes later.
    """
    async with ctx.positions.write() as change:
        await accounts.update_deactivated(change.conn, user_nid, ctx.clock.now_ms(), erase=erase)
        gone = await devices.delete_all_devices(change.conn, user_nid)
        await note_devices_gone(change, user_nid, gone)
        await pushers.delete_of_user(change.conn, user_nid)  # those that outlive a log-in too
        await threepids.delete_threepids(change.conn, user_nid)
        if erase:
            await profiles.delete_profile(change.conn, user_nid)
            change.touch(Stream.PROFILES, users=[user_nid])
        await upsert_work(change.conn, user_nid, Kind.DEPARTURE, change.position)
    ctx.tokens.forget_user(user_nid)
