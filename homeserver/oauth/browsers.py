"""Browsers that are signed in to the server's own pages."""

from secrets import token_urlsafe
from typing import Final

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.sessions import hash_token
from homeserver.storage import browser_sessions
from homeserver.storage.browser_sessions import BrowserSession
from homeserver.storage.login_tokens import Voucher

LIFETIME_MS: Final = 14 * 24 * 3600 * 1000
FRESH_MS: Final = 10 * 60 * 1000
"""For so long after proving to be themselves users may do what cannot be undone."""

MAX_PER_USER: Final = 30


async def sign_in_browser(ctx: AccountsContext, user_nid: int, voucher: Voucher | None = None) -> str:
    """Sign a browser in whose user has just shown to own the account; return the browser's new secret.

    `voucher`: the upstream provider that they showed it through.
    """
    secret = token_urlsafe(32)
    now_ms = ctx.clock.now_ms()
    async with ctx.db.transaction() as conn:
        await browser_sessions.insert_browser(
            conn,
            hash_token(secret),
            user_nid,
            now_ms=now_ms,
            expires_ts=now_ms + LIFETIME_MS,
            voucher=voucher,
            keep=MAX_PER_USER,
        )
    return secret


async def find_browser(ctx: AccountsContext, secret: str) -> BrowserSession | None:
    """Return who is signed in with the browser that has a secret."""
    async with ctx.db.acquire() as conn:
        return await browser_sessions.select_browser(conn, hash_token(secret), ctx.clock.now_ms())


async def sign_out_browser(ctx: AccountsContext, secret: str) -> None:
    """Sign a browser out; what was granted with it and taken up goes on."""
    async with ctx.db.acquire() as conn:
        await browser_sessions.delete_browser(conn, hash_token(secret))


def is_fresh(ctx: AccountsContext, browser: BrowserSession) -> bool:
    """Tell whether a browser's user has shown lately to be who they are."""
    return ctx.clock.now_ms() < browser.proved_ts + FRESH_MS
