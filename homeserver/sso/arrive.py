"""From a verified identity to what the browser sees next.

A provider's user is known by issuer and subject alone: an account with the same name or e-mail address is no
reason to take the two for one person.
"""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final, TypeAlias

import msgspec

from federation.protocol.ids import UserId
from homeserver.accounts.login import check_open
from homeserver.accounts.login_tokens import REDIRECT_LIFETIME_MS, create_login_token
from homeserver.accounts.sessions import hash_token
from homeserver.errors import UserDeactivated, UserLocked
from homeserver.sso.complete import Completed
from homeserver.sso.context import SsoContext
from homeserver.sso.errors import SsoRefused
from homeserver.sso.goals import LoginGoal, StageGoal, encode_goal
from homeserver.sso.identity import Identity
from homeserver.sso.make_account import LinkedMeanwhile, make_wished_account
from homeserver.sso.redirect_urls import with_login_token
from homeserver.sso.stage import pass_stage
from homeserver.storage.accounts import Account, select_account
from homeserver.storage.sso import Arrival, insert_arrival, select_identity

ARRIVAL_LIFETIME_MS: Final = 30 * 60 * 1000


@dataclass(frozen=True, slots=True)
class LedOn:
    """The browser goes to the client."""

    url: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The browser goes to the arrival's page, where its user is asked something."""

    arrival_id: str


@dataclass(frozen=True, slots=True)
class StagePassed:
    """The browser is told that it can be closed."""


Next: TypeAlias = LedOn | Waiting | StagePassed


async def arrive(ctx: SsoContext, completed: Completed, browser: str) -> Next:
    """Find or make the account, and lead the browser on or have its user asked.

    Raises: SsoRefused.
    """
    identity, goal = completed.identity, completed.goal
    user_id = await _linked_account(ctx, identity)
    if isinstance(goal, StageGoal):
        await pass_stage(ctx, goal.session_id, user_id)
        return StagePassed()
    if user_id is None:
        if not completed.provider.config.makes_accounts:
            raise SsoRefused("You have no account on this server, and it makes none at this sign-in.")
        try:
            user_id = await make_wished_account(ctx, identity)
        except LinkedMeanwhile:
            user_id = await _linked_account(ctx, identity)
    account = None if user_id is None else await open_account(ctx, user_id)
    if account is not None and (goal.is_ours or ctx.knows(goal.redirect_url)):
        return await lead_on(ctx, account, identity, goal, browser)
    return await _have_wait(ctx, completed, account, browser)


async def lead_on(
    ctx: SsoContext, account: Account, identity: Identity, goal: LoginGoal, browser: str
) -> LedOn:
    """Return the client's address with a login token."""
    token = await create_login_token(
        ctx.accounts,
        account.user_nid,
        lifetime_ms=REDIRECT_LIFETIME_MS,
        browser=browser if goal.is_ours else None,
        voucher=identity.voucher,
    )
    return LedOn(with_login_token(goal.redirect_url, token))


async def open_account(ctx: SsoContext, user_id: UserId) -> Account:
    """Return an account that may be logged in to.

    Raises: SsoRefused.
    """
    async with ctx.accounts.db.acquire() as conn:
        account = await select_account(conn, user_id)
    assert account is not None, "identities are linked to accounts"
    try:
        check_open(account)
    except UserDeactivated:
        raise SsoRefused("This account was closed.") from None
    except UserLocked:
        raise SsoRefused("This account is locked. Ask whoever runs this server.") from None
    return account


async def _linked_account(ctx: SsoContext, identity: Identity) -> UserId | None:
    async with ctx.accounts.db.acquire() as conn:
        return await select_identity(conn, identity.issuer, identity.subject)


async def _have_wait(ctx: SsoContext, completed: Completed, account: Account | None, browser: str) -> Waiting:
    arrival_id = token_urlsafe(32)
    now_ms = ctx.accounts.clock.now_ms()
    arrival = Arrival(
        completed.provider.config.id,
        msgspec.json.encode(completed.identity),
        encode_goal(completed.goal),
        None if account is None else account.user_nid,
    )
    async with ctx.accounts.db.transaction() as conn:
        await insert_arrival(
            conn, hash_token(arrival_id), hash_token(browser), arrival, now_ms + ARRIVAL_LIFETIME_MS, now_ms
        )
    return Waiting(arrival_id)
