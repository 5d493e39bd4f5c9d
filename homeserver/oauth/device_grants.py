"""Signing in a device that has no browser: it shows a code, which somebody types elsewhere.

Spec: https://spec.matrix.org/v1.19/client-server-api/#device-authorisation-flow and
https://datatracker.ietf.org/doc/html/rfc8628
"""

from dataclasses import dataclass
from secrets import choice, token_urlsafe
from typing import Final

from homeserver.accounts.sessions import hash_token
from homeserver.errors import Unavailable
from homeserver.oauth.client_metadata import DEVICE_CODE
from homeserver.oauth.clients import Client, find_client
from homeserver.oauth.context import OAuthContext
from homeserver.oauth.errors import ACCESS_DENIED, INVALID_GRANT, UNAUTHORIZED_CLIENT, OAuthError
from homeserver.oauth.scopes import Scope, parse_scope
from homeserver.oauth.start_session import Granted, TokenAnswer, start_session
from homeserver.storage import oauth_grants
from homeserver.storage.browser_sessions import BrowserSession
from homeserver.storage.oauth_grants import DeviceGrant, NewDeviceGrant

LIFETIME_MS: Final = 20 * 60 * 1000
INTERVAL_MS: Final = 5_000
LONGEST_INTERVAL_MS: Final = 60_000
CLEARED_AT_ONCE: Final = 50
TRIES: Final = 5

# Neither vowels, which make words, nor letters that are taken for others.
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
USER_CODE_LENGTH: Final = 8


@dataclass(frozen=True, slots=True, repr=False)
class BegunDeviceGrant:
    """What a device is told: `user_code` is for its user, `device_code` its own secret."""

    device_code: str
    user_code: str


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device whose code somebody has typed."""

    user_code: str
    client: Client
    scope: Scope


async def begin_device_grant(ctx: OAuthContext, client: Client, scope: Scope) -> BegunDeviceGrant:
    """Let a device wait for somebody to agree.

    Raises: OAuthError unauthorized_client.
    """
    if DEVICE_CODE not in client.metadata.grant_types:
        raise OAuthError(UNAUTHORIZED_CLIENT, "The client has not registered to use device codes")
    device_code = token_urlsafe(32)
    now_ms = ctx.accounts.clock.now_ms()
    async with ctx.accounts.db.transaction() as conn:
        await oauth_grants.delete_expired_grants(conn, now_ms - LIFETIME_MS, CLEARED_AT_ONCE)
        for _ in range(TRIES):
            user_code = "".join(choice(LETTERS) for _ in range(USER_CODE_LENGTH))
            new = NewDeviceGrant(
                hash_token(device_code),
                user_code,
                client.client_nid,
                scope.text,
                INTERVAL_MS,
                now_ms + LIFETIME_MS,
            )
            if await oauth_grants.insert_device_grant(conn, new):
                return BegunDeviceGrant(device_code, show_user_code(user_code))
    raise Unavailable("There is no free code at the moment")


async def find_waiting_device(ctx: OAuthContext, typed: str) -> WaitingDevice | None:
    """Return the device that shows a code, as somebody typed it; None where there is none."""
    user_code = "".join(letter for letter in typed.upper() if letter in LETTERS)
    if len(user_code) != USER_CODE_LENGTH:
        return None
    async with ctx.accounts.db.acquire() as conn:
        found = await oauth_grants.select_waiting_grant(conn, user_code, ctx.accounts.clock.now_ms())
    if found is None:
        return None
    return WaitingDevice(user_code, await find_client(ctx, found.client_id), parse_scope(found.scope))


async def decide_device_grant(
    ctx: OAuthContext, waiting: WaitingDevice, browser: BrowserSession | None
) -> bool:
    """Note what somebody decided: agreed, with this browser, or not. False where it was decided before."""
    browser_nid = None if browser is None else browser.browser_nid
    async with ctx.accounts.db.acquire() as conn:
        return await oauth_grants.decide(conn, waiting.user_code, browser_nid, ctx.accounts.clock.now_ms())


async def exchange_device_code(ctx: OAuthContext, client_id: str, device_code: str) -> TokenAnswer:
    """Exchange a device code for tokens, once somebody has agreed.

    Raises: OAuthError authorization_pending and slow_down until then; access_denied, expired_token,
    invalid_grant.
    """
    code_hash = hash_token(device_code)
    now_ms = ctx.accounts.clock.now_ms()
    async with ctx.accounts.db.acquire() as conn:
        grant = await oauth_grants.select_device_grant(conn, code_hash)
    if grant is None or grant.client_id != client_id:
        raise OAuthError(INVALID_GRANT, "The device code is not known")
    if grant.is_denied:
        raise OAuthError(ACCESS_DENIED, "The user has refused")
    if grant.expires_ts <= now_ms:
        raise OAuthError("expired_token", "The device code has expired")
    if grant.browser_nid is None:
        await _have_wait(ctx, code_hash, grant, now_ms)
    async with ctx.accounts.positions.write() as change:
        browser_nid = await oauth_grants.use_up_device_grant(change.conn, code_hash, now_ms)
        if browser_nid is None:
            raise OAuthError(INVALID_GRANT, "The device code was used before")
        begun = await start_session(
            ctx, change, Granted(grant.client_nid, browser_nid, grant.scope, client_id)
        )
    return begun.answer(ctx)


def show_user_code(user_code: str) -> str:
    """Return a user code as it is easily read."""
    return f"{user_code[:4]}-{user_code[4:]}"


async def _have_wait(ctx: OAuthContext, code_hash: bytes, grant: DeviceGrant, now_ms: int) -> None:
    is_early = grant.polled_ts is not None and now_ms < grant.polled_ts + grant.interval_ms
    interval_ms = min(grant.interval_ms + INTERVAL_MS, LONGEST_INTERVAL_MS) if is_early else grant.interval_ms
    async with ctx.accounts.db.acquire() as conn:
        await oauth_grants.update_polled(conn, code_hash, now_ms, interval_ms)
    if is_early:
        raise OAuthError("slow_down", f"Ask every {interval_ms // 1000} seconds at most")
    raise OAuthError("authorization_pending", "The user has not decided yet")
