"""Setting an account's password.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountpassword
"""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.logout import note_devices_gone
from homeserver.errors import NotFound
from homeserver.storage import devices
from homeserver.storage.accounts import update_password_hash


async def change_password(
    ctx: AccountsContext,
    user_nid: int,
    new_password: str,
    *,
    log_out: bool = True,
    but_device_nid: int | None = None,
) -> None:
    """Set the password; with `log_out`, end all sessions and delete their devices but `but_device_nid`.

    Raises: WeakPassword, InvalidParam; NotFound where there is no such account, or no longer.
    """
    password_hash = await ctx.passwords.hash(new_password)
    async with ctx.positions.write() as change:
        if not await update_password_hash(change.conn, user_nid, password_hash):
            raise NotFound("There is no such account")
        if log_out:
            gone = await devices.delete_all_devices(change.conn, user_nid, but=but_device_nid)
            if gone:
                await note_devices_gone(change, user_nid, gone)
    ctx.tokens.forget_user(user_nid)
