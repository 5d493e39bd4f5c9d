"""Act as somebody else, as an administrator may: a session that has no device of the user's own choice."""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.sessions import DeviceRequest, begin_session
from homeserver.errors import InvalidParam, UserDeactivated
from homeserver.storage.accounts import Account

DEVICE_NAME = "Server administrator"


async def log_in_as(ctx: AccountsContext, account: Account, valid_until_ms: int | None = None) -> str:
    """Return an access token that acts as an account, until a time where one is given.

    It has a device of its own, which the user can see and delete.

    Raises: InvalidParam for a time that is past; UserDeactivated.
    """
    if valid_until_ms is not None and valid_until_ms <= ctx.clock.now_ms():
        raise InvalidParam("valid_until_ms is in the past")
    if account.deactivated_ts is not None:
        raise UserDeactivated()
    async with ctx.positions.write() as change:
        device = DeviceRequest(display_name=DEVICE_NAME)
        begun = await begin_session(ctx, change, account.user_nid, account.user_id, device)
    return ctx.tokens.issue(begun.session, expires=False, until_ms=valid_until_ms)
