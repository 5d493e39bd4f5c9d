"""Looking up an account by what somebody typed, for the command line and the admin API."""

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.login import local_user_id
from homeserver.errors import NotFound
from homeserver.storage.accounts import Account, select_account


async def find_account(ctx: AccountsContext, user: str) -> Account:
    """Return an account, deactivated or not; `user` is a user id or a localpart.

    Raises: NotFound.
    """
    user_id = local_user_id(user, ctx.server_name)
    account = None
    if user_id is not None:
        async with ctx.db.acquire() as conn:
            account = await select_account(conn, user_id)
    if account is None:
        raise NotFound("There is no such account on this server")
    return account
