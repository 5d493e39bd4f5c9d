"""Logging in, with a password or after another proof.

Spec: https://spec.matrix.org/v1.19/client-server-api/#legacy-login
"""

from federation.protocol.ids import InvalidIdentifier, ServerName, UserId, parse_user_id, server_name_of
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.errors import WrongPassword
from homeserver.accounts.sessions import DeviceRequest, Login, begin_session, login_of
from homeserver.errors import UserDeactivated, UserLocked
from homeserver.storage.accounts import Account, select_account
from homeserver.storage.login_tokens import Voucher, insert_upstream_session


async def log_in_with_password(
    ctx: AccountsContext, user: str, password: str, device: DeviceRequest
) -> Login:
    """Log in; `user` is a user id of this server or its localpart.

    Raises: WrongPassword, also for accounts that do not exist, are deactivated or have no password;
    UserLocked.
    """
    return await log_in_account(ctx, await check_password(ctx, user, password), device)


async def check_password(ctx: AccountsContext, user: str, password: str) -> Account:
    """Return the account that a user id, or its localpart, and a password open.

    Raises: WrongPassword, also for accounts that do not exist, are deactivated or have no password.
    """
    account = await _find_account(ctx, user)
    if not await ctx.passwords.matches(password, account.password_hash if account else None):
        raise WrongPassword()
    assert account is not None
    return account


async def log_in_account(
    ctx: AccountsContext, account: Account, device: DeviceRequest, voucher: Voucher | None = None
) -> Login:
    """Log a device in whose user has shown to own the account; the provider in `voucher` may end it again.

    Raises: UserDeactivated, UserLocked, InvalidParam.
    """
    check_open(account)
    async with ctx.positions.write() as change:
        begun = await begin_session(ctx, change, account.user_nid, account.user_id, device)
        if voucher is not None:
            await insert_upstream_session(change.conn, begun.session.session_nid, voucher)
    return login_of(ctx, begun)


def check_open(account: Account) -> None:
    """Refuse accounts that nobody may log in to, whatever they prove.

    Raises: UserDeactivated, UserLocked.
    """
    if account.deactivated_ts is not None:
        raise UserDeactivated()
    if account.is_locked:
        raise UserLocked(soft_logout=True)


def local_user_id(user: str, server_name: ServerName) -> UserId | None:
    """Return the user id that somebody gave in whole or as a localpart; None where it cannot be one of ours.

    Capitals count as small letters, as they do when an account is made.
    """
    try:
        user_id = parse_user_id(user if user.startswith("@") else f"@{user}:{server_name}")
    except InvalidIdentifier:
        return None
    if server_name_of(user_id) != server_name:
        return None
    return UserId(user_id.removesuffix(server_name).lower() + server_name)


async def _find_account(ctx: AccountsContext, user: str) -> Account | None:
    user_id = local_user_id(user, ctx.server_name)
    if user_id is None:
        return None
    async with ctx.db.acquire() as conn:
        return await select_account(conn, user_id)
