"""Login tokens: text that logs somebody in once, within moments. Only its hash is stored.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv1loginget_token
"""

from secrets import token_urlsafe
from typing import Final

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.login import check_open, log_in_account
from homeserver.accounts.sessions import DeviceRequest, Login, hash_token
from homeserver.errors import Forbidden
from homeserver.storage import login_tokens
from homeserver.storage.accounts import Account, select_account
from homeserver.storage.login_tokens import Voucher

TOKEN_TYPE: Final = "m.login.token"

LIFETIME_MS: Final = 2 * 60 * 1000
"""Of tokens that one device shows another: time enough to type or scan it."""

REDIRECT_LIFETIME_MS: Final = 60 * 1000
"""Of tokens that a browser carries to a client. The specification suggests five seconds, in which a web
client on a slow phone has not been loaded yet."""


async def create_login_token(
    ctx: AccountsContext,
    user_nid: int,
    *,
    lifetime_ms: int = LIFETIME_MS,
    browser: str | None = None,
    voucher: Voucher | None = None,
) -> str:
    """Return a new token for a user.

    Args:
        browser: the secret of the one browser that may use it, for tokens that go to a page of our own.
        voucher: which provider vouched for the user.
    """
    token = token_urlsafe(32)
    now_ms = ctx.clock.now_ms()
    async with ctx.db.transaction() as conn:
        await login_tokens.insert_login_token(
            conn,
            hash_token(token),
            user_nid,
            now_ms + lifetime_ms,
            now_ms,
            browser_hash=None if browser is None else hash_token(browser),
            voucher=voucher,
        )
    return token


async def use_login_token(
    ctx: AccountsContext, token: str, *, browser: str | None = None
) -> tuple[Account, Voucher | None]:
    """Use a token up and return whose it was, and who vouched for its user.

    Raises: Forbidden where it is unknown, used, expired or another browser's; UserDeactivated, UserLocked.
    """
    browser_hash = None if browser is None else hash_token(browser)
    async with ctx.db.acquire() as conn:
        used = await login_tokens.delete_login_token(
            conn, hash_token(token), browser_hash, ctx.clock.now_ms()
        )
        account = None if used is None else await select_account(conn, used.user_id)
    if used is None or account is None:
        raise Forbidden("The login token is not valid, or not any more")
    check_open(account)
    return account, used.voucher


async def log_in_with_token(ctx: AccountsContext, token: str, device: DeviceRequest) -> Login:
    """Log a device in with a login token, which is used up, whatever comes of it.

    Raises: those of `use_login_token`; InvalidParam for an impossible device id.
    """
    account, voucher = await use_login_token(ctx, token)
    return await log_in_account(ctx, account, device, voucher)
